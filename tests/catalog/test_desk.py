"""What a department sees first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from catalog.desk import Desk, summarise_desk
from catalog.errors import NotAllowed
from catalog.models import Account, Department, Entry, EntryStep, Obligation, Resource, Revision
from catalog.permissions import Actor
from datasets.models import DataVersion

TODAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)

Make = Callable[..., Entry]


def days(count: int) -> dt.date:
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def departments(session: Session) -> list[Department]:
    rows = [
        Department(slug=slug, name=name, short_name=name, created_at=NOW)
        for slug, name in [("minzheng", "区民政局"), ("jiaoyu", "区教育局")]
    ]
    session.add_all(rows)
    session.flush()
    return rows


@pytest.fixture
def people(session: Session, departments: list[Department]) -> dict[str, Actor]:
    """An editor and a reviewer of 区民政局."""
    actors = {}
    for role in ("editor", "reviewer", "head"):
        account = Account(
            id=uuid.uuid4(),
            username=role,
            display_name=f"民政{role}",
            department_id=departments[0].id,
            password_hash="x",
            created_at=NOW,
        )
        session.add(account)
        actors[role] = Actor(account.id, account.display_name, departments[0].id, frozenset({role}))
    session.flush()
    return actors


@pytest.fixture
def make(session: Session, departments: list[Department]) -> Make:
    """An entry of 区民政局 whose one revision is in `state`."""

    def make(
        title: str, state: str = "published", *, department: int = 0, due: int | None = None, **facts: object
    ) -> Entry:
        entry = Entry(
            name=f"e-{uuid.uuid4().hex[:8]}",
            department_id=departments[department].id,
            state="published" if state == "published" else "never_published",
            created_at=NOW,
            issued_on=facts.pop("issued_on", None),
            next_due_on=days(due) if due is not None else None,
            overdue_after_on=days(due + 5) if due is not None else None,
            stale_after_on=days(due + 40) if due is not None else None,
        )
        session.add(entry)
        session.flush()
        values = {"update_cycle": "monthly", "open_type": "unconditional", **facts}
        revision = Revision(
            id=uuid.uuid4(),
            entry_id=entry.id,
            number=1,
            state=state,
            title=title,
            created_at=NOW,
            changed_at=NOW,
            **values,
        )
        session.add(revision)
        if state == "published":
            entry.published_revision_id = revision.id
        else:
            entry.open_revision_id = revision.id
        session.flush()
        return entry

    return make


def desk(session: Session, by: Actor) -> Desk:
    return summarise_desk(session, by=by, today=TODAY)


def test_an_empty_desk_is_quiet(session: Session, people: dict[str, Actor]) -> None:
    shown = desk(session, people["editor"])
    assert shown.countdown is None
    assert not any((shown.overdue, shown.due, shown.returned, shown.to_sign, shown.waiting, shown.gaps, shown.ready))
    assert shown.tasks == ()


def test_the_countdown_runs_to_the_next_date_and_debts_stand_apart(
    session: Session, make: Make, people: dict[str, Actor]
) -> None:
    make("二十天", due=20)
    make("六天", due=6)
    make("昨天到期", due=-1)  # in its days of grace
    make("超期", due=-6)
    make("久未更新", due=-60)
    make("别的部门", department=1, due=1)
    shown = desk(session, people["editor"])
    assert shown.countdown is not None
    assert (shown.countdown.title, shown.countdown.left.days) == ("昨天到期", -1)
    assert [(row.title, row.timeliness) for row in shown.overdue.rows] == [
        ("久未更新", "long_stale"),
        ("超期", "overdue"),
    ]
    assert [row.title for row in shown.due.rows] == ["昨天到期", "六天"]
    assert [(task.kind, task.count) for task in shown.tasks] == [("overdue", 2), ("due", 2)]
    assert shown.published == 5


def test_a_returned_entry_shows_its_note_and_who_returned_it(
    session: Session, make: Make, people: dict[str, Actor]
) -> None:
    entry = make("名单", "returned", return_reason="摘要太短")
    for n, name in enumerate(["先退的人", "后退的人"], start=1):
        session.add(
            EntryStep(
                entry_id=entry.id,
                number=n,
                revision_id=entry.open_revision_id,
                step="return_by_office",
                to_state="returned",
                by_name=name,
                at=NOW + dt.timedelta(hours=n),
            )
        )
    session.flush()
    row = desk(session, people["editor"]).returned.rows[0]
    assert (row.title, row.reason, row.returned_by) == ("名单", "摘要太短", "后退的人")


def test_what_waits_for_a_signature_is_the_reviewers_task_alone(
    session: Session, make: Make, people: dict[str, Actor]
) -> None:
    editor = people["editor"]
    make("待审签", "department_review", submitted_by=editor.account_id, submitted_at=NOW)
    make("在区级", "office_review", submitted_by=editor.account_id, submitted_at=NOW)
    make("待发布", "approved", submitted_by=editor.account_id, submitted_at=NOW - dt.timedelta(days=1))
    seen_by_reviewer, seen_by_editor = desk(session, people["reviewer"]), desk(session, editor)
    row = seen_by_reviewer.to_sign.rows[0]
    assert (row.title, row.kind, row.submitted_by, row.is_own) == ("待审签", "revision", "民政editor", False)
    assert [task.kind for task in seen_by_reviewer.tasks] == ["sign"]
    assert seen_by_editor.to_sign.rows[0].is_own
    assert seen_by_editor.tasks == ()
    assert [one.title for one in seen_by_reviewer.waiting.rows] == ["待发布", "在区级"], "the oldest first"


def test_new_data_of_a_public_entry_waits_too(session: Session, make: Make, people: dict[str, Actor]) -> None:
    entry = make("名单")
    resource = Resource(id=uuid.uuid4(), entry_id=entry.id, title="数据", created_at=NOW)
    session.add(resource)
    session.add(
        DataVersion(
            resource_id=resource.id,
            number=2,
            state="department_review",
            blob_sha256="0" * 64,
            file_name="a.csv",
            file_format="csv",
            byte_size=1,
            recipe={},
            columns=[],
            row_count=1,
            row_store="x",
            content_sha256="0" * 64,
            csv_sha256="0" * 64,
            csv_byte_size=1,
            created_at=NOW,
            submitted_by=people["editor"].account_id,
        )
    )
    session.flush()
    row = desk(session, people["reviewer"]).to_sign.rows[0]
    assert (row.kind, row.title, row.version_number, row.resource_id) == ("version", "名单", 2, resource.id)


def test_drafts_with_gaps_and_drafts_ready_to_go(session: Session, make: Make, people: dict[str, Actor]) -> None:
    make("缺很多", "draft", gaps=["summary", "domain", "items"])
    make("缺一项", "draft", gaps=["summary"])
    make("齐了", "draft")
    shown = desk(session, people["editor"])
    assert [(row.title, row.gap_count) for row in shown.gaps.rows] == [("缺一项", 1), ("缺很多", 3)]
    assert all(0 < row.completeness < 100 for row in shown.gaps.rows)
    assert [row.title for row in shown.ready.rows] == ["齐了"]
    assert [(task.kind, task.count) for task in shown.tasks] == [("submit", 1), ("gaps", 2)]


def test_lists_are_short_and_say_how_long_they_are(session: Session, make: Make, people: dict[str, Actor]) -> None:
    for _ in range(11):
        make("超期", due=-10)
    shown = desk(session, people["editor"])
    assert (len(shown.overdue.rows), shown.overdue.total) == (8, 11)


def test_irregular_entries_are_brought_to_mind_after_a_year(
    session: Session, make: Make, people: dict[str, Actor]
) -> None:
    make("一年整", update_cycle="irregular", issued_on=dt.date(2025, 7, 10))
    make("差一天", update_cycle="irregular", issued_on=dt.date(2025, 7, 11))
    make("不开放", update_cycle="irregular", issued_on=dt.date(2020, 1, 1), open_type="closed")
    assert [row.title for row in desk(session, people["editor"]).reminders.rows] == ["一年整"]


def test_kept_promises_of_the_last_year(session: Session, make: Make, people: dict[str, Actor]) -> None:
    entry = make("名单")
    for period, state, due in [
        ("2026-04", "on_time", days(-70)),
        ("2026-05", "late", days(-40)),
        ("2026-06", "missed", days(-10)),
        ("2026-07", "open", days(21)),
        ("2024-01", "late", days(-800)),
    ]:
        session.add(
            Obligation(
                subject_id=entry.id,
                entry_id=entry.id,
                department_id=entry.department_id,
                period=period,
                starts_on=due,
                due_on=due,
                grace_on=due,
                state=state,
                created_at=NOW,
            )
        )
    session.flush()
    shown = desk(session, people["head"])
    assert (shown.kept, shown.settled) == (1, 3)


def test_a_desk_needs_a_department(session: Session, people: dict[str, Actor]) -> None:
    for by in (
        Actor(uuid.uuid4(), "办公室", None, frozenset({"office"})),
        Actor(uuid.uuid4(), "某人", people["editor"].department_id),
        Actor(uuid.uuid4(), "某人", None, frozenset({"editor"})),
        Actor(None, "任务", None, frozenset({"system"})),
    ):
        with pytest.raises(NotAllowed):
            desk(session, by)
