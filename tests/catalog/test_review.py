"""What waits for whom, oldest first, and what a reviewer compares."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from catalog.entries import find_published_revision, open_revision, save_revision
from catalog.errors import Invalid, NotAllowed
from catalog.permissions import Actor
from catalog.review import QueueRow, compare_revisions, list_review_queue
from catalog.revision_texts import FieldChange
from catalog.workflow import take_step
from tests.catalog.lifecycle import ITEMS, PATHS, Lifecycle, make_actor, make_people


def at(lifecycle: Lifecycle, minute: int) -> Lifecycle:
    """The same people some minutes later."""
    return Lifecycle(lifecycle.session, lifecycle.people, lifecycle.now + dt.timedelta(minutes=minute))


def facts(row: QueueRow) -> tuple[str, str, str]:
    return row.kind, row.title, row.state


def test_the_office_sees_what_waits_for_it_oldest_first(session: Session, lifecycle: Lifecycle) -> None:
    at(lifecycle, 4).entry("office_review", "待审核")
    at(lifecycle, 1).entry("approved", "待发布")
    at(lifecycle, 2).entry("withdrawal_review", "待下架")
    at(lifecycle, 3).version("office_review", findings=[_finding()])
    for state in ("draft", "department_review", "returned", "published", "suspended", "withdrawn"):
        lifecycle.entry(state, state)
    page = list_review_queue(session, by=lifecycle.people.office)
    assert [facts(row) for row in page.rows] == [
        ("revision", "待发布", "approved"),
        ("withdrawal", "待下架", "withdrawal_review"),
        ("version", "黄石港区社区居委会名录", "office_review"),
        ("revision", "待审核", "office_review"),
    ]
    assert [row.is_new for row in page.rows] == [True, False, False, True]
    assert [row.version_number for row in page.rows] == [None, None, 2, None]
    assert (page.total, page.next) == (4, None)


def test_a_reviewer_sees_what_waits_in_the_own_department(session: Session, lifecycle: Lifecycle) -> None:
    at(lifecycle, 2).entry("department_review", "本局条目")
    at(lifecycle, 1).version("department_review")
    lifecycle.entry("office_review", "已到区里")
    Lifecycle(session, make_people(session, "黄石港区教育局"), lifecycle.now).entry("department_review", "外局条目")
    page = list_review_queue(session, by=lifecycle.people.reviewer)
    assert [facts(row) for row in page.rows] == [
        ("version", "黄石港区社区居委会名录", "department_review"),
        ("revision", "本局条目", "department_review"),
    ]
    assert page.rows[0].department_name == "黄石港区民政局"


def test_the_first_version_of_an_entry_is_not_queued_beside_it(session: Session, lifecycle: Lifecycle) -> None:
    lifecycle.entry("office_review", with_file=True)
    assert [row.kind for row in list_review_queue(session, by=lifecycle.people.office).rows] == ["revision"]


def test_the_queue_goes_on_where_the_page_ended(session: Session, lifecycle: Lifecycle) -> None:
    for minute in range(5):
        at(lifecycle, minute // 2).entry("office_review", f"条目{minute}")
    titles, after = [], None
    while True:
        page = list_review_queue(session, by=lifecycle.people.office, after=after, limit=2)
        titles += [row.title for row in page.rows]
        assert page.total == 5
        if page.next is None:
            break
        after = page.next
    assert sorted(titles) == [f"条目{n}" for n in range(5)]
    assert titles[-1] == "条目4"


def test_what_one_submitted_oneself_is_marked(session: Session, lifecycle: Lifecycle) -> None:
    department = lifecycle.people.department
    both = make_actor(session, "editor", "reviewer", department=department)
    take_step(session, lifecycle.draft(), "submit", by=both, now=lifecycle.now)
    assert [row.is_own for row in list_review_queue(session, by=both).rows] == [True]
    assert [row.is_own for row in list_review_queue(session, by=lifecycle.people.reviewer).rows] == [False]


@pytest.mark.parametrize("role", ["editor", "head", "auditor", "system_admin", "anonymous"])
def test_nobody_else_sees_a_queue(session: Session, lifecycle: Lifecycle, role: str) -> None:
    department = lifecycle.people.department
    by = Actor(None, "") if role == "anonymous" else make_actor(session, role, department=department)
    with pytest.raises(NotAllowed):
        list_review_queue(session, by=by)


def test_a_broken_cursor_is_refused(session: Session, lifecycle: Lifecycle) -> None:
    for cursor in ("x", "20260710T020000000000~zz", "~"):
        with pytest.raises(Invalid):
            list_review_queue(session, by=lifecycle.people.office, after=cursor)


def test_a_revision_is_compared_field_by_field(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    revision = open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    save_revision(
        session,
        revision,
        fields={"summary": "新的摘要。", "tags": ["社区"], "temporal_start": "2026-01-01"},
        items=[{**ITEMS[0], "length": 128}, ITEMS[2], {"name": "网格数", "type": "I"}],
        expected_lock=None,
        by=lifecycle.people.editor,
        now=lifecycle.now,
    )
    changes = compare_revisions(find_published_revision(session, entry), revision)
    assert changes[:4] == [
        FieldChange("summary", "辖区各社区居委会的名称、地址和办公电话。", "新的摘要。"),
        FieldChange("tags", ["社区", "居委会"], ["社区"]),
        FieldChange("temporal_start", None, dt.date(2026, 1, 1)),
        FieldChange("items.社区名称.length", 64, 128),
    ]
    assert [(c.field, c.old is None, c.new is None) for c in changes[4:]] == [
        ("items.网格数", True, False),
        ("items.办公电话", False, True),
    ]


def test_a_changed_order_of_items_is_one_change(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    revision = open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    save_revision(
        session,
        revision,
        fields={},
        items=ITEMS[::-1],
        expected_lock=None,
        by=lifecycle.people.editor,
        now=lifecycle.now,
    )
    changes = compare_revisions(find_published_revision(session, entry), revision)
    assert changes == [FieldChange("items", ["社区名称", "办公电话", "户数"], ["户数", "办公电话", "社区名称"])]


def test_a_first_revision_is_all_new(lifecycle: Lifecycle) -> None:
    changes = compare_revisions(None, lifecycle.revision(lifecycle.draft()))
    assert changes[0] == FieldChange("title", None, "黄石港区社区居委会名录")
    assert all(change.old is None for change in changes)
    assert [change.field for change in changes][-3:] == ["items.社区名称", "items.办公电话", "items.户数"]


def _finding() -> dict[str, object]:
    return {"column": "办公电话", "kind": "landline", "severity": "warn", "count": 35, "rate": 1.0}


def test_every_path_of_the_factories_leads_to_its_state(session: Session, lifecycle: Lifecycle) -> None:
    for state in PATHS:
        entry = lifecycle.entry(state, state)
        revision = lifecycle.revision(entry) if entry.open_revision_id else None
        assert state == (revision.state if revision else entry.state)
