"""The application factory: nothing is wired at import time."""

from __future__ import annotations

from flask import Flask, g, request

from portal import access, auth, errors, i18n, security, templating
from portal.edge import REQUEST_ID_KEY, Edge
from portal.house import House, build_house
from portal.settings import Settings, load_settings
from portal.views import register_views


def create_app(settings: Settings | None = None, *, house: House | None = None) -> Flask:
    """A ready application over `house`, or over a new one made from `settings` or the environment."""
    house = house or build_house(settings or load_settings())
    app = Flask("portal", static_folder="static", static_url_path="/static")
    _configure(app, house.settings)
    app.extensions["kaifang"] = house
    house.cache.init_app(app)
    app.before_request(_name_request)
    templating.init_app(app)
    i18n.init_app(app)
    auth.init_app(app, house.settings)
    security.init_app(app, house.settings)
    access.init_app(app)
    errors.init_app(app)
    register_views(app)
    app.wsgi_app = Edge(app.wsgi_app, house, app.config["SESSION_COOKIE_NAME"])  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=5_000,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
        TRAP_HTTP_EXCEPTIONS=False,
        JSON_SORT_KEYS=False,
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False


def _name_request() -> None:
    g.request_id = request.environ.get(REQUEST_ID_KEY, "")
