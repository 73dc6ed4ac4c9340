"""The outermost layer: what happens to a request before Flask and after it.

Counts requests per address, answers anonymous GETs from the page cache without entering Flask, hands out request
ids, counts uses and writes the access log. Nothing here looks at a header to decide what is shown.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from datasets.usage import is_bot
from portal.caching import CACHEABLE_KEY, MAX_PAGE_BYTES, Page, page_key
from portal.context import LANGUAGE_KEY, USAGE_KEY
from portal.house import House
from portal.logs import AccessLog
from portal.messages import text_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID_KEY = "kaifang.request_id"
UNLIMITED = ("/static/", "/healthz")
NEVER_KEPT = ("/static/", "/healthz", "/readyz", "/metrics", "/account", "/desk", "/office")
NOT_KEPT = frozenset({"set-cookie", "date", "server", "connection", "x-request-id"})
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

Headers = list[tuple[str, str]]


class Edge:
    """WSGI middleware around the whole application."""

    def __init__(self, app: WSGIApplication, house: House, cookie_name: str) -> None:
        self.app = app
        self.house = house
        self._cookie_mark = f"{cookie_name}="
        self._limit = house.settings.requests_per_minute
        self._item = RateLimitItemPerMinute(max(1, self._limit), namespace="edge")
        self._limiter = FixedWindowRateLimiter(storage_from_string(house.settings.redis_url or "memory://"))
        self._access = AccessLog(house.settings.folder("logs")) if house.settings.access_log else None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        environ[REQUEST_ID_KEY] = _request_id(environ)
        if not self._is_within_limit(environ):
            return self._refuse(environ, start_response, started)
        key = self._key(environ)
        page = self.house.cache.find(key) if key else None
        if page is not None:
            return self._answer_kept(environ, start_response, page, started)
        return self._ask_flask(environ, start_response, key, started)

    def _is_within_limit(self, environ: WSGIEnvironment) -> bool:
        if not self._limit or environ.get("PATH_INFO", "").startswith(UNLIMITED):
            return True
        return self._limiter.hit(self._item, environ.get("REMOTE_ADDR", ""))

    def lies_ready(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> bool:
        """Whether the answer is a page in this process's memory; `headers` in WSGI spelling without HTTP_."""
        mark = self.house.generation.known_mark()
        if mark is None or not self._may_be_kept(method, path, headers.get("COOKIE", ""), "RANGE" in headers):
            return False
        key = page_key(path, query, mark, self.house.today())
        return key is not None and self.house.cache.is_in_memory(key)

    def _key(self, environ: WSGIEnvironment) -> str | None:
        """The cache key of an anonymous GET or HEAD without Range; None for everything else."""
        path, cookie = environ.get("PATH_INFO", ""), environ.get("HTTP_COOKIE", "")
        if not self._may_be_kept(environ["REQUEST_METHOD"], path, cookie, "HTTP_RANGE" in environ):
            return None
        return page_key(path, environ.get("QUERY_STRING", ""), self.house.generation.mark(), self.house.today())

    def _may_be_kept(self, method: str, path: str, cookie: str, has_range: bool) -> bool:
        if method not in ("GET", "HEAD") or has_range or path.startswith(NEVER_KEPT):
            return False
        return self._cookie_mark not in cookie

    def _answer_kept(
        self, environ: WSGIEnvironment, start_response: StartResponse, page: Page, started: float
    ) -> Iterable[bytes]:
        if page.usage:
            self._count(environ, page.usage)
        request_id = ("X-Request-Id", environ[REQUEST_ID_KEY])
        if page.etag and _matches(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag):
            headers = [pair for pair in page.headers if not pair[0].lower().startswith("content-")]
            start_response("304 NOT MODIFIED", [*headers, request_id])
            self._log(environ, 304, started)
            return []
        start_response(page.status, [*page.headers, request_id])
        self._log(environ, 200, started)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]

    def _ask_flask(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: str | None, started: float
    ) -> Iterable[bytes]:
        said: list[Any] = ["500", []]

        def listen(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        body = self.app(environ, listen)
        status = int(said[0].split(" ", 1)[0])
        self._log(environ, status, started)
        if status < 400 and (usage := environ.get(USAGE_KEY)) and environ["REQUEST_METHOD"] == "GET":
            self._count(environ, usage)
        if key and status == 200 and environ.get(CACHEABLE_KEY) and environ["REQUEST_METHOD"] == "GET":
            body = _whole(body)
            self._keep(key, said, body[0], environ)
        return body

    def _keep(self, key: str, said: list[Any], body: bytes, environ: WSGIEnvironment) -> None:
        status, headers = said
        seconds = environ[CACHEABLE_KEY]
        if len(body) > MAX_PAGE_BYTES or any(name.lower() == "set-cookie" for name, _ in headers):
            return
        kept = [(name, value) for name, value in headers if name.lower() not in NOT_KEPT]
        page = Page(status, kept, body, environ.get(USAGE_KEY), time.time() + seconds)
        self.house.cache.keep(key, page, seconds)

    def _count(self, environ: WSGIEnvironment, usage: tuple[str, str]) -> None:
        agent = environ.get("HTTP_USER_AGENT", "")
        self.house.usage.record(uuid.UUID(usage[0]), usage[1], day=self.house.today(), is_bot=is_bot(agent))

    def _log(self, environ: WSGIEnvironment, status: int, started: float) -> None:
        if self._access is None:
            return
        query = environ.get("QUERY_STRING", "")
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        self._access.record(
            address=environ.get("REMOTE_ADDR", ""),
            method=environ["REQUEST_METHOD"],
            path=f"{path}?{query}"[:2000] if query else path[:2000],
            status=status,
            seconds=time.perf_counter() - started,
            agent=environ.get("HTTP_USER_AGENT", ""),
        )

    def _refuse(self, environ: WSGIEnvironment, start_response: StartResponse, started: float) -> Iterable[bytes]:
        reset_at = self._limiter.get_window_stats(self._item, environ.get("REMOTE_ADDR", "")).reset_time
        wait = max(1, int(reset_at - time.time()) + 1)
        language = "en" if environ.get("PATH_INFO", "").startswith("/en/") else environ.get(LANGUAGE_KEY, "zh")
        text = text_of("too_many_requests", {"seconds": wait}, language)
        body = orjson.dumps({"type": "about:blank", "status": 429, "code": "too_many_requests", "detail": text})
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(wait)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("429 TOO MANY REQUESTS", headers)
        self._log(environ, 429, started)
        return [body]


def _whole(body: Iterable[bytes]) -> list[bytes]:
    try:
        return [b"".join(body)]
    finally:
        if close := getattr(body, "close", None):
            close()


def _request_id(environ: WSGIEnvironment) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _SAFE_ID.fullmatch(given) else secrets.token_hex(8)


def _matches(header: str, etag: str) -> bool:
    if not header:
        return False
    wanted = etag.removeprefix("W/")
    return header.strip() == "*" or any(part.strip().removeprefix("W/") == wanted for part in header.split(","))
