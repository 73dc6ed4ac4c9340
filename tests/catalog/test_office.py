"""What the data office sees first."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from catalog.errors import NotAllowed
from catalog.models import Department, Entry, FeedPull, Obligation, Revision
from catalog.office import list_standings, summarise_office
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


def test_the_departments_most_behind_come_first(session: Session, departments: list[Department]) -> None:
    standings = list_standings(session, by=OFFICE, today=TODAY)
    assert [row.short_name for row in standings] == ["区民政局", "区信访局", "区教育局"]
    first = standings[0]
    assert (first.published, first.overdue, first.long_stale, first.due_soon, first.drafts) == (3, 1, 1, 0, 2)
    assert (first.kept, first.settled, first.is_behind) == (1, 4, True)
    assert (standings[1].published, standings[1].is_behind) == (0, False)
    assert (standings[2].in_review, standings[2].returned) == (1, 0)


def test_a_head_sees_the_own_department_only(session: Session, departments: list[Department]) -> None:
    head = Actor(uuid.uuid4(), "局长", departments[1].id, frozenset({"head"}))
    assert [row.short_name for row in list_standings(session, by=head, today=TODAY)] == ["区教育局"]
    editor = Actor(uuid.uuid4(), "填报员", departments[1].id, frozenset({"editor"}))
    for person in (editor, Actor(uuid.uuid4(), "无", None)):
        with pytest.raises(NotAllowed):
            list_standings(session, by=person, today=TODAY)
    with pytest.raises(NotAllowed):
        summarise_office(session, by=head, today=TODAY)


def test_the_desk_shows_the_queue_and_when_the_city_platform_came(
    session: Session, departments: list[Department]
) -> None:
    assert summarise_office(session, by=OFFICE, today=TODAY).last_pull is None
    for hours, puller in [(1, "市平台"), (2, "10.1.1.1")]:
        session.add(FeedPull(at=NOW - dt.timedelta(hours=hours), feed="changes", puller=puller, record_count=3))
    session.flush()
    desk = summarise_office(session, by=OFFICE, today=TODAY)
    assert desk.last_pull is not None
    assert (desk.last_pull.puller, desk.last_pull.record_count) == ("市平台", 3)
    assert (desk.queue_total, [row.title for row in desk.queue]) == (1, ["条目"])
    assert desk.suspended == 0
    assert len(desk.standings) == 3
