"""One data version before or after it is public: what it says of itself, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.deliveries import ItemComparison, compare_with_items, shown_items
from catalog.errors import NotFound
from catalog.permissions import Actor
from datasets.columns import REPAIRS, columns_from
from datasets.versions import ColumnChanges, VersionFacts, compare_columns, list_versions
from portal.pages.desk_actions import Actions, Refused
from portal.pages.desk_resources import FindingLine, Preview, describe_findings, make_version_actions, preview_rows
from portal.pages.desk_texts import in_words
from portal.pages.public_entry import ShownColumn, shown_columns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.models import Entry
    from datasets.models import DataVersion
    from portal.house import House

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class VersionWork:
    """All that the page shows."""

    room: str
    entry_name: str
    entry_title: str
    resource_title: str
    id: str
    facts: VersionFacts
    state_note: str
    override_basis: str
    findings: tuple[FindingLine, ...]
    comparison: ItemComparison
    former: int | None
    """Number of the published version that it would replace."""
    column_changes: ColumnChanges | None
    columns: tuple[ShownColumn, ...]
    blanks: tuple[int, ...]
    """Blank cells of each column."""
    repairs: tuple[tuple[str, str], ...]
    preview: Preview
    first: int
    actions: Actions
    previous: int | None
    following: int | None
    """Offsets of the pages before and after."""


def make_version_work(
    session: Session,
    house: House,
    entry: Entry,
    version: DataVersion,
    *,
    room: str,
    titles: tuple[str, str],
    offset: int,
    by: Actor,
    language: str,
    refused: Refused | None = None,
) -> VersionWork:
    """The page of a version; `titles` are those of entry and resource. Raises NotFound for rows beyond the end."""
    columns = columns_from(version.columns)
    former = next((one for one in list_versions(session, version.resource_id) if one.state == "published"), None)
    is_other = former is not None and former.number != version.number
    preview = preview_rows(house, version, limit=PAGE_ROWS, offset=offset, language=language)
    if offset and not preview.rows and not preview.failure:
        raise NotFound("page_not_found")
    return VersionWork(
        room=room,
        entry_name=entry.name,
        entry_title=titles[0],
        resource_title=titles[1],
        id=str(version.id),
        facts=VersionFacts.of(version),
        state_note=version.state_note or "",
        override_basis=version.override_basis or "",
        findings=describe_findings(version.findings, language),
        comparison=compare_with_items(columns, shown_items(session, entry)),
        former=former.number if former and is_other else None,
        column_changes=compare_columns(columns_from(former.columns), columns) if former and is_other else None,
        columns=shown_columns(columns, language),
        blanks=tuple(column.blank_count for column in columns),
        repairs=tuple(
            (column.name, in_words(REPAIRS[column.repaired], language))
            for column in columns
            if column.repaired in REPAIRS
        ),
        preview=preview,
        first=offset + 1,
        actions=make_version_actions(session, entry, version, by=by, refused=refused, language=language),
        previous=max(offset - PAGE_ROWS, 0) if offset else None,
        following=offset + PAGE_ROWS if offset + PAGE_ROWS < preview.total else None,
    )
