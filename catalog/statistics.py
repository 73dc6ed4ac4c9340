"""Figures of the public catalog, computed from its records: nothing is typed in.

`summarise` is O(entries): one GROUP BY over the current records and a few over usage and departments. Callers keep the
answer by change number and day.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, literal_column, select
from sqlalchemy.orm import Session

from catalog.models import CurrentRecord, Department
from catalog.timeliness import timeliness_case
from catalog.vocabularies import VOCABULARIES
from datasets.models import UsageCount

USAGE_DAYS = 30
ISSUED_MONTHS = 12
OPEN_TYPES = ("unconditional", "conditional")
"""Types that count as open for the open rate (DOMAIN: open entries / all entries, target 20 %)."""
TIMELY = ("normal", "due_soon")


@dataclass(frozen=True, slots=True)
class Usage:
    """Uses by people; `by_bots` are all uses by programs that say so. An API call is no view."""

    views: int = 0
    previews: int = 0
    downloads: int = 0
    api_calls: int = 0
    by_bots: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one group of entries; sizes in bytes of the delivered files."""

    entries: int = 0
    open_entries: int = 0
    files: int = 0
    rows: int = 0
    bytes: int = 0
    tracked: int = 0
    """Entries whose updates are followed."""
    timely: int = 0
    """Of them, those that are not overdue."""
    usage: Usage = Usage()

    @property
    def open_rate(self) -> float | None:
        """Open entries among all, 0 to 1; None without entries."""
        return self.open_entries / self.entries if self.entries else None

    @property
    def timely_rate(self) -> float | None:
        """Timely entries among the tracked ones, 0 to 1; None where nothing is tracked."""
        return self.timely / self.tracked if self.tracked else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a department (its slug) or a code of a vocabulary, with its labels."""

    key: str
    zh: str
    en: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class UsageDay:
    """Uses by people on one day."""

    day: dt.date
    views: int
    downloads: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics page as figures."""

    total: Figures
    departments: tuple[Line, ...]
    """Every active department, those without entries too; the most entries first."""
    domains: tuple[Line, ...]
    open_types: tuple[Line, ...]
    cycles: tuple[Line, ...]
    timeliness: tuple[Line, ...]
    issued: tuple[tuple[str, int], ...]
    """Month ("2026-07") → entries first published in it that are still public; the last twelve, oldest first."""
    usage_days: tuple[UsageDay, ...]
    """The last thirty days, oldest first."""
    domain_coverage: tuple[int, int]
    """Domains with entries, and all domains."""


@dataclass(slots=True)
class _Group:
    """What the one GROUP BY gives for one combination of properties."""

    department_id: uuid.UUID
    domain: str | None
    open_type: str
    cycle: str
    timeliness: str
    entries: int
    files: int
    rows: int
    bytes: int


def summarise(session: Session, *, today: dt.date) -> Statistics:
    """All figures as of `today`, which decides what is overdue."""
    groups = _groups(session, today)
    usage = _usage(session)
    names = _departments(session)
    by_department = _table(groups, lambda one: one.department_id, _sum_usage(usage, lambda row: row.department_id))
    by_domain = _table(groups, lambda one: one.domain, _sum_usage(usage, lambda row: row.domain))
    lines = [Line(slug, zh, en, by_department.get(key, Figures())) for key, (slug, zh, en) in names.items()]
    domains = _lines("domain", by_domain)
    return Statistics(
        total=_add(groups, _total_usage(session)),
        departments=tuple(sorted(lines, key=lambda line: -line.figures.entries)),
        domains=domains,
        open_types=_lines("open_type", _table(groups, lambda one: one.open_type, {})),
        cycles=_lines("update_cycle", _table(groups, lambda one: one.cycle, {})),
        timeliness=_lines("timeliness", _table(groups, lambda one: one.timeliness, {})),
        issued=_issued(session, today),
        usage_days=_usage_days(session, today),
        domain_coverage=(len(domains), len(VOCABULARIES["domain"])),
    )


def _groups(session: Session, today: dt.date) -> list[_Group]:
    keys = (
        CurrentRecord.department_id,
        CurrentRecord.domain,
        CurrentRecord.open_type,
        CurrentRecord.update_cycle,
        timeliness_case(CurrentRecord, today),
    )
    sums = (CurrentRecord.file_count, CurrentRecord.row_count, CurrentRecord.byte_size)
    query = select(*keys, func.count(), *(func.sum(column) for column in sums)).group_by(
        *(literal_column(str(place)) for place in range(1, len(keys) + 1))
    )
    return [_Group(*row[:5], *(int(value) for value in row[5:])) for row in session.execute(query)]


