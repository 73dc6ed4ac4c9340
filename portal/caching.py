"""Whole answers for people who are not signed in, kept as bytes under a key that changes with the public data.

Nothing is ever deleted because something changed: the number of the last public change, the names of the departments
and the day are part of the key, so an outdated page is simply not found any more. Values are JSON and bytes, never
pickles.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, ParamSpec
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Flask, request
from flask_caching import Cache
from flask_caching.backends import FileSystemCache, RedisCache

from portal.settings import Settings

P = ParamSpec("P")

CACHEABLE_KEY = "kaifang.cache_seconds"
"""WSGI environment key set by `cached_page`: how long the answer may be kept."""
MAX_PAGE_BYTES = 1_000_000
MAX_MEMORY_BYTES = 24_000_000
MAX_QUERY_LENGTH = 1000
SHARED_PAGES = 4000


class BytesSerializer:
    """Bytes as they are, everything else as JSON: what lies in the cache can never run code."""

    def dumps(self, value: Any, *_: Any) -> bytes:
        """One marker byte, then the value."""
        return b"b" + value if isinstance(value, bytes) else b"j" + orjson.dumps(value)

    def loads(self, data: bytes | None) -> Any:
        """The value, or None when `data` was not written by `dumps`."""
        if not data:
            return None
        if data[:1] == b"b":
            return data[1:]
        try:
            return orjson.loads(data[1:]) if data[:1] == b"j" else None
        except orjson.JSONDecodeError:
            return None

    def dump(self, value: Any, file: IO[bytes], *_: Any) -> None:
        """Write `value` to `file`."""
        file.write(self.dumps(value))

    def load(self, file: IO[bytes]) -> Any:
        """Read what `dump` wrote."""
        return self.loads(file.read())


class FileCache(FileSystemCache):  # type: ignore[misc]
    """Flask-Caching's file backend without pickle."""

    serializer = BytesSerializer()


class SharedCache(RedisCache):  # type: ignore[misc]
    """Flask-Caching's Redis backend without pickle."""

    serializer = BytesSerializer()


@dataclass(frozen=True, slots=True)
class Page:
    """One complete answer: status line, headers, body, the usage it counts as, and when it stops being fresh."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    usage: tuple[str, str] | None
    fresh_until: float

    def to_bytes(self) -> bytes:
        """A JSON line of facts, then the body."""
        facts = [self.status, self.headers, self.usage, self.fresh_until]
        return orjson.dumps(facts) + b"\n" + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> Page:
        """What `to_bytes` wrote."""
        line, _, body = data.partition(b"\n")
        status, headers, usage, fresh_until = orjson.loads(line)
        pairs = [(str(name), str(value)) for name, value in headers]
        return cls(status, pairs, body, (usage[0], usage[1]) if usage else None, fresh_until)

    @property
    def etag(self) -> str | None:
        """The ETag header, quoted as sent."""
        return next((value for name, value in self.headers if name.lower() == "etag"), None)


class PageCache:
    """Two shelves: the hottest pages in this process's memory, all of them in files or Redis for every process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shared = Cache(with_jinja2_ext=False)
        self._app: Flask | None = None
        self._memory: OrderedDict[str, Page] = OrderedDict()
        self._memory_bytes = 0
        self._lock = threading.Lock()

    def init_app(self, app: Flask) -> None:
        """Open the shared shelf; the folder is private to the owner of the home."""
        config: dict[str, Any] = {"CACHE_DEFAULT_TIMEOUT": 300, "CACHE_KEY_PREFIX": "kaifang:"}
        if self._settings.redis_url:
            config |= {"CACHE_TYPE": "portal.caching.SharedCache", "CACHE_REDIS_URL": self._settings.redis_url}
        else:
            folder = str(self._settings.folder("cache"))
            config |= {"CACHE_TYPE": "portal.caching.FileCache", "CACHE_DIR": folder, "CACHE_THRESHOLD": SHARED_PAGES}
        self._shared.init_app(app, config)
        self._app = app

    def find(self, key: str) -> Page | None:
        """The page under `key` while it is fresh."""
        now = time.time()
        page = self._memory.get(key)
        if page is None and (page := self._find_shared(key)) is not None:
            self._remember(key, page)
        return page if page is not None and page.fresh_until > now else None

    def is_in_memory(self, key: str) -> bool:
        """Whether `find` would answer without looking beyond this process."""
        page = self._memory.get(key)
        return page is not None and page.fresh_until > time.time()

    def keep(self, key: str, page: Page, seconds: int) -> None:
        """Keep `page` for `seconds` on both shelves."""
        self._remember(key, page)
        if self._app is not None:
            with self._app.app_context():
                self._shared.set(_hashed(key), page.to_bytes(), timeout=seconds)

    def forget(self) -> None:
        """Empty this process's shelf."""
        with self._lock:
            self._memory.clear()
            self._memory_bytes = 0

    def _find_shared(self, key: str) -> Page | None:
        if self._app is None:
            return None
        with self._app.app_context():
            data = self._shared.get(_hashed(key))
        try:
            return Page.from_bytes(data) if isinstance(data, bytes) else None
        except (orjson.JSONDecodeError, ValueError, TypeError):
            return None

    def _remember(self, key: str, page: Page) -> None:
        with self._lock:
            former = self._memory.pop(key, None)
            self._memory_bytes += len(page.body) - (len(former.body) if former else 0)
            self._memory[key] = page
            while self._memory_bytes > MAX_MEMORY_BYTES:
                _, oldest = self._memory.popitem(last=False)
                self._memory_bytes -= len(oldest.body)


def cached_page(view: Callable[P, Any] | None = None, *, seconds: int = 60) -> Any:
    """Let the answer of an anonymous GET be kept until the next public change, `seconds` at most.

    The view must show nothing but public facts and must not depend on anything but its address and the day.
    """

    def mark(function: Callable[P, Any]) -> Callable[P, Any]:
        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> Any:
            request.environ[CACHEABLE_KEY] = seconds
            return function(*args, **kwargs)

        return wrapped

    return mark if view is None else mark(view)


def do_not_keep() -> None:
    """Take back for the present answer what `cached_page` said: it will be another one soon, without a change."""
    request.environ.pop(CACHEABLE_KEY, None)


def page_key(path: str, query: str, mark: str, day: dt.date) -> str | None:
    """The key of an address at one state of what is public (`Generation.mark`); None when the query is too long.

    The path carries the language; the parameters are sorted by name, repeated ones keep their order.
    """
    if len(query) > MAX_QUERY_LENGTH:
        return None
    if query:
        query = urlencode(sorted(parse_qsl(query, keep_blank_values=True), key=lambda pair: pair[0]))
    return f"{mark}|{day}|{path}?{query}"


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
