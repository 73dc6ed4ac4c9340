"""New data of public files: who confirms, what goes to the office, what is never let through."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.data_updates import (
    approve_version,
    attach_version,
    confirm_version,
    list_open_version_steps,
    reject_version,
    submit_version,
    take_version_step,
)
from catalog.entries import open_revision, save_revision
from catalog.errors import Conflict, Invalid, NotAllowed
from catalog.models import ChangeRow, CurrentRecord, Entry, Resource
from catalog.release import declared_keys
from catalog.resources import remove_resource
from catalog.steps import STEPS
from catalog.workflow import take_step
from datasets.models import VERSION_STATES, DataVersion
from tests.catalog.lifecycle import COLUMNS, ITEMS, PATHS, Lifecycle, make_actor, make_people, make_version

OPEN_STEPS: dict[str, set[str]] = {
    # state of a data version of a public file → the steps that are open
    "prepared": {"submit_data", "discard_data"},
    "department_review": {"recall_data", "confirm_data", "reject_data_by_department"},
    "office_review": {"recall_data", "approve_data", "reject_data_by_office"},
    "published": set(),
    "superseded": {"retract_data"},
    "expired": set(),
    "rejected": set(),
}

VERSION_STEPS = [name for name, step in STEPS.items() if step.subject == "version"]

WARNING: dict[str, Any] = {"column": "办公电话", "kind": "landline", "severity": "warn", "count": 35, "rate": 1.0}
BLOCKING: dict[str, Any] = {"column": "户主身份证", "kind": "id_card", "severity": "block", "count": 3, "rate": 0.1}


def in_state(lifecycle: Lifecycle, state: str, entry_state: str = "published") -> DataVersion:
    """A version in this state; one in office review got there by a finding."""
    findings = [WARNING] if state == "office_review" else []
    return lifecycle.version(state, entry_state=entry_state, findings=findings)


def second(lifecycle: Lifecycle, session: Session, step: str) -> Any:
    by = lifecycle.people.for_step(step)
    return make_actor(session, "office") if by == lifecycle.people.office else by


@pytest.mark.parametrize("state", VERSION_STATES)
def test_all_other_steps_are_closed_in_a_state(lifecycle: Lifecycle, session: Session, state: str) -> None:
    version = in_state(lifecycle, state)
    for step in set(VERSION_STEPS) - OPEN_STEPS[state]:
        with pytest.raises(Conflict) as caught:
            by = second(lifecycle, session, step)
            take_version_step(session, version, step, by=by, now=lifecycle.now, reason="按规定办理")
        assert (caught.value.code, version.state) == ("step_not_open", state), step


@pytest.mark.parametrize(
    ("state", "step"), [(state, step) for state in OPEN_STEPS for step in sorted(OPEN_STEPS[state])]
)
def test_the_open_steps_of_a_state_lead_on(lifecycle: Lifecycle, session: Session, state: str, step: str) -> None:
    version = in_state(lifecycle, state)
    by = second(lifecycle, session, step)
    taken = take_version_step(session, version, step, by=by, now=lifecycle.now, reason="按规定办理")
    assert taken.to_state == version.state == STEPS[step].to_state


def test_the_states_above_are_all_states() -> None:
    assert set(OPEN_STEPS) == set(VERSION_STATES)


def test_the_first_version_becomes_public_with_its_entry(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.draft()
    version = lifecycle.attach(lifecycle.file(entry))
    states = []
    for step in PATHS["published"]:
        lifecycle.take(entry, step)
        states.append(version.state)
    assert states == ["department_review", "office_review", "office_review", "published"]
    assert version.submitted_by == lifecycle.people.editor.account_id
    assert version.published_at == lifecycle.now


def test_a_first_version_takes_no_steps_of_its_own(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.attach(lifecycle.file(lifecycle.draft()))
    with pytest.raises(Conflict) as caught:
        submit_version(session, version, by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "travels_with_revision"


def test_a_returned_entry_takes_its_files_back(lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft()
    version = lifecycle.attach(lifecycle.file(entry))
    lifecycle.take(entry, "submit", "sign", "return_by_office")
    assert version.state == "prepared"


def test_the_reviewer_alone_confirms_data_with_the_same_columns(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("department_review")
    later = lifecycle.now + dt.timedelta(days=40)
    taken = confirm_version(session, version, by=lifecycle.people.reviewer, now=later)
    resource = session.get_one(Resource, version.resource_id)
    entry = session.get_one(Entry, resource.entry_id)
    assert (taken.to_state, version.state, resource.published_version_id) == ("published", "published", version.id)
    assert entry.data_updated_on == dt.date(2026, 8, 19)
    current = session.get_one(CurrentRecord, entry.id)
    assert current.record["resources"][0]["version"]["number"] == 2
    assert current.change_number == taken.change_number
    assert entry.next_due_on == dt.date(2026, 9, 30)


def test_the_former_version_is_superseded_in_the_same_switch(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("published")
    states = {
        v.number: v.state
        for v in session.scalars(select(DataVersion).where(DataVersion.resource_id == version.resource_id))
    }
    assert states == {1: "superseded", 2: "published"}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"columns": COLUMNS[:2]}, "a column is gone"),
        ({"columns": [*COLUMNS, {"index": 3, "key": "c", "name": "备注", "type": "text"}]}, "a column is new"),
        ({"columns": [COLUMNS[1], COLUMNS[0], COLUMNS[2]]}, "the columns changed places"),
        ({"columns": [*COLUMNS[:2], {**COLUMNS[2], "type": "text"}]}, "a column changed its type"),
        ({"findings": [WARNING]}, "the scan found something"),
        ({"findings": [BLOCKING], "override_basis": "《条例》第三十条"}, "a blocking finding was overridden"),
    ],
)
def test_the_office_decides_where_columns_changed_or_findings_exist(
    lifecycle: Lifecycle, session: Session, facts: dict[str, Any], why: str
) -> None:
    version = lifecycle.version("department_review", **facts)
    taken = confirm_version(session, version, by=lifecycle.people.reviewer, now=lifecycle.now)
    assert (taken.to_state, taken.change_number) == ("office_review", None), why
    assert approve_version(session, version, by=lifecycle.people.office, now=lifecycle.now).to_state == "published"


def test_personal_data_blocks_every_way_to_the_public(lifecycle: Lifecycle, session: Session) -> None:
    later = lifecycle.version("prepared", findings=[BLOCKING])
    with pytest.raises(Invalid) as caught:
        submit_version(session, later, by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "personal_data_found"
    assert [(p.where, p.params["kind"], p.params["count"]) for p in caught.value.problems] == [
        ("户主身份证", "id_card", 3)
    ]
    entry = lifecycle.draft("户籍名册")
    lifecycle.attach(lifecycle.file(entry), findings=[BLOCKING])
    for step in ("submit", "adopt"):
        with pytest.raises(Invalid) as caught:
            take_step(session, entry, step, by=lifecycle.people.for_step(step), now=lifecycle.now)
        assert caught.value.code == "personal_data_found"


def test_a_reviewer_attaches_only_what_was_overridden_with_a_legal_basis(
    lifecycle: Lifecycle, session: Session
) -> None:
    resource, reviewer = lifecycle.file(lifecycle.draft()), lifecycle.people.reviewer
    with pytest.raises(NotAllowed):
        attach_version(session, resource, make_version(session, resource), by=reviewer, now=lifecycle.now)
    version = make_version(session, resource, findings=[BLOCKING], override_basis="《条例》第三十条")
    attach_version(session, resource, version, by=reviewer, now=lifecycle.now)
    entry = session.get_one(Entry, resource.entry_id)
    assert lifecycle.take(entry, *PATHS["published"]).state == "published"
    assert version.state == "published"


def test_a_column_that_is_declared_closed_does_not_get_out(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.draft(
        items=[*ITEMS[:2], {"name": "户数", "field_name": "households", "type": "I", "is_open": "0"}]
    )
    lifecycle.attach(lifecycle.file(entry))
    with pytest.raises(Invalid) as caught:
        take_step(session, entry, "submit", by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "closed_columns_found"
    assert [problem.where for problem in caught.value.problems] == ["户数"]


def test_an_item_is_not_closed_while_its_column_stays_public(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.entry("published", with_file=True)
    revision = open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    closed = [*ITEMS[:2], {**ITEMS[2], "is_open": "0"}]
    save_revision(
        session, revision, fields={}, items=closed, expected_lock=None, by=lifecycle.people.editor, now=lifecycle.now
    )
    with pytest.raises(Invalid) as caught:
        take_step(session, entry, "submit", by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "closed_columns_found"
    assert [problem.where for problem in caught.value.problems] == ["户数"]


def test_approval_is_bound_to_the_file_that_was_looked_at(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("department_review")
    with pytest.raises(Conflict) as caught:
        confirm_version(session, version, by=lifecycle.people.reviewer, now=lifecycle.now, expected_sha256="0" * 64)
    assert caught.value.code == "file_changed"
    confirm_version(
        session, version, by=lifecycle.people.reviewer, now=lifecycle.now, expected_sha256=version.blob_sha256
    )


@pytest.mark.parametrize("state", ["department_review", "office_review"])
def test_no_file_takes_the_place_of_one_under_review(lifecycle: Lifecycle, session: Session, state: str) -> None:
    version = in_state(lifecycle, state)
    resource = session.get_one(Resource, version.resource_id)
    with pytest.raises(Conflict) as caught:
        lifecycle.attach(resource)
    assert (caught.value.code, caught.value.params) == ("version_in_review", {"number": 2})
    assert version.state == state


def test_no_file_is_changed_while_its_entry_is_under_review(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.draft()
    resource = lifecycle.file(entry)
    lifecycle.take(entry, "submit")
    with pytest.raises(Conflict) as caught:
        lifecycle.attach(resource)
    assert (caught.value.code, caught.value.params) == ("revision_in_review", {"state": "department_review"})


def test_a_version_that_slipped_in_during_review_is_not_published(lifecycle: Lifecycle, session: Session) -> None:
    entry = lifecycle.draft()
    resource = lifecycle.file(entry)
    seen = lifecycle.attach(resource)
    lifecycle.take(entry, "submit", "sign", "approve")
    slipped = make_version(session, resource)
    lifecycle.take(entry, "publish")
    assert (seen.state, slipped.state) == ("published", "prepared")
    assert session.get_one(CurrentRecord, entry.id).record["resources"][0]["version"]["sha256"] == seen.blob_sha256


def test_attaching_again_replaces_what_was_only_prepared(lifecycle: Lifecycle, session: Session) -> None:
    resource = lifecycle.file(lifecycle.draft())
    first = lifecycle.attach(resource)
    second = lifecycle.attach(resource)
    assert (first.state, first.state_note, second.state) == ("rejected", "replaced", "prepared")


def test_nobody_confirms_or_approves_data_they_submitted(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("prepared", findings=[WARNING])
    both = make_actor(session, "editor", "reviewer", "office", department=lifecycle.people.department)
    submit_version(session, version, by=both, now=lifecycle.now)
    with pytest.raises(NotAllowed) as caught:
        confirm_version(session, version, by=both, now=lifecycle.now)
    assert caught.value.code == "own_submission"
    confirm_version(session, version, by=lifecycle.people.reviewer, now=lifecycle.now)
    entry = session.get_one(Entry, session.get_one(Resource, version.resource_id).entry_id)
    assert [step.name for step in list_open_version_steps(session, entry, version, by=both)] == [
        "recall_data",
        "reject_data_by_office",
    ]
    with pytest.raises(NotAllowed):
        approve_version(session, version, by=both, now=lifecycle.now)


def test_a_returned_version_keeps_its_reason_and_the_public_keeps_the_old_data(
    lifecycle: Lifecycle, session: Session
) -> None:
    version = lifecycle.version("department_review")
    reject_version(session, version, by=lifecycle.people.reviewer, now=lifecycle.now, reason="第3列缺单位")
    assert (version.state, version.state_note) == ("rejected", "第3列缺单位")
    assert [row.kind for row in session.scalars(select(ChangeRow))] == ["published"]


def test_strangers_touch_no_version(lifecycle: Lifecycle, session: Session) -> None:
    strangers = make_people(session, "黄石港区教育局")
    version = lifecycle.version("department_review")
    resource = session.get_one(Resource, version.resource_id)
    with pytest.raises(NotAllowed):
        confirm_version(session, version, by=strangers.reviewer, now=lifecycle.now)
    with pytest.raises(NotAllowed):
        take_version_step(session, version, "recall_data", by=strangers.editor, now=lifecycle.now)
    with pytest.raises(NotAllowed):
        attach_version(session, resource, make_version(session, resource), by=strangers.editor, now=lifecycle.now)


def test_data_published_while_suspended_stays_hidden_until_resume(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("department_review", entry_state="suspended")
    taken = confirm_version(session, version, by=lifecycle.people.reviewer, now=lifecycle.now)
    entry = session.get_one(Entry, session.get_one(Resource, version.resource_id).entry_id)
    assert (taken.to_state, taken.change_number, session.get(CurrentRecord, entry.id)) == ("published", None, None)
    lifecycle.take(entry, "resume")
    assert session.get_one(CurrentRecord, entry.id).record["resources"][0]["version"]["number"] == 2


def test_an_old_version_with_leaked_data_can_be_taken_down(lifecycle: Lifecycle, session: Session) -> None:
    old = lifecycle.version("superseded")
    lifecycle.take_data(old, "retract_data")
    assert (old.state, old.state_note) == ("rejected", "按规定办理")


def test_a_file_taken_out_takes_no_new_data(lifecycle: Lifecycle, session: Session) -> None:
    version = lifecycle.version("published")
    resource = session.get_one(Resource, version.resource_id)
    remove_resource(session, resource, by=lifecycle.people.editor, now=lifecycle.now)
    with pytest.raises(Conflict) as caught:
        lifecycle.attach(resource)
    assert caught.value.code == "resource_is_removed"


def test_declared_field_names_are_the_keys_of_columns() -> None:
    assert declared_keys([*ITEMS, {"name": "备注", "field_name": None}]) == {
        "社区名称": "name",
        "办公电话": "phone",
        "户数": "households",
    }
