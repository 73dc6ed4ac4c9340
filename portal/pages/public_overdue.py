"""超期数据公示: the list of overdue data as a page and as CSV."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from catalog import overdue
from catalog.departments import get_department
from catalog.obligations import GRACE_WORKDAYS
from catalog.overdue import OverdueDepartment, OverdueRow
from catalog.vocabularies import VOCABULARIES
from portal.pages.public_promise import write_table

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PER_PAGE = 50
COLUMNS: tuple[tuple[str, str], ...] = (
    ("部门", "Department"),
    ("数据集", "Dataset"),
    ("网址", "Address"),
    ("更新周期", "Update cycle"),
    ("最近数据更新", "Data updated on"),
    ("应更新日", "Due on"),
    ("按时截止日", "Still on time until"),
    ("超期天数", "Days overdue"),
    ("超期工作日", "Working days overdue"),
    ("状态", "Status"),
)
"""Columns of the list as CSV."""


@dataclass(frozen=True, slots=True)
class OverduePage:
    """All that /overdue shows; `department` is the chosen slug, "" for all."""

    rows: tuple[OverdueRow, ...]
    departments: tuple[OverdueDepartment, ...]
    department: str
    department_name: str
    total: int
    long_stale: int
    page: int
    page_count: int
    grace_workdays: int
    on: dt.date

    @property
    def everything(self) -> int:
        """How many are overdue in all departments."""
        return sum(one.count for one in self.departments)

    @property
    def csv_query(self) -> str:
        """The query of the same list as CSV."""
        return "?" + urlencode({"department": self.department}) if self.department else ""

    def href_of(self, page: int) -> str:
        """The relative address of another page."""
        pairs = {"department": self.department, "page": page if page > 1 else ""}
        return "?" + urlencode({key: value for key, value in pairs.items() if value})


def make_overdue_page(session: Session, *, department: str, page: int, today: dt.date, language: str) -> OverduePage:
    """One page of the list. Raises NotFound("department_not_found")."""
    name = _department_name(session, department, language)
    found = overdue.list_overdue(session, today=today, department=department or None, page=page, per_page=PER_PAGE)
    counted = [one for one in found.departments if department in ("", one.slug)]
    return OverduePage(
        rows=found.rows,
        departments=found.departments,
        department=department,
        department_name=name,
        total=found.total,
        long_stale=sum(one.long_stale for one in counted),
        page=page,
        page_count=found.page_count,
        grace_workdays=GRACE_WORKDAYS,
        on=today,
    )


def overdue_table(session: Session, *, department: str, today: dt.date, language: str, base_url: str) -> str:
    """The whole list as CSV. Raises NotFound("department_not_found")."""
    _department_name(session, department, language)
    is_english = language == "en"
    rows = (
        (
            (row.department_name_en if is_english else None) or row.department_name,
            (row.title_en if is_english else None) or row.title,
            f"{base_url}/dataset/{row.name}",
            VOCABULARIES["update_cycle"].label(row.update_cycle, language),
            row.data_updated_on,
            row.due_on,
            row.grace_on,
            row.days,
            row.workdays,
            VOCABULARIES["timeliness"].label(row.timeliness, language),
        )
        for row in overdue.read_overdue(session, today=today, department=department or None)
    )
    return write_table(COLUMNS, rows, language)


def _department_name(session: Session, slug: str, language: str) -> str:
    if not slug:
        return ""
    facts = get_department(session, slug)
    return (facts.name_en if language == "en" else None) or facts.name
