"""Figures computed from records."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from catalog.models import CurrentRecord, Department, Entry
from catalog.statistics import Figures, Line, summarise
from datasets.models import UsageCount

TODAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)
LONG_AGO = dt.date(2026, 1, 1)
SOMEDAY = dt.date(2026, 9, 30)


@pytest.fixture
def entries(session: Session) -> list[uuid.UUID]:
    """民政 with a timely and an overdue entry, 教育 with a closed one, 信访 with none."""
    names = [("minzheng", "区民政局"), ("jiaoyu", "区教育局"), ("xinfang", "区信访局")]
    departments = [
        Department(slug=slug, name=name, short_name=name, position=n, created_at=NOW)
        for n, (slug, name) in enumerate(names)
    ]
    session.add_all(departments)
    session.flush()
    specs = [
        (0, "social_aid", "unconditional", "monthly", SOMEDAY, 100, dt.date(2026, 7, 1)),
        (0, "education", "conditional", "monthly", LONG_AGO, 50, dt.date(2025, 8, 1)),
        (1, "education", "closed", "static", None, 0, dt.date(2025, 7, 31)),
    ]
    ids = []
    for n, (owner, domain, open_type, cycle, due, rows, issued) in enumerate(specs, start=1):
        entry = Entry(name=f"e-{n}", department_id=departments[owner].id, state="published", created_at=NOW)
        session.add(entry)
        session.flush()
        ids.append(entry.id)
        session.add(
            CurrentRecord(
                entry_id=entry.id,
                ordinal=n,
                change_number=n,
                name=f"e-{n}",
                title="条目",
                summary="",
                department_id=departments[owner].id,
                domain=domain,
                open_type=open_type,
                update_cycle=cycle,
                file_count=1 if rows else 0,
                row_count=rows,
                byte_size=rows * 10,
                issued_on=issued,
                modified_at=NOW,
                next_due_on=due,
                overdue_after_on=due,
                record={},
                record_hash="0" * 64,
            )
        )
    session.flush()
    return ids


def line(lines: tuple[Line, ...], key: str) -> Figures:
    return next(one.figures for one in lines if one.key == key)


def test_an_empty_catalog_has_figures_too(session: Session) -> None:
    statistics = summarise(session, today=TODAY)
    assert statistics.total == Figures()
    assert statistics.total.open_rate is None
    assert statistics.total.timely_rate is None
    assert statistics.domains == ()
    assert statistics.domain_coverage == (0, 22)


def test_totals_and_rates(session: Session, entries: list[uuid.UUID]) -> None:
    total = summarise(session, today=TODAY).total
    assert (total.entries, total.files, total.rows, total.bytes) == (3, 2, 150, 1500)
    assert (total.open_entries, total.tracked, total.timely) == (2, 2, 1)
    assert total.open_rate == pytest.approx(2 / 3)
    assert total.timely_rate == 0.5


def test_every_department_has_its_line_also_the_one_that_delivered_nothing(
    session: Session, entries: list[uuid.UUID]
) -> None:
    departments = summarise(session, today=TODAY).departments
    assert [(one.key, one.figures.entries) for one in departments] == [("minzheng", 2), ("jiaoyu", 1), ("xinfang", 0)]
    assert line(departments, "minzheng").timely_rate == 0.5
    assert line(departments, "jiaoyu").timely_rate is None


def test_other_tables_list_only_codes_that_occur_in_the_order_of_their_vocabulary(
    session: Session, entries: list[uuid.UUID]
) -> None:
    statistics = summarise(session, today=TODAY)
    assert [(one.key, one.zh, one.figures.entries) for one in statistics.domains] == [
        ("education", "教育文化", 2),
        ("social_aid", "社会救助", 1),
    ]
    assert [(one.key, one.figures.entries) for one in statistics.open_types] == [
        ("unconditional", 1),
        ("conditional", 1),
        ("closed", 1),
    ]
    assert [(one.key, one.figures.entries) for one in statistics.cycles] == [("monthly", 2), ("static", 1)]
    assert [(one.key, one.figures.entries) for one in statistics.timeliness] == [
        ("normal", 1),
        ("overdue", 1),
        ("not_tracked", 1),
    ]
    assert statistics.domain_coverage == (2, 22)


def test_publications_are_counted_over_twelve_months(session: Session, entries: list[uuid.UUID]) -> None:
    issued = summarise(session, today=TODAY).issued
    assert len(issued) == 12
    assert (issued[0], issued[-1]) == (("2025-08", 1), ("2026-07", 1))
    assert sum(count for _, count in issued) == 2, "July 2025 lies outside"


def test_uses_by_people_and_by_programs_are_kept_apart(session: Session, entries: list[uuid.UUID]) -> None:
    uses = [
        (entries[0], "view", TODAY, False, 7),
        (entries[0], "download", TODAY, False, 3),
        (entries[0], "view", TODAY, True, 1000),
        (entries[2], "view", TODAY - dt.timedelta(days=29), False, 2),
        (entries[2], "api", TODAY, False, 4),
        (entries[1], "preview", TODAY - dt.timedelta(days=30), False, 5),
        (uuid.uuid4(), "view", TODAY, False, 1),  # withdrawn since
    ]
    for subject, kind, day, by_bot, count in uses:
        session.add(UsageCount(subject_id=subject, kind=kind, day=day, is_bot=by_bot, count=count))
    session.flush()
    statistics = summarise(session, today=TODAY)
    total = statistics.total.usage
    assert (total.views, total.previews, total.downloads, total.api_calls, total.by_bots) == (10, 5, 3, 4, 1000)
    minzheng = line(statistics.departments, "minzheng").usage
    assert (minzheng.views, minzheng.downloads, minzheng.by_bots) == (7, 3, 1000)
    assert line(statistics.domains, "education").usage.views == 2
    days = statistics.usage_days
    assert len(days) == 30
    assert (days[0].day, days[0].views) == (TODAY - dt.timedelta(days=29), 2)
    assert (days[-1].day, days[-1].views, days[-1].downloads) == (TODAY, 8, 3)
