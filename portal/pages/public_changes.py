"""The page of what changed in a version: the sentence, the columns, and the rows that came, went or are different."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from catalog import public
from catalog.errors import NotFound
from catalog.public import PublicEntry
from datasets.columns import TYPES, columns_from
from datasets.differences import CHANGES, Difference
from datasets.query.parse import parse
from datasets.query.question import Query, to_pairs
from datasets.versions import find_former
from portal.pages.desk_texts import in_words
from portal.pages.differences import sentence_of
from portal.pages.public_entry import NUMERIC, find_file
from portal.pages.public_files import file_facts, require_open_columns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.feeds.records import RecordResource
    from datasets.columns import Column
    from datasets.difference_store import StoredDifference
    from datasets.query.engine import RowPage
    from datasets.versions import VersionFacts
    from portal.house import House

PAGE_ROWS = 50
OWN = 3
"""Columns of a stored difference before those of the data: kind of change, row before, row now."""
AGAINST = "_against"
SHOWN = {
    "": ("全部", "All"),
    "added": ("新增", "Added"),
    "changed": ("修改", "Changed"),
    "removed": ("删除", "Removed"),
}
KINDS = {text: code for code, (text, _) in CHANGES.items()}


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell; `is_changed` where it differs from the other half of its pair."""

    text: str | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row of the list. `kind` is a key of CHANGES, `number` its place in the version where it stands."""

    kind: str
    label: str
    number: str
    cells: tuple[ChangedCell, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """All that …/version/{n}/changes shows."""

    entry: PublicEntry
    title: str
    resource: RecordResource
    version: VersionFacts
    former: VersionFacts
    difference: Difference
    sentence: str
    key: str
    retyped: tuple[tuple[str, str, str], ...]
    most_changed: tuple[tuple[str, int], ...]
    tabs: tuple[tuple[str, str, int, bool], ...]
    """(address, text, rows, is here)."""
    headers: tuple[tuple[str, bool], ...]
    """(name, whether the cells are numbers)."""
    rows: tuple[ChangedRow, ...]
    total: int
    first: int
    previous: str | None
    following: str | None
    export_query: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which change is meant: version `number` of a file of the entry `name`, as it is in the address."""

    name: str
    resource_id: uuid.UUID
    number: int
    against: int | None = None


def find_difference(
    session: Session, house: House, asked: Asked, *, today: dt.date
) -> tuple[PublicEntry, VersionFacts, VersionFacts, StoredDifference]:
    """The entry, the version asked for, the one before, and what changed between them.

    Raises NotFound("no_former_version") for the first one, and what `file_facts` and the question raise.
    """
    entry = public.get_public(session, asked.name, today=today)
    new = file_facts(session, entry.record, asked.resource_id, asked.number)
    if asked.against is None:
        former = find_former(session, asked.resource_id, asked.number)
    else:
        former = file_facts(session, entry.record, asked.resource_id, asked.against)
    if former is None or former.number == new.number:
        raise NotFound("no_former_version", number=asked.number)
    require_open_columns(session, former, newest=new.number)
    return entry, new, former, house.differences.get(former, new)


