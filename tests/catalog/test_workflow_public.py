"""What the steps of an entry do to its public face: suspension, withdrawal, adoption, resources."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import verify_audit
from catalog.entries import find_published_revision, open_revision, save_revision
from catalog.errors import Conflict, Gone, Invalid, NotAllowed
from catalog.models import AuditRow, ChangeRow, CurrentRecord, Entry, Resource, Revision
from catalog.public import get_public
from catalog.resources import add_resource, list_resources, remove_resource
from catalog.workflow import list_open_steps, take_step
from datasets.models import DataVersion
from tests.catalog.lifecycle import ITEMS, PATHS, Lifecycle, make_people, second_office


@pytest.mark.parametrize("steps", [("suspend",), ("ask_withdrawal", "withdraw"), ("suspend", "withdraw")])
def test_suspended_and_withdrawn_entries_leave_the_public_at_once(
    session: Session, lifecycle: Lifecycle, steps: tuple[str, ...]
) -> None:
    entry = lifecycle.entry("published")
    for step in steps:
        take_step(session, entry, step, by=second_office(session), now=lifecycle.now, reason="含个人信息")
    assert session.get(CurrentRecord, entry.id) is None
    last = session.scalars(select(ChangeRow).order_by(ChangeRow.number.desc())).first()
    assert last is not None
    assert (last.kind, last.record, last.reason) == (entry.state, None, "含个人信息")
    assert entry.next_due_on is None


def test_an_entry_stays_public_while_its_withdrawal_is_reviewed_or_refused(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = lifecycle.entry("withdrawal_review")
    assert session.get_one(CurrentRecord, entry.id).record["state"] == "withdrawal_review"
    modified = entry.modified_at
    lifecycle.take(entry, "refuse_withdrawal", now=lifecycle.now + dt.timedelta(days=1))
    assert session.get_one(CurrentRecord, entry.id).record["state"] == "published"
    assert (entry.state, entry.state_reason, entry.modified_at) == ("published", None, modified)


def test_resuming_restores_the_same_record_with_its_rank(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    before = session.get_one(CurrentRecord, entry.id).record
    lifecycle.take(entry, "suspend", "resume")
    session.expire_all()
    assert session.get_one(CurrentRecord, entry.id).record == before
    assert session.get_one(CurrentRecord, entry.id).ordinal == 1


def test_what_is_published_while_suspended_becomes_public_only_with_resume(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = lifecycle.entry("suspended")
    revision = open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    save_revision(
        session,
        revision,
        fields={"summary": "已脱敏。"},
        expected_lock=None,
        by=lifecycle.people.editor,
        now=lifecycle.now,
    )
    lifecycle.take(entry, "submit", "sign", "approve", "publish")
    assert (entry.state, session.get(CurrentRecord, entry.id)) == ("suspended", None)
    lifecycle.take(entry, "resume")
    assert session.get_one(CurrentRecord, entry.id).summary == "已脱敏。"


def test_withdrawal_closes_what_was_being_worked_on(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.revised("office_review")
    open_id = entry.open_revision_id
    lifecycle.take(entry, "ask_withdrawal", "withdraw")
    assert session.get_one(Revision, open_id).state == "superseded"
    assert entry.open_revision_id is None
    assert entry.withdrawn_at == lifecycle.now
    with pytest.raises(Conflict) as caught:
        open_revision(session, entry, by=lifecycle.people.editor, now=lifecycle.now)
    assert caught.value.code == "entry_is_withdrawn"


def test_items_and_files_that_are_not_open_never_enter_the_record(session: Session, lifecycle: Lifecycle) -> None:
    items = [*ITEMS, {"name": "身份证号", "field_name": "id_card", "type": "C", "is_open": False}]
    entry = lifecycle.draft(items=items, open_type="conditional", open_condition="提交申请，签订协议。")
    lifecycle.attach(lifecycle.file(entry))
    lifecycle.take(entry, *PATHS["published"])
    record = session.get_one(CurrentRecord, entry.id).record
    assert [item["name"] for item in record["items"]] == ["社区名称", "办公电话", "户数"]
    assert record["resources"] == []
    assert "id_card" not in session.get_one(CurrentRecord, entry.id).item_names


def test_adopting_takes_a_draft_with_gaps_straight_to_the_public(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft(contact_phone="", class_code="", items=[])
    take_step(session, entry, "adopt", by=lifecycle.people.office, now=lifecycle.now)
    published = find_published_revision(session, entry)
    assert entry.state == "published"
    assert published is not None and published.gaps == ["contact_phone", "items"]
    assert entry.code is None


def test_adopting_needs_at_least_open_type_and_cycle(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft(open_type="", update_cycle="")
    with pytest.raises(Invalid) as caught:
        take_step(session, entry, "adopt", by=lifecycle.people.office, now=lifecycle.now)
    assert [problem.where for problem in caught.value.problems] == ["open_type", "update_cycle"]


def test_a_link_added_to_a_public_entry_is_public_only_after_review(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    editor = lifecycle.people.editor
    add_resource(
        session, entry, kind="link", title="接口说明", url="https://example.org/api", by=editor, now=lifecycle.now
    )
    lifecycle.take(entry, "submit", "sign", "approve")
    lifecycle.take(entry, "ask_withdrawal", "refuse_withdrawal")
    assert [r["kind"] for r in session.get_one(CurrentRecord, entry.id).record["resources"]] == ["file"]
    lifecycle.take(entry, "publish")
    assert [r["kind"] for r in session.get_one(CurrentRecord, entry.id).record["resources"]] == ["file", "link"]


def test_a_removed_file_stays_public_until_the_revision_is_published(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    resource = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
    remove_resource(session, resource, by=lifecycle.people.editor, now=lifecycle.now)
    lifecycle.take(entry, "submit", "sign", "approve", "ask_withdrawal", "refuse_withdrawal")
    assert session.get_one(CurrentRecord, entry.id).file_count == 1
    lifecycle.take(entry, "publish")
    assert session.get_one(CurrentRecord, entry.id).file_count == 0
    assert list_resources(session, entry.id) == []


def test_discarding_a_revision_drops_what_it_brought_and_keeps_what_it_took_out(
    session: Session, lifecycle: Lifecycle
) -> None:
    entry = lifecycle.entry("published", with_file=True)
    resource = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).one()
    remove_resource(session, resource, by=lifecycle.people.editor, now=lifecycle.now)
    version = lifecycle.attach(lifecycle.file(entry, "第二个文件"))
    lifecycle.take(entry, "discard")
    assert [facts.resource.id for facts in list_resources(session, entry.id)] == [resource.id]
    assert resource.removed_at is None
    assert session.get_one(DataVersion, version.id).state == "rejected"
    assert entry.open_revision_id is None


def test_every_step_stands_in_a_sound_audit_log(session: Session, lifecycle: Lifecycle) -> None:
    lifecycle.entry("withdrawn", with_file=True)
    assert verify_audit(session).is_sound
    acts = [row.act for row in session.scalars(select(AuditRow).order_by(AuditRow.number))]
    assert acts == [
        "entry.create",
        "entry.edit",
        "data.upload",
        "entry.submit",
        "entry.sign",
        "entry.approve",
        "entry.publish",
        "entry.ask_withdrawal",
        "entry.withdraw",
    ]


def test_another_department_sees_nothing_and_changes_nothing(session: Session, lifecycle: Lifecycle) -> None:
    strangers = make_people(session, "黄石港区教育局")
    entry = lifecycle.entry("department_review")
    for step, by in (("sign", strangers.reviewer), ("recall", strangers.editor), ("submit", strangers.editor)):
        with pytest.raises(NotAllowed):
            take_step(session, entry, step, by=by, now=lifecycle.now)
        assert list_open_steps(session, entry, by=by) == []
    assert session.get_one(Entry, entry.id).state == "never_published"


def test_notice_of_a_suspended_entry_names_the_day_of_its_suspension(lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    lifecycle.take(entry, "suspend", now=dt.datetime(2026, 7, 20, 2, tzinfo=dt.UTC))
    with pytest.raises(Gone) as gone:
        get_public(lifecycle.session, entry.name, today=dt.date(2026, 7, 21))
    assert gone.value.code == "entry_suspended"
    assert gone.value.params["on"] == "2026-07-20"
