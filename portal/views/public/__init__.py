"""What everybody may see: the catalog, its data, its figures. Nothing here needs an account or a script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from portal.context import house, language
from portal.pages import public_formats

bp = Blueprint("public", __name__)
bp.record_once(lambda state: public_formats.install(state.app.jinja_env))


@bp.app_context_processor
def name_site() -> dict[str, Any]:
    """`site_title`: the name of the site with its region, for every template."""
    settings = house().settings
    if language() == "en":
        return {"site_title": settings.site_name_en}
    is_named = settings.site_region in settings.site_name
    return {"site_title": settings.site_name if is_named else settings.site_region + settings.site_name}


from portal.views.public import (  # noqa: E402  they register views
    catalog_pages,  # noqa: F401
    changes,  # noqa: F401
    entry_pages,  # noqa: F401
    files,  # noqa: F401
    plans,  # noqa: F401
    promise_pages,  # noqa: F401
    site_pages,  # noqa: F401
)