def _table(groups: Iterable[_Group], key: Callable[[_Group], Any], usage: dict[Any, Usage]) -> dict[Any, Figures]:
    collected: dict[Any, list[_Group]] = defaultdict(list)
    for group in groups:
        collected[key(group)].append(group)
    return {one: _add(members, usage.get(one, Usage())) for one, members in collected.items()}


def _add(groups: Iterable[_Group], usage: Usage) -> Figures:
    members = list(groups)
    return Figures(
        entries=sum(one.entries for one in members),
        open_entries=sum(one.entries for one in members if one.open_type in OPEN_TYPES),
        files=sum(one.files for one in members),
        rows=sum(one.rows for one in members),
        bytes=sum(one.bytes for one in members),
        tracked=sum(one.entries for one in members if one.timeliness != "not_tracked"),
        timely=sum(one.entries for one in members if one.timeliness in TIMELY),
        usage=usage,
    )


def _lines(vocabulary: str, table: dict[Any, Figures]) -> tuple[Line, ...]:
    """The codes that occur, in the order of their vocabulary; entries without one are left out."""
    terms = VOCABULARIES[vocabulary].terms
    return tuple(Line(term.code, term.zh, term.en, table[term.code]) for term in terms if term.code in table)


def _departments(session: Session) -> dict[uuid.UUID, tuple[str, str, str]]:
    query = select(Department.id, Department.slug, Department.name, Department.name_en)
    query = query.where(Department.is_active).order_by(Department.position, Department.slug)
    return {row.id: (row.slug, row.name, row.name_en or row.name) for row in session.execute(query)}


def _usage(session: Session) -> list[Row[Any]]:
    """Uses of public entries by department, domain, kind and bot."""
    keys = (CurrentRecord.department_id, CurrentRecord.domain, UsageCount.kind, UsageCount.is_bot)
    query = select(*keys, func.sum(UsageCount.count).label("uses"))
    query = query.join(CurrentRecord, CurrentRecord.entry_id == UsageCount.subject_id).group_by(*keys)
    return list(session.execute(query))


def _sum_usage(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], Any]) -> dict[Any, Usage]:
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[key(row)]["bot" if row.is_bot else row.kind] += int(row.uses)
    return {one: _as_usage(count) for one, count in counts.items()}


def _as_usage(count: Counter[str]) -> Usage:
    return Usage(count["view"], count["preview"], count["download"], count["api"], count["bot"])


def _total_usage(session: Session) -> Usage:
    """All uses ever counted, of withdrawn entries too."""
    query = select(UsageCount.kind, UsageCount.is_bot, func.sum(UsageCount.count))
    counts: Counter[str] = Counter()
    for kind, by_bot, count in session.execute(query.group_by(UsageCount.kind, UsageCount.is_bot)):
        counts["bot" if by_bot else kind] += int(count)
    return _as_usage(counts)


def _issued(session: Session, today: dt.date) -> tuple[tuple[str, int], ...]:
    first = dt.date(today.year - 1, today.month, 1)
    months = [
        f"{year:04}-{month + 1:02}"
        for year, month in (divmod(first.year * 12 + first.month + step, 12) for step in range(ISSUED_MONTHS))
    ]
    counts: Counter[str] = Counter()
    query = select(CurrentRecord.issued_on, func.count()).where(CurrentRecord.issued_on > first)
    for day, count in session.execute(query.group_by(CurrentRecord.issued_on)):
        counts[f"{day:%Y-%m}"] += count
    return tuple((month, counts[month]) for month in months)


def _usage_days(session: Session, today: dt.date) -> tuple[UsageDay, ...]:
    first = today - dt.timedelta(days=USAGE_DAYS - 1)
    query = (
        select(UsageCount.day, UsageCount.kind, func.sum(UsageCount.count))
        .where(UsageCount.day >= first, UsageCount.day <= today, UsageCount.is_bot.is_(False))
        .group_by(UsageCount.day, UsageCount.kind)
    )
    counts = {(day, kind): int(count) for day, kind, count in session.execute(query)}
    days = (first + dt.timedelta(days=step) for step in range(USAGE_DAYS))
    return tuple(UsageDay(day, counts.get((day, "view"), 0), counts.get((day, "download"), 0)) for day in days)
