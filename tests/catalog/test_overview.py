"""What the data office sees first."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import NotAllowed
from catalog.models import Department, Entry, FeedPull, Obligation, ObligationAct, Revision
from catalog.overview import summarise_office
from catalog.permissions import Actor

TODAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)
OFFICE = Actor(uuid.uuid4(), "政数局", None, frozenset({"office"}))


@pytest.fixture
def departments(session: Session) -> list[Department]:
    """民政 with a stale, an overdue and a timely entry and two drafts; 教育 with one entry in review; 信访 idle."""
    names = [("xinfang", "区信访局"), ("jiaoyu", "区教育局"), ("minzheng", "区民政局")]
    rows = [
        Department(slug=slug, name=name, short_name=name, position=n, created_at=NOW)
        for n, (slug, name) in enumerate(names)
    ]
    session.add_all(rows)
    session.flush()
    minzheng, jiaoyu = rows[2], rows[1]
    for due in (-60, -10, 60):
        _entry(session, minzheng, "published", due)
    _entry(session, minzheng, "draft")
    _entry(session, minzheng, "draft")
    _entry(session, jiaoyu, "office_review")
    return rows


def _entry(session: Session, department: Department, state: str, due: int | None = None) -> Entry:
    day = TODAY + dt.timedelta(days=due) if due is not None else None
    entry = Entry(
        name=f"e-{uuid.uuid4().hex[:8]}",
        department_id=department.id,
        state="published" if state == "published" else "never_published",
        next_due_on=day,
        overdue_after_on=day,
        stale_after_on=day and day + dt.timedelta(days=30),
        created_at=NOW,
    )
    session.add(entry)
    session.flush()
    revision = Revision(
        id=uuid.uuid4(),
        entry_id=entry.id,
        number=1,
        state=state,
        title="条目",
        submitted_at=NOW,
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(revision)
    if state == "published":
        entry.published_revision_id = revision.id
        states = ("on_time", "late") if due == 60 else ("missed",)
        for n, one in enumerate(states):
            session.add(
                Obligation(
                    subject_id=entry.id,
                    entry_id=entry.id,
                    department_id=department.id,
                    period=f"2026-{n + 1:02}",
                    starts_on=TODAY,
                    due_on=TODAY,
                    grace_on=TODAY,
                    state=one,
                    created_at=NOW,
                )
            )
    else:
        entry.open_revision_id = revision.id
    session.flush()
    return entry


def test_each_department_is_counted_by_what_is_the_matter(session: Session, departments: list[Department]) -> None:
    found = summarise_office(session, by=OFFICE, today=TODAY)
    lines = {row.short_name: row for row in found.departments}
    assert [row.short_name for row in found.departments] == ["区信访局", "区教育局", "区民政局"]
    first = lines["区民政局"]
    assert (first.published, first.overdue, first.long_stale, first.drafts) == (3, 2, 1, 2)
    assert (lines["区信访局"].published, lines["区信访局"].overdue) == (0, 0)
    assert (lines["区教育局"].in_review, lines["区教育局"].returned) == (1, 0)
    assert (found.published, found.overdue, found.waiting, found.suspended, found.requests) == (3, 2, 1, 0, 0)
    assert [row.title for row in found.queue] == ["条目"]


def test_a_request_of_a_department_waits_for_the_office(session: Session, departments: list[Department]) -> None:
    row = session.scalars(select(Obligation)).first()
    assert row is not None
    session.add(
        ObligationAct(
            obligation_id=row.id,
            department_id=row.department_id,
            kind="objection",
            reason="平台故障",
            by_name="审签人",
            at=NOW,
        )
    )
    session.flush()
    assert summarise_office(session, by=OFFICE, today=TODAY).requests == 1


def test_only_the_office_sees_all_departments(session: Session, departments: list[Department]) -> None:
    for role in ("head", "reviewer", "auditor"):
        person = Actor(uuid.uuid4(), "他人", departments[1].id, frozenset({role}))
        with pytest.raises(NotAllowed):
            summarise_office(session, by=person, today=TODAY)


def test_the_overview_says_when_a_platform_came_last(session: Session, departments: list[Department]) -> None:
    assert summarise_office(session, by=OFFICE, today=TODAY).last_pull is None
    for hours, puller in [(1, "市平台"), (2, "10.1.1.1")]:
        session.add(FeedPull(at=NOW - dt.timedelta(hours=hours), feed="changes", puller=puller, record_count=3))
    session.flush()
    last = summarise_office(session, by=OFFICE, today=TODAY).last_pull
    assert last is not None
    assert (last.puller, last.record_count) == ("市平台", 3)
