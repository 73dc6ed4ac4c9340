"""The newest changes as an Atom feed (RFC 4287): a pure writer."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.feeds.records import FeedRecord
from catalog.feeds.site import Site
from catalog.feeds.xml_text import xml_text


def write_atom(site: Site, records: Sequence[FeedRecord], *, updated: str) -> bytes:
    """`records` newest first; `updated` is the instant of the last public change, ISO with Z."""
    own = f"{site.base_url}/feed.atom"
    newest = max([updated, *(record.modified_at for record in records)])
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh">\n'
        f"<id>{xml_text(own)}</id>\n"
        f"<title>{xml_text(site.title)}</title>\n"
        f"<updated>{newest}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href="{xml_text(own)}"/>\n'
        f'<link rel="alternate" type="text/html" href="{xml_text(site.home)}"/>\n'
        f"<author><name>{xml_text(site.publisher)}</name></author>\n"
    )
    return (head + "".join(_entry(site, record) for record in records) + "</feed>\n").encode()


def _entry(site: Site, record: FeedRecord) -> str:
    uri = xml_text(site.dataset(record.name))
    return (
        "<entry>\n"
        f"<id>{uri}</id>\n"
        f"<title>{xml_text(record.title)}</title>\n"
        f"<updated>{xml_text(record.modified_at)}</updated>\n"
        f"<published>{xml_text(record.issued_on)}T00:00:00+08:00</published>\n"
        f'<link rel="alternate" type="text/html" href="{uri}"/>\n'
        f"<author><name>{xml_text(record.department_name)}</name></author>\n"
        f"<summary>{xml_text(record.summary or record.title)}</summary>\n"
        + "".join(f'<category term="{xml_text(tag)}"/>\n' for tag in record.tags)
        + "</entry>\n"
    )
