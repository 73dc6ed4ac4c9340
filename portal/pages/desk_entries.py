"""Lists of entries with their drafts: the department's own, or those of all departments for the office."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.departments import DepartmentFacts
from catalog.entry_lists import EntryPage, EntryRow
from catalog.timeliness import timeliness
from catalog.vocabularies import VOCABULARIES

PAGE_SIZE = 50
STANDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "draft": ("草稿", "Drafts", {"revision_state": "draft"}),
    "gaps": ("草稿有空缺", "Drafts with gaps", {"revision_state": "draft", "has_gaps": True}),
    "ready": ("草稿可提交", "Drafts ready to submit", {"revision_state": "draft", "has_gaps": False}),
    "returned": ("退回", "Returned", {"revision_state": "returned"}),
    "department_review": ("部门审签", "Department review", {"revision_state": "department_review"}),
    "office_review": ("区级审核", "Office review", {"revision_state": "office_review"}),
    "approved": ("待发布", "Approved", {"revision_state": "approved"}),
    "published": ("已发布", "Published", {"state": "published"}),
    "withdrawal_review": ("下架审核", "Withdrawal under review", {"state": "withdrawal_review"}),
    "suspended": ("紧急暂停", "Suspended", {"state": "suspended"}),
    "withdrawn": ("已下架", "Withdrawn", {"state": "withdrawn"}),
}
"""How a list may be narrowed: key → (zh, en, criteria of `list_entries`)."""


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What was asked for: a key of STANDS, a part of the title, a department."""

    stand: str = ""
    title: str = ""
    department: str = ""

    @property
    def criteria(self) -> dict[str, Any]:
        """As arguments of `list_entries`."""
        return {**(STANDS[self.stand][2] if self.stand else {}), "title": self.title or None}

    @property
    def is_empty(self) -> bool:
        """Whether everything is listed."""
        return not (self.stand or self.title or self.department)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry. `state` and `vocabulary` name the state that matters most for work."""

    row: EntryRow
    state: str
    vocabulary: str
    is_public: bool
    timeliness: str
    is_draft: bool


@dataclass(frozen=True, slots=True)
class EntryList:
    """A page of entries."""

    room: str
    lines: tuple[EntryLine, ...]
    total: int
    next: str | None
    asked: ListFilter
    stands: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]


def parse_list_filter(args: Mapping[str, str]) -> ListFilter:
    """What the address asks for; unknown words are passed over."""
    stand = args.get("state", "")
    return ListFilter(
        stand if stand in STANDS else "", args.get("q", "").strip()[:128], args.get("department", "")[:80]
    )


def make_entry_list(
    found: EntryPage,
    asked: ListFilter,
    *,
    room: str,
    today: dt.date,
    departments: Iterable[DepartmentFacts] = (),
    language: str,
) -> EntryList:
    """A page of the list; `departments` are those that may be chosen."""
    return EntryList(
        room=room,
        lines=tuple(_line(row, today) for row in found.rows),
        total=found.total,
        next=found.next,
        asked=asked,
        stands=tuple((key, en if language == "en" else zh) for key, (zh, en, _) in STANDS.items()),
        departments=tuple((one.slug, one.short_name or one.name) for one in departments),
    )


def department_id(departments: Iterable[DepartmentFacts], slug: str) -> uuid.UUID | None:
    """The id of the department with this slug, None for all."""
    return next((one.id for one in departments if one.slug == slug), None)


def state_of(row: EntryRow) -> tuple[str, str]:
    """(code, vocabulary) of the state that matters most: of the entry when it left the ordinary way."""
    if row.state in ("withdrawal_review", "suspended", "withdrawn"):
        return row.state, "entry_state"
    return row.revision_state, "revision_state"


def _line(row: EntryRow, today: dt.date) -> EntryLine:
    state, vocabulary = state_of(row)
    assert state in VOCABULARIES[vocabulary]
    return EntryLine(
        row=row,
        state=state,
        vocabulary=vocabulary,
        is_public=row.state in ("published", "withdrawal_review"),
        timeliness=timeliness(row.next_due_on, row.overdue_after_on, row.stale_after_on, today),
        is_draft=row.revision_state in ("draft", "returned"),
    )
