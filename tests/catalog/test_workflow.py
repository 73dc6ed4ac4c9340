"""Every step in every state: who may take it, what it leads to, what the public sees of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.entries import open_revision, save_revision
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.history import list_steps
from catalog.models import AuditRow, ChangeRow, CurrentRecord, Entry, Revision
from catalog.models.entries import ENTRY_STATES, REVISION_STATES
from catalog.permissions import POLICY, ROLES, Actor
from catalog.steps import STEPS
from catalog.vocabularies import VOCABULARIES
from catalog.workflow import list_open_steps, take_step
from datasets.models import VERSION_STATES
from tests.catalog.lifecycle import PATHS, Lifecycle, make_actor, make_department, second_office

OPEN_STEPS: dict[str, set[str]] = {
    # state of the open revision of an entry that was never public → the steps that are open
    "draft": {"submit", "adopt"},
    "department_review": {"recall", "sign", "return_by_department"},
    "office_review": {"recall", "approve", "return_by_office"},
    "returned": {"submit"},
    "approved": {"publish", "return_by_office"},
    # state of an entry without an open revision → the steps that are open
    "published": {"ask_withdrawal", "suspend"},
    "withdrawal_review": {"refuse_withdrawal", "withdraw", "suspend"},
    "suspended": {"resume", "withdraw"},
    "withdrawn": set(),
}
"""Written by hand from the rules, not from the table of steps."""

RESULTS = {
    "submit": "department_review",
    "recall": "draft",
    "adopt": "published",
    "sign": "office_review",
    "return_by_department": "returned",
    "return_by_office": "returned",
    "approve": "approved",
    "publish": "published",
    "ask_withdrawal": "withdrawal_review",
    "refuse_withdrawal": "published",
    "withdraw": "withdrawn",
    "suspend": "suspended",
    "resume": "published",
    "discard": "superseded",
}

ENTRY_STEPS = [name for name, step in STEPS.items() if step.subject != "version"]


def taker(session: Session, lifecycle: Lifecycle, step: str) -> Actor:
    """Who takes the step: of the office someone who has not touched the entry before."""
    by = lifecycle.people.for_step(step)
    return second_office(session) if by == lifecycle.people.office else by


def check_closed_steps(session: Session, lifecycle: Lifecycle, entry: Entry, open_steps: set[str]) -> None:
    before = session.scalar(select(func.count()).select_from(AuditRow))
    for step in set(ENTRY_STEPS) - open_steps:
        with pytest.raises(Conflict) as caught:
            by = taker(session, lifecycle, step)
            take_step(session, entry, step, by=by, now=lifecycle.now, reason="按规定办理")
        assert caught.value.code == "step_not_open", step
    assert session.scalar(select(func.count()).select_from(AuditRow)) == before


def check_open_step(session: Session, lifecycle: Lifecycle, entry: Entry, step: str) -> None:
    before = session.scalar(select(func.count()).select_from(AuditRow)) or 0
    by = taker(session, lifecycle, step)
    taken = take_step(session, entry, step, by=by, now=lifecycle.now, reason="按规定办理")
    assert taken.to_state == RESULTS[step]
    assert session.scalar(select(func.count()).select_from(AuditRow)) == before + 1
    assert list_steps(session, entry.id)[0].step == step


@pytest.mark.parametrize("state", PATHS)
def test_all_other_steps_are_closed_in_a_state(lifecycle: Lifecycle, session: Session, state: str) -> None:
    check_closed_steps(session, lifecycle, lifecycle.entry(state), OPEN_STEPS[state])


@pytest.mark.parametrize(
    ("state", "step"), [(state, step) for state in OPEN_STEPS for step in sorted(OPEN_STEPS[state])]
)
def test_the_open_steps_of_a_state_lead_on(lifecycle: Lifecycle, session: Session, state: str, step: str) -> None:
    check_open_step(session, lifecycle, lifecycle.entry(state), step)


SECOND_STEPS: dict[str, set[str]] = {
    # state of a second revision, the entry being public meanwhile → the open steps: it can be discarded, not adopted
    "draft": {"submit", "discard", "ask_withdrawal", "suspend"},
    "department_review": {"recall", "sign", "return_by_department", "ask_withdrawal", "suspend"},
    "office_review": {"recall", "approve", "return_by_office", "ask_withdrawal", "suspend"},
    "returned": {"submit", "discard", "ask_withdrawal", "suspend"},
    "approved": {"publish", "return_by_office", "ask_withdrawal", "suspend"},
}


@pytest.mark.parametrize("state", SECOND_STEPS)
def test_all_other_steps_are_closed_for_a_second_revision(lifecycle: Lifecycle, session: Session, state: str) -> None:
    check_closed_steps(session, lifecycle, lifecycle.revised(state), SECOND_STEPS[state])


@pytest.mark.parametrize(
    ("state", "step"), [(state, step) for state in SECOND_STEPS for step in sorted(SECOND_STEPS[state])]
)
def test_the_open_steps_of_a_second_revision_lead_on(
    lifecycle: Lifecycle, session: Session, state: str, step: str
) -> None:
    check_open_step(session, lifecycle, lifecycle.revised(state), step)


def test_the_table_of_steps_uses_known_states_and_rights() -> None:
    known = {"revision": REVISION_STATES, "entry": ENTRY_STATES, "version": VERSION_STATES}
    for step in STEPS.values():
        assert step.act in POLICY, step.name
        assert {*step.from_states, step.to_state} <= set(known[step.subject]), step.name
        assert step.entry_states <= set(ENTRY_STATES), step.name
        assert step.zh and step.en
    assert set(VOCABULARIES["revision_state"].codes) == set(REVISION_STATES)


def test_only_who_has_the_right_takes_a_step(lifecycle: Lifecycle, session: Session) -> None:
    """Refused before the state is looked at, so a stranger learns nothing of it."""
    entry = lifecycle.draft()
    elsewhere = make_department(session, "黄石港区教育局")
    actors = [
        (role, where, make_actor(session, role, department=home))
        for role in ROLES
        for where, home in (("own", lifecycle.people.department), ("other", elsewhere))
    ]
    refused = 0
    for step in ENTRY_STEPS:
        for role, where, by in [*actors, ("anonymous", "other", Actor(None, ""))]:
            scope = POLICY[STEPS[step].act].get(role)
            if scope == "any" or (scope == "own" and where == "own"):
                continue
            with pytest.raises(NotAllowed) as caught:
                take_step(session, entry, step, by=by, now=lifecycle.now, reason="越权")
            assert caught.value.code == "not_allowed", (step, role, where)
            refused += 1
    assert refused == 185, "14 steps × 15 actors, less the 25 that have the right"
    assert lifecycle.revision(entry).state == "draft"


def test_nobody_passes_what_they_submitted(session: Session, lifecycle: Lifecycle) -> None:
    everything = Actor(
        make_actor(session, "editor").account_id,
        "一人多岗",
        lifecycle.people.department.id,
        frozenset({"editor", "reviewer", "office"}),
    )
    entry = lifecycle.draft()
    take_step(session, entry, "submit", by=everything, now=lifecycle.now)
    for step, follow in (("sign", "sign"), ("approve", "approve"), ("publish", "publish")):
        with pytest.raises(NotAllowed) as caught:
            take_step(session, entry, step, by=everything, now=lifecycle.now)
        assert caught.value.code == "own_submission"
        assert step not in [open_step.name for open_step in list_open_steps(session, entry, by=everything)]
        lifecycle.take(entry, follow)
    assert entry.state == "published"


def test_whoever_asked_for_a_withdrawal_does_not_decide_it(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    take_step(session, entry, "ask_withdrawal", by=lifecycle.people.office, now=lifecycle.now, reason="数据有误")
    with pytest.raises(NotAllowed):
        take_step(session, entry, "withdraw", by=lifecycle.people.office, now=lifecycle.now)
    taken = take_step(session, entry, "withdraw", by=second_office(session), now=lifecycle.now)
    assert (taken.to_state, entry.state_reason) == ("withdrawn", "数据有误")


@pytest.mark.parametrize(
    "step", [step.name for step in STEPS.values() if step.needs_reason and step.subject != "version"]
)
def test_a_step_that_needs_a_reason_is_not_taken_without_one(session: Session, lifecycle: Lifecycle, step: str) -> None:
    state = next(state for state, steps in OPEN_STEPS.items() if step in steps)
    entry = lifecycle.entry(state)
    for empty in (None, "", "  \n "):
        with pytest.raises(Invalid) as caught:
            take_step(session, entry, step, by=lifecycle.people.for_step(step), now=lifecycle.now, reason=empty)
        assert caught.value.code == "reason_required"


def test_unknown_steps_and_steps_of_data_are_not_found(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft()
    for step in ("explode", "confirm_data", ""):
        with pytest.raises(NotFound):
            take_step(session, entry, step, by=lifecycle.people.office, now=lifecycle.now)


def test_returned_entry_keeps_its_note_until_it_is_submitted_again(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.entry("department_review")
    take_step(
        session, entry, "return_by_department", by=lifecycle.people.reviewer, now=lifecycle.now, reason="摘要过于简单"
    )
    assert lifecycle.revision(entry).return_reason == "摘要过于简单"
    lifecycle.take(entry, "submit")
    assert lifecycle.revision(entry).return_reason is None
    assert [step.step for step in list_steps(session, entry.id)] == [
        "submit",
        "return_by_department",
        "submit",
        "create",
    ]
    assert list_steps(session, entry.id)[1].reason == "摘要过于简单"


def test_an_entry_with_gaps_is_not_submitted_and_every_gap_is_named(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft(summary="", contact_phone="", items=[])
    with pytest.raises(Invalid) as caught:
        take_step(session, entry, "submit", by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "gaps_remain"
    assert [(p.where, p.code) for p in caught.value.problems] == [
        ("summary", "required_missing"),
        ("contact_phone", "contact_missing"),
        ("items", "items_missing"),
    ]


def test_a_stale_look_at_a_revision_takes_no_step(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft()
    revision = lifecycle.revision(entry)
    seen = revision.lock_version
    save_revision(
        session, revision, fields={"summary": "改过"}, expected_lock=seen, by=lifecycle.people.editor, now=lifecycle.now
    )
    with pytest.raises(Conflict) as caught:
        take_step(session, entry, "submit", by=lifecycle.people.editor, now=lifecycle.now, expected_lock=seen)
    assert caught.value.code == "changed_meanwhile"
    take_step(
        session, entry, "submit", by=lifecycle.people.editor, now=lifecycle.now, expected_lock=revision.lock_version
    )


def test_publication_makes_the_record_public_and_names_its_code(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    current = session.get_one(CurrentRecord, entry.id)
    assert (current.title, current.file_count, current.row_count, current.formats) == (
        "黄石港区社区居委会名录",
        1,
        35,
        ",csv,",
    )
    assert current.item_names == "社区名称 name 办公电话 phone 户数 households"
    assert (entry.state, entry.code, entry.ordinal) == ("published", "306001/000001", 1)
    assert (entry.issued_on, entry.data_updated_on) == (dt.date(2026, 7, 10), dt.date(2026, 7, 10))
    assert entry.next_due_on == dt.date(2026, 8, 31), "the first month is settled by the first delivery"
    assert current.next_due_on == entry.next_due_on
    assert entry.open_revision_id is None


def test_codes_are_counted_per_class_and_never_given_again(session: Session, lifecycle: Lifecycle) -> None:
    first = lifecycle.entry("withdrawn", "甲")
    second = lifecycle.entry("published", "乙")
    other = lifecycle.entry("published", "丙", class_code="101002")
    own = lifecycle.entry("published", "丁", code="HSG/A-7")
    assert [e.code for e in (first, second, other, own)] == [
        "306001/000001",
        "306001/000002",
        "101002/000001",
        "HSG/A-7",
    ]
    assert [e.ordinal for e in (first, second, other, own)] == [1, 2, 3, 4]


def test_the_old_revision_stays_public_until_the_new_one_is_published(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    revision = open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    save_revision(
        session,
        revision,
        fields={"title": "社区居委会名录（新）"},
        expected_lock=None,
        by=lifecycle.people.editor,
        now=lifecycle.now,
    )
    lifecycle.take(entry, "submit", "sign", "approve")
    assert session.get_one(CurrentRecord, entry.id).title == "黄石港区社区居委会名录"
    old_id = entry.published_revision_id
    lifecycle.take(entry, "publish")
    assert session.get_one(CurrentRecord, entry.id).title == "社区居委会名录(新)"
    assert session.get_one(Revision, old_id).state == "superseded"
    assert [row.kind for row in session.scalars(select(ChangeRow).order_by(ChangeRow.number))] == [
        "published",
        "updated",
    ]
