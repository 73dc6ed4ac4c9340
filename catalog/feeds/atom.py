"""Atom (RFC 4287) of the newest changes: of the whole catalog, a department, a domain, or one entry. Pure writers.

The id of a feed is its own address, the id of an entry in it the address of the page (of a single change: with the
change's number), so that both stay as they are for ever. What is no longer public comes as `at:deleted-entry`
(RFC 6721).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.feeds.records import FeedRecord
from catalog.feeds.site import Site
from catalog.feeds.xml_text import xml_text

DELETED_NAMESPACE = "http://purl.org/atompub/tombstones/1.0"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a feed is about: `path` its own address below the site's, `page` that of the page beside it."""

    path: str
    page: str
    title: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that left the public catalog; `when` is an ISO instant with Z, `comment` why."""

    name: str
    when: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One public change of an entry in words; `at` is an ISO instant with Z."""

    number: int
    title: str
    text: str
    at: str


def write_atom(site: Site, records: Sequence[FeedRecord], *, updated: str) -> bytes:
    """The whole catalog: `records` newest first; `updated` is the instant of the last public change, ISO with Z."""
    return write_scope(site, Scope("/feed.atom", "/", site.title), records, (), updated=updated)


def write_scope(
    site: Site, scope: Scope, records: Sequence[FeedRecord], tombstones: Sequence[Tombstone], *, updated: str
) -> bytes:
    """The entries of a scope, newest first, and what has left it; `updated` holds where nothing is newer."""
    newest = max([updated, *(record.modified_at for record in records), *(one.when for one in tombstones)])
    entries = [_entry(site, record) for record in records] + [_deleted(site, one) for one in tombstones]
    return _feed(site, scope, entries, updated=newest, author=site.publisher, has_deleted=bool(tombstones))


def write_changes_of(
    site: Site, scope: Scope, name: str, notes: Sequence[ChangeNote], *, updated: str, author: str
) -> bytes:
    """The changes of the entry `name`, newest first."""
    newest = max([updated, *(note.at for note in notes)])
    return _feed(site, scope, [_note(site, name, note) for note in notes], updated=newest, author=author)


def _feed(
    site: Site, scope: Scope, entries: Sequence[str], *, updated: str, author: str, has_deleted: bool = False
) -> bytes:
    own, page = xml_text(site.base_url + scope.path), xml_text(site.base_url + scope.page)
    extra = f' xmlns:at="{DELETED_NAMESPACE}"' if has_deleted else ""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom"{extra} xml:lang="zh">\n'
        f"<id>{own}</id>\n"
        f"<title>{xml_text(scope.title)}</title>\n"
        f"<updated>{updated}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href="{own}"/>\n'
        f'<link rel="alternate" type="text/html" href="{page}"/>\n'
        f"<author><name>{xml_text(author)}</name></author>\n"
    )
    return (head + "".join(entries) + "</feed>\n").encode()


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


def _note(site: Site, name: str, note: ChangeNote) -> str:
    uri = xml_text(site.dataset(name))
    return (
        "<entry>\n"
        f"<id>{uri}#change-{note.number}</id>\n"
        f"<title>{xml_text(note.title)}</title>\n"
        f"<updated>{note.at}</updated>\n"
        f'<link rel="alternate" type="text/html" href="{uri}"/>\n'
        f"<summary>{xml_text(note.text or note.title)}</summary>\n"
        "</entry>\n"
    )


def _deleted(site: Site, one: Tombstone) -> str:
    comment = f"<at:comment>{xml_text(one.comment)}</at:comment>" if one.comment else ""
    return (
        f'<at:deleted-entry ref="{xml_text(site.dataset(one.name))}" when="{one.when}">{comment}</at:deleted-entry>\n'
    )
