"""What every template may use without being handed it.

`site` (Site), `language` ("zh"/"en"), `other_language_url`, `asset(name)`, `actor`, `signed_in` (None for the
public), `can(act)`, `is_demo`, `request_id`, `today`, `_()`; `csrf_token()` comes from Flask-WTF, `site_title` from
the public pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g

from catalog.permissions import is_allowed
from portal.context import actor, house, language, request_id
from portal.links import asset, external_url, other_language_path
from portal.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """The site's identity in the language of the page; empty texts are not shown."""

    name: str
    region: str
    region_code: str
    operator: str
    code: str
    icp: str
    police_number: str
    phone: str
    email: str
    address: str
    base_url: str


def site_of(settings: Settings, code: str) -> Site:
    """The identity that SITE_… settings give, in "zh" or "en"."""
    return Site(
        name=settings.site_name_en if code == "en" else settings.site_name,
        region=settings.site_region,
        region_code=settings.site_region_code,
        operator=(settings.site_operator_en or settings.site_operator) if code == "en" else settings.site_operator,
        code=settings.site_code,
        icp=settings.site_icp,
        police_number=settings.site_police_number,
        phone=settings.site_phone,
        email=settings.site_email,
        address=settings.site_address,
        base_url=settings.base_url,
    )


def can(act: str) -> bool:
    """Whether the acting person may do `act` at all, for showing or hiding a link."""
    return is_allowed(actor(), act, department_id=actor().department_id)


def init_app(app: Flask) -> None:
    """Register the names."""
    app.jinja_env.globals.update(asset=asset, can=can, external_url=external_url)
    app.jinja_env.tests["permitted"] = can
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_names)


def _names() -> dict[str, Any]:
    settings = house().settings
    return {
        "site": site_of(settings, language()),
        "language": language(),
        "other_language_url": other_language_path("zh" if language() == "en" else "en"),
        "actor": actor(),
        "signed_in": g.get("signed_in"),
        "is_demo": settings.is_demo,
        "request_id": request_id(),
        "today": house().today(),
    }
