"""The page of one dataset: its metadata, files with their versions, data dictionary, promise of updates, citation."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog import public
from catalog.public import Card, PublicEntry
from catalog.vocabularies import VOCABULARIES
from catalog.withholding import list_withheld
from datasets import versions
from datasets.columns import TYPES, Column, columns_from
from datasets.errors import Busy, NotFound, TooLarge
from datasets.query.question import Query
from portal.pages.differences import tell_difference
from portal.pages.public_badge import BadgeSnippets, badge_snippets
from portal.pages.public_citation import cite, schema_org
from portal.pages.public_downloads import DownloadMenu, make_download_menu
from portal.pages.public_profiles import ProfilePanel, make_profile_panel
from portal.pages.public_promise import PromisePanel, make_promise_panel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.feeds.records import FeedRecord, RecordItem, RecordResource, RecordVersion
    from datasets.versions import VersionFacts
    from portal.house import House

PREVIEW_ROWS = 10
PREVIEW_COLUMNS = 40
NUMERIC = frozenset({"integer", "decimal"})
SHOWN_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a table of rows; `type` in the language of the page."""

    key: str
    name: str
    type: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file, cells as the delivered file prints them."""

    columns: tuple[ShownColumn, ...]
    rows: list[list[Any]]
    total: int
    left_out: int
    """Further columns of a wide table."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file with its published version and the former ones, newest first."""

    id: str
    title: str
    version: RecordVersion
    column_count: int
    downloads: DownloadMenu
    history: tuple[VersionFacts, ...]
    withheld: frozenset[int]
    """Numbers of versions that hold what may not be public any more."""
    told: dict[int, str]
    """Number of a version → what changed in it, where that is known."""
    preview: Preview | None
    """None when the rows could not be read just now."""
    profile: ProfilePanel | None


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """One field of the data as the catalog declares it, or as the file shows it where nothing is declared."""

    name: str
    field_name: str
    type: str
    unit: str
    note: str
    is_primary_key: bool
    is_required: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """All that /dataset/{name} shows."""

    entry: PublicEntry
    title: str
    other_title: str | None
    """The title in the other language, if it has one."""
    files: tuple[FileView, ...]
    links: tuple[RecordResource, ...]
    dictionary: tuple[DictionaryRow, ...]
    related: tuple[Card, ...]
    citation: str
    json_ld: str
    promise: PromisePanel
    badge: BadgeSnippets
    is_whole: bool
    """False when a preview is missing: such a page is not kept."""

    @property
    def record(self) -> FeedRecord:
        """The frozen public record."""
        return self.entry.record


def make_entry_page(
    session: Session, house: House, name: str, *, today: dt.date, language: str, address: str
) -> EntryPage:
    """Read one dataset. `address` is the absolute address of the page, for citation and description.

    Raises NotFound and Gone as `catalog.public.get_public`.
    """
    entry = public.get_public(session, name, today=today)
    record = entry.record
    files = tuple(_file_view(session, house, resource, language) for resource in record.files)
    title = (record.title_en if language == "en" else None) or record.title
    return EntryPage(
        entry=entry,
        title=title,
        other_title=next((other for other in (record.title, record.title_en) if other and other != title), None),
        files=files,
        links=tuple(resource for resource in record.resources if resource.kind != "file"),
        dictionary=make_dictionary(record, language),
        related=public.list_related(session, record, today=today),
        citation=cite(record, address, language, publisher=_publisher(house, language), today=today),
        json_ld=schema_org(record, address, house.settings, language),
        promise=make_promise_panel(session, entry, today=today, language=language),
        badge=badge_snippets(entry, base_url=house.settings.base_url, language=language),
        is_whole=all(file.preview is not None for file in files),
    )


def find_file(record: FeedRecord, resource_id: str | None) -> RecordResource:
    """The file resource of this id, or the first one for None. Raises NotFound("resource_not_found")."""
    for resource in record.files:
        if resource_id is None or resource.id == resource_id:
            return resource
    raise NotFound("resource_not_found", resource=resource_id or "")