def make_changes_page(
    session: Session, house: House, asked: Asked, pairs: Sequence[tuple[str, str]], *, today: dt.date, language: str
) -> ChangesPage:
    """Answer for one page of changed rows. Raises Invalid for row parameters that cannot be understood."""
    entry, new, former, stored = find_difference(session, house, asked, today=today)
    query = question_about(stored, pairs)
    limit = min(query.limit or PAGE_ROWS, PAGE_ROWS)
    wanted = replace(query, limit=limit, after=None, columns=())
    answer = house.pool.rows(stored.path, stored.columns, wanted, as_text=True)
    fixed = ((AGAINST, str(asked.against)),) if asked.against else ()
    difference = stored.difference
    known = (*columns_from(former.columns), *columns_from(new.columns))
    numbers = {column.name for column in known if (column.shadow_type or column.type) in NUMERIC}
    return ChangesPage(
        entry=entry,
        title=(entry.record.title_en if language == "en" else None) or entry.record.title,
        resource=find_file(entry.record, str(asked.resource_id)),
        version=new,
        former=former,
        difference=difference,
        sentence=sentence_of(difference, language),
        key=("、" if language == "zh" else ", ").join(difference.key),
        retyped=tuple(
            (one, _type(was, language), _type(now, language)) for one, was, now in difference.columns_retyped
        ),
        most_changed=tuple(sorted(difference.changed_cells.items(), key=lambda item: -item[1])[:8]),
        tabs=_tabs(difference, query, stored.columns[0], fixed, language),
        headers=tuple((column.name, column.name in numbers) for column in stored.columns[OWN:]),
        rows=_rows(answer, language),
        total=answer.total,
        first=query.offset + 1 if answer.rows else 0,
        previous=_href(query, max(0, query.offset - limit), fixed) if query.offset else None,
        following=_href(query, query.offset + limit, fixed) if query.offset + limit < answer.total else None,
        export_query=urlencode([*fixed, *to_pairs(replace(query, limit=None, offset=0, after=None))]),
    )


def question_about(stored: StoredDifference, pairs: Sequence[tuple[str, str]]) -> Query:
    """The question of the row parameters about the rows of a difference. Raises Invalid."""
    return parse([pair for pair in pairs if pair[0] != AGAINST], stored.columns)


def parse_against(pairs: Sequence[tuple[str, str]]) -> int | None:
    """The version to compare with, where the address names one."""
    text = next((value for key, value in pairs if key == AGAINST), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _tabs(
    difference: Difference, query: Query, change: Column, fixed: tuple[tuple[str, str], ...], language: str
) -> tuple[tuple[str, str, int, bool], ...]:
    here = {condition.text for condition in query.conditions if condition.column.key == change.key}
    values = {"added": "新增", "removed": "删除", "changed": "修改前,修改后"}
    counts = {"added": difference.added, "removed": difference.removed, "changed": difference.changed}
    tabs = []
    for kind, words in SHOWN.items():
        value = values.get(kind, "")
        pairs = [*fixed, (change.key if kind != "changed" else f"{change.key}__in", value)] if kind else [*fixed]
        count = counts.get(kind, sum(counts.values()))
        is_here = value in here if kind else not here
        if count or is_here:
            tabs.append(("?" + urlencode(pairs), in_words(words, language), count, is_here))
    return tuple(tabs)


def _rows(answer: RowPage, language: str) -> tuple[ChangedRow, ...]:
    rows = []
    texts = [[None if cell is None else str(cell) for cell in row] for row in answer.rows]
    for place, row in enumerate(texts):
        kind = KINDS[row[0] or ""]
        partner = _partner(texts, place, kind)
        cells = tuple(
            ChangedCell(cell, partner is not None and partner[OWN + index] != cell)
            for index, cell in enumerate(row[OWN:])
        )
        number = row[1] if kind in ("removed", "before") else row[2]
        rows.append(ChangedRow(kind, in_words(CHANGES[kind], language), number or "", cells))
    return tuple(rows)


def _partner(rows: Sequence[Sequence[str | None]], place: int, kind: str) -> Sequence[str | None] | None:
    """The other half of a changed pair, if it stands on the same page."""
    other = {"before": place + 1, "after": place - 1}.get(kind, -1)
    is_pair = 0 <= other < len(rows) and rows[other][1:OWN] == rows[place][1:OWN]
    return rows[other] if is_pair else None


def _href(query: Query, offset: int, fixed: tuple[tuple[str, str], ...]) -> str:
    return "?" + urlencode([*fixed, *to_pairs(replace(query, offset=offset, after=None))])


def _type(code: str, language: str) -> str:
    return in_words(TYPES.get(code, (code, code)), language)
