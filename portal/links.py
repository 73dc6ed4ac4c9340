"""Every address the portal writes: assets, absolute links, redirects. Nothing here trusts the Host header."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, current_app, request, url_for
from flask import redirect as flask_redirect

from portal.context import Language, house

STATIC = Path(__file__).parent / "static"
SAFE_PATH = re.compile(
    r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
"""An address of this site: one slash, never two, no backslash, blank or control character, no fragment."""


def is_safe_path(target: str | None) -> bool:
    """Whether `target` is an absolute path on this site that no browser can read as another host."""
    if not target or len(target) > 2000 or not SAFE_PATH.fullmatch(target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and "//" not in parts.path


def safe_redirect(target: str | None, *, fallback: str = "/", status: int = 302) -> Response:
    """Redirect to `target` if it stays on this site, else to `fallback`: the only redirect of the portal."""
    chosen = target if is_safe_path(target) else fallback
    response = flask_redirect(chosen if is_safe_path(chosen) else "/", status)
    return current_app.make_response(response)


def redirect_to(endpoint: str, *, status: int = 303, **values: object) -> Response:
    """Redirect to one of our own pages (303: the answer to a form is fetched by GET)."""
    return safe_redirect(url_for(endpoint, **values), status=status)  # type: ignore[arg-type]


def current_path() -> str:
    """Path and query of the present request, as a `next` parameter for after signing in."""
    query = request.query_string.decode("ascii", "ignore")
    path = request.root_path + request.path
    return f"{path}?{query}" if query else path


def external_url(path: str) -> str:
    """The absolute address of `path` ("/dataset/…"), from BASE_URL only."""
    return house().settings.base_url + path


def other_language_path(language: Language) -> str:
    """The present page's path in `language`."""
    query = request.query_string.decode("ascii", "ignore")
    path = ("/en" if language == "en" else "") + "/" + request.path.lstrip("/\\")
    return f"{path}?{query}" if query and request.method == "GET" else path


def asset(name: str) -> str:
    """The address of a static file, with its content hash so that browsers may keep it for a year."""
    return f"/static/{name}?v={_digest(name, _modified(name))}"


def _modified(name: str) -> int:
    try:
        return (STATIC / name).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=512)
def _digest(name: str, _modified_ns: int) -> str:
    try:
        return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    except FileNotFoundError:
        return "missing"