def published_facts(session: Session, resource: RecordResource) -> VersionFacts:
    """The facts of the published version behind a record's resource."""
    assert resource.version is not None
    return versions.get_version(session, uuid.UUID(resource.id), resource.version.number)


def shown_columns(columns: list[Column], language: str) -> tuple[ShownColumn, ...]:
    """Columns with the words and the alignment in which a page shows them."""
    return tuple(
        ShownColumn(
            column.key, column.name, _column_type(column, language), (column.shadow_type or column.type) in NUMERIC
        )
        for column in columns
    )


def make_dictionary(record: FeedRecord, language: str) -> tuple[DictionaryRow, ...]:
    """The declared items; where none is declared, the columns of the first file."""
    if record.items:
        return tuple(_declared(item, language) for item in record.items)
    if not record.files or record.files[0].version is None:
        return ()
    columns = columns_from(record.files[0].version.columns)
    return tuple(
        DictionaryRow(
            column.name, column.key if column.key != column.name else "", _column_type(column, language), "", "",
            False, False,
        )
        for column in columns
    )  # fmt: skip


def _publisher(house: House, language: str) -> str:
    return house.settings.site_name_en if language == "en" else house.settings.site_name


def _declared(item: RecordItem, language: str) -> DictionaryRow:
    length = ""
    if item.length:
        length = f"({item.length},{item.decimals})" if item.decimals else f"({item.length})"
    notes = [note for note in (item.description, item.value_range) if note]
    return DictionaryRow(
        name=item.name,
        field_name=item.field_name or "",
        type=VOCABULARIES["item_type"].label(item.type, language) + length,
        unit=item.unit or "",
        note="；".join(notes) if language == "zh" else "; ".join(notes),
        is_primary_key=item.is_primary_key,
        is_required=item.is_required,
    )


def _file_view(session: Session, house: House, resource: RecordResource, language: str) -> FileView:
    assert resource.version is not None
    history = [
        facts
        for facts in versions.list_versions(session, uuid.UUID(resource.id))
        if facts.state in ("published", "superseded")
    ]
    current = next((facts for facts in history if facts.number == resource.version.number), None)
    return FileView(
        id=resource.id,
        title=resource.title,
        version=resource.version,
        column_count=len(resource.version.columns),
        withheld=list_withheld(session, uuid.UUID(resource.id)),
        downloads=make_download_menu(
            columns_from(resource.version.columns), language, csv_bytes=resource.version.csv_byte_size
        ),
        told={
            facts.number: told.sentence for facts in history if (told := tell_difference(facts.difference, language))
        },
        history=tuple(sorted(history, key=lambda facts: -facts.number)[:SHOWN_VERSIONS]),
        preview=_preview(house, current, language) if current else None,
        profile=_profile(session, current, language) if current else None,
    )


def _profile(session: Session, facts: VersionFacts, language: str) -> ProfilePanel | None:
    columns = columns_from(facts.columns)
    types = [_column_type(column, language) for column in columns]
    return make_profile_panel(session, facts, columns=columns, types=types, language=language)


def _preview(house: House, facts: VersionFacts, language: str) -> Preview | None:
    columns, store = columns_from(facts.columns), house.row_stores.path_of(facts.row_store)
    shown = columns[:PREVIEW_COLUMNS]
    question = Query(limit=PREVIEW_ROWS, columns=tuple(shown) if len(shown) < len(columns) else ())
    try:
        page = house.pool.rows(store, columns, question, as_text=True)
    except (Busy, TooLarge, NotFound):
        return None
    return Preview(shown_columns(shown, language), page.rows, page.total, len(columns) - len(shown))


def _column_type(column: Column, language: str) -> str:
    """The type of a column; a text column of which most cells are, say, numbers says so, for it sorts as such."""
    label = _type_label(column.type, language)
    if column.shadow_type is None:
        return label
    mostly = _type_label(column.shadow_type, language)
    return f"{label} (mostly {mostly})" if language == "en" else f"{label}（多为{mostly}）"


def _type_label(code: str, language: str) -> str:
    zh, en = TYPES.get(code, (code, code))
    return en if language == "en" else zh
