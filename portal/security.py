"""What guards every answer and every form: headers, the origin of writes, tokens in forms, limits per address."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from catalog.errors import NotAllowed
from portal.caching import CACHEABLE_KEY, MAX_PAGE_BYTES
from portal.context import actor, house
from portal.settings import Settings

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox"
"""For downloads: even HTML in disguise cannot run."""
SIGN_IN_LIMIT = "30 per minute; 200 per hour"
SEARCH_LIMIT = "240 per minute"
EXPORT_LIMIT = "60 per minute"

csrf = CSRFProtect()


def _remember_wait(limit: RequestLimit) -> None:
    g.retry_seconds = max(1, int(limit.reset_at - time.time()))


limiter = Limiter(get_remote_address, strategy="fixed-window", on_breach=_remember_wait)
"""Limits for single views, `@limiter.limit(SEARCH_LIMIT)`; counted in Redis where there is one, else per process."""


def init_app(app: Flask, settings: Settings) -> None:
    """Turn on token checks, origin checks, limits and headers."""
    app.before_request(refuse_foreign_writes)
    csrf.init_app(app)
    app.config.update(RATELIMIT_STORAGE_URI=settings.redis_url or "memory://", RATELIMIT_HEADERS_ENABLED=False)
    limiter.init_app(app)
    app.after_request(add_headers)


def refuse_foreign_writes() -> None:
    """Refuse a write that a browser says came from another site (Sec-Fetch-Site, Origin), before any token check."""
    if request.method in SAFE_METHODS:
        return
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site not in (None, "same-origin", "none"):
        raise NotAllowed("foreign_origin")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() not in own_origins():
        raise NotAllowed("foreign_origin")


def own_origins() -> frozenset[str]:
    """Origins under which this portal is reached: BASE_URL and the address of the request itself."""
    parts = urlsplit(house().settings.base_url)
    return frozenset({f"{parts.scheme}://{parts.netloc}".lower(), request.host_url.rstrip("/").lower()})


def add_headers(response: Response) -> Response:
    """Headers of every answer; a view that set one of them keeps its own."""
    headers = response.headers
    is_page = response.mimetype == "text/html" and "Content-Disposition" not in headers
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else FILE_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    if house().settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers["X-Request-Id"] = g.get("request_id", "")
    _set_caching(response)
    return response


def _set_caching(response: Response) -> None:
    """Signed in: kept nowhere. Marked by `cached_page`: kept with an ETag. Else as the view said, or not at all."""
    headers = response.headers
    if actor().account_id is not None and request.endpoint != "static":
        headers["Cache-Control"] = "private, no-store"
        request.environ.pop(CACHEABLE_KEY, None)
    elif response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    elif request.environ.get(CACHEABLE_KEY) and response.status_code == 200:
        _make_conditional(response)
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store"


def _make_conditional(response: Response) -> None:
    if response.direct_passthrough or (response.content_length or 0) > MAX_PAGE_BYTES:
        request.environ.pop(CACHEABLE_KEY, None)
        return
    response.headers.setdefault("Cache-Control", "public, no-cache")
    response.vary.add("Cookie")
    if not response.headers.get("ETag"):
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
