"""Sitemaps by sitemaps.org: pure writers. One file holds at most 50,000 addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.feeds.site import Site
from catalog.feeds.xml_text import xml_text

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = b' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
FRONT_PATHS = ("/", "/dataset", "/department", "/domain", "/statistics", "/help")
"""Pages that are there whatever is published."""


def write_sitemap(site: Site, entries: Iterable[tuple[str, str]], *, with_front: bool) -> Iterator[bytes]:
    """The pages of `entries` (name, instant of the last change), after the front pages if asked for."""
    yield HEAD + b"<urlset" + NAMESPACE
    for path in FRONT_PATHS if with_front else ():
        yield _address("url", site.base_url + path)
    for name, changed_at in entries:
        yield _address("url", site.dataset(name), changed_at)
    yield b"</urlset>\n"


def write_sitemap_index(site: Site, parts: int) -> Iterator[bytes]:
    """The list of `parts` sitemaps, for catalogs beyond 50,000 entries."""
    yield HEAD + b"<sitemapindex" + NAMESPACE
    for number in range(1, parts + 1):
        yield _address("sitemap", f"{site.base_url}/sitemap-{number}.xml")
    yield b"</sitemapindex>\n"


def _address(tag: str, address: str, changed_at: str | None = None) -> bytes:
    changed = f"<lastmod>{xml_text(changed_at)}</lastmod>" if changed_at else ""
    return f"<{tag}><loc>{xml_text(address)}</loc>{changed}</{tag}>\n".encode()
