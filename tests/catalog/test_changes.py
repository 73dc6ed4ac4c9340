"""The change log: numbers without gaps, each entry once and newest, nobody misses one, withdrawn stays withdrawn."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.audit import verify_audit
from catalog.changes import append_change, change_number, changes_after
from catalog.entries import open_revision, save_revision
from catalog.errors import Conflict, DomainError, Invalid
from catalog.feeds.records import FeedRecord
from catalog.feeds.records_builder import build_record
from catalog.models import AuditRow, ChangeRow, CurrentRecord, Entry, Revision
from catalog.workflow import take_step
from tests.catalog.lifecycle import Lifecycle, make_actor, make_people


@contextmanager
def work(engine: Engine) -> Iterator[Session]:
    """One committed transaction, as entry points open it."""
    with engine.connect().execution_options(isolation_mode="write") as connection:
        with Session(bind=connection, expire_on_commit=False) as session:
            yield session
            session.commit()


def test_a_catalog_without_changes_is_at_zero(session: Session) -> None:
    page = changes_after(session, 0, 10)
    assert (change_number(session), page.records, page.tombstones, page.next, page.has_more) == (0, [], [], 0, False)


def test_a_puller_gets_each_entry_once_with_its_newest_state(session: Session, lifecycle: Lifecycle) -> None:
    kept = lifecycle.entry("published", "甲")
    gone = lifecycle.entry("withdrawn", "乙")
    back = lifecycle.take(lifecycle.entry("published", "丙"), "suspend", "resume")
    page = changes_after(session, 0, 100)
    assert [(c.name, c.kind, c.record.title if c.record else None) for c in page.records] == [
        (kept.name, "published", "甲"),
        (back.name, "resumed", "丙"),
    ]
    assert [(c.name, c.kind, c.reason) for c in page.tombstones] == [(gone.name, "withdrawn", "按规定办理")]
    assert (page.next, page.has_more) == (7, False)
    assert changes_after(session, 7, 100).records == []


def test_what_was_withdrawn_never_comes_back_to_who_starts_over(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", "含泄露信息的条目")
    assert [c.name for c in changes_after(session, 0, 100).records] == [entry.name]
    lifecycle.take(entry, "suspend")
    assert changes_after(session, 0, 100).records == []
    assert "泄露" not in json.dumps([c.reason for c in changes_after(session, 0, 100).tombstones], ensure_ascii=False)


def test_pages_follow_one_another_without_loss_while_entries_change(session: Session, lifecycle: Lifecycle) -> None:
    entries = [lifecycle.entry("published", f"条目{n}") for n in range(5)]
    page = changes_after(session, 0, 2)
    got = [c.name for c in page.records]
    lifecycle.take(entries[0], "ask_withdrawal", "withdraw")
    lifecycle.take(entries[3], "suspend")
    while page.has_more:
        page = changes_after(session, page.next, 2)
        got += [
            f"-{c.name}" if c.is_tombstone else c.name for c in sorted([*page.records, *page.tombstones], key=_number)
        ]
    names = [entry.name for entry in entries]
    assert got == [names[0], names[1], names[2], names[4], f"-{names[0]}", f"-{names[3]}"]
    assert page.next == change_number(session) == 8


def _number(change: object) -> int:
    number: int = change.number  # type: ignore[attr-defined]
    return number


@pytest.mark.parametrize("number", [-1, 2, 10**12])
def test_a_number_that_was_never_given_out_is_refused(session: Session, lifecycle: Lifecycle, number: int) -> None:
    lifecycle.entry("published")
    with pytest.raises(Invalid) as caught:
        changes_after(session, number, 10)
    assert (caught.value.code, caught.value.params) == ("change_number_unknown", {"after": number, "last": 1})


def test_the_record_is_frozen_as_it_was(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    frozen = changes_after(session, 0, 1).records[0]
    lifecycle.people.department.name = "改名后的局"
    session.flush()
    again = changes_after(session, 0, 1).records[0]
    assert again.record == frozen.record
    assert again.record is not None and again.record.department_name == "黄石港区民政局"
    assert again.record_hash == again.record.digest()
    assert FeedRecord.from_dict(json.loads(json.dumps(again.record.as_dict()))) == again.record
    assert session.get_one(CurrentRecord, entry.id).record_hash == again.record_hash


def test_a_record_shows_the_public_exactly_this(session: Session, lifecycle: Lifecycle) -> None:
    """What is not on this list never leaves the house: source system, accounts, reasons of returns, open drafts."""
    entry = lifecycle.entry("published", with_file=True, source_system="民政业务系统")
    record = build_record(session, entry).as_dict()
    assert set(record) == set(FeedRecord.__slots__)
    text = json.dumps(record, ensure_ascii=False)
    for secret in ("民政业务系统", "填报员甲", str(lifecycle.people.editor.account_id), "按规定办理", "recipe"):
        assert secret not in text
    assert (record["issued_on"], record["data_updated_on"], record["modified_at"]) == (
        "2026-07-10",
        "2026-07-10",
        "2026-07-10T02:00:00Z",
    )
    assert [r["version"]["number"] for r in record["resources"]] == [1]


def test_the_same_state_gives_the_same_digest(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published", with_file=True)
    first = build_record(session, entry).digest()
    session.expire_all()
    assert build_record(session, session.get_one(Entry, entry.id)).digest() == first


def test_a_rolled_back_change_leaves_no_gap(own_engine: Engine, now: dt.datetime) -> None:
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        first, second = lifecycle.entry("published", "甲"), lifecycle.entry("approved", "乙")
    with pytest.raises(ZeroDivisionError), work(own_engine) as session:
        append_change(session, session.get_one(Entry, first.id), "updated", now=now)
        raise ZeroDivisionError
    with work(own_engine) as session:
        take_step(session, session.get_one(Entry, second.id), "publish", by=lifecycle.people.office, now=now)
    with Session(own_engine) as session:
        assert list(session.scalars(select(ChangeRow.number).order_by(ChangeRow.number))) == [1, 2]


def test_numbers_have_no_gaps_when_many_publish_at_once(own_engine: Engine, now: dt.datetime) -> None:
    """Eight people publish eight entries at the same moment: 1 to 8, one rank and one code each, one sound log."""
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entries = [lifecycle.entry("approved", f"条目{n}") for n in range(8)]
    gate = threading.Barrier(8)

    def publish(entry: Entry) -> int:
        gate.wait()
        with work(own_engine) as session:
            taken = take_step(session, session.get_one(Entry, entry.id), "publish", by=lifecycle.people.office, now=now)
        assert taken.change_number is not None
        return taken.change_number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(publish, entries))
    with Session(own_engine) as session:
        assert sorted(numbers) == list(range(1, 9))
        assert list(session.scalars(select(ChangeRow.number).order_by(ChangeRow.number))) == list(range(1, 9))
        rows = session.scalars(select(Entry)).all()
        assert sorted(entry.ordinal or 0 for entry in rows) == list(range(1, 9))
        assert sorted(entry.code or "" for entry in rows) == [f"306001/{n:06d}" for n in range(1, 9)]
        assert verify_audit(session).is_sound
        assert change_number(session) == 8


def test_a_reader_never_sees_a_number_before_a_smaller_one(own_engine: Engine, now: dt.datetime) -> None:
    """The puller asks all the time while six publish; following `next` it has them all in the end."""
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entries = [lifecycle.entry("approved", f"条目{n}") for n in range(6)]
    seen: list[int] = []
    is_done = threading.Event()

    def pull() -> None:
        after = 0
        while True:
            is_last = is_done.is_set()
            with Session(own_engine) as session:
                page = changes_after(session, after, 2)
            seen.extend(change.number for change in page.records)
            after = page.next
            if is_last and not page.has_more:
                return

    puller = threading.Thread(target=pull)
    puller.start()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda entry: _publish(own_engine, entry, lifecycle, now), entries))
    is_done.set()
    puller.join(timeout=30)
    assert seen == [1, 2, 3, 4, 5, 6]


def _publish(engine: Engine, entry: Entry, lifecycle: Lifecycle, now: dt.datetime) -> None:
    with work(engine) as session:
        take_step(session, session.get_one(Entry, entry.id), "publish", by=lifecycle.people.office, now=now)


def test_of_twenty_who_publish_one_entry_exactly_one_wins(own_engine: Engine, now: dt.datetime) -> None:
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entry = lifecycle.entry("approved", with_file=True)
        offices = [make_actor(session, "office") for _ in range(20)]
    gate = threading.Barrier(20)

    def publish(number: int) -> str:
        gate.wait()
        try:
            with work(own_engine) as session:
                take_step(session, session.get_one(Entry, entry.id), "publish", by=offices[number], now=now)
        except DomainError as error:
            assert isinstance(error, Conflict)
            return error.code
        return "done"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(publish, range(20)))
    assert sorted(outcomes) == ["done"] + ["step_not_open"] * 19
    with Session(own_engine) as session:
        assert session.scalars(select(ChangeRow.kind)).all() == ["published"]
        assert len(session.scalars(select(AuditRow).where(AuditRow.act == "entry.publish")).all()) == 1


def test_of_two_who_save_one_form_one_wins_and_the_other_sees_it(own_engine: Engine, now: dt.datetime) -> None:
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entry = lifecycle.draft()
        seen = lifecycle.revision(entry).lock_version
    gate = threading.Barrier(2)

    def save(text: str) -> str:
        gate.wait()
        try:
            with work(own_engine) as session:
                revision = session.get_one(Revision, entry.open_revision_id)
                save_revision(
                    session,
                    revision,
                    fields={"summary": text},
                    expected_lock=seen,
                    by=lifecycle.people.editor,
                    now=now,
                )
        except Conflict as error:
            assert error.code == "stale_form"
            theirs: str = error.params["differences"][0]["theirs"]
            return theirs
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(("甲", "乙"), pool.map(save, ("甲", "乙")), strict=True))
    winner = next(text for text, outcome in outcomes.items() if outcome == "saved")
    loser = next(text for text in outcomes if text != winner)
    assert outcomes[loser] == winner
    with Session(own_engine) as session:
        revision = session.get_one(Revision, entry.open_revision_id)
        assert (revision.summary, revision.lock_version) == (winner, seen + 1)


def test_of_two_who_open_a_revision_one_wins(own_engine: Engine, now: dt.datetime) -> None:
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entry = lifecycle.entry("published")
    gate = threading.Barrier(2)

    def open_one(_: int) -> str:
        gate.wait()
        try:
            with work(own_engine) as session:
                open_revision(session, session.get_one(Entry, entry.id), by=lifecycle.people.editor, now=now)
        except Conflict as error:
            return error.code
        return "opened"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(open_one, range(2))) == ["opened", "revision_already_open"]
    with Session(own_engine) as session:
        assert len(session.scalars(select(Revision).where(Revision.entry_id == entry.id)).all()) == 2


def test_suspending_wins_over_a_publication_that_comes_at_the_same_time(own_engine: Engine, now: dt.datetime) -> None:
    """Whatever comes first, in the end the entry is suspended and nothing of it is public."""
    with work(own_engine) as session:
        lifecycle = Lifecycle(session, make_people(session), now)
        entry = lifecycle.revised("approved")
        offices = {step: make_actor(session, "office") for step in ("suspend", "publish")}
    gate = threading.Barrier(2)

    def take(step: str) -> str:
        gate.wait()
        with work(own_engine) as session:
            return take_step(
                session, session.get_one(Entry, entry.id), step, by=offices[step], now=now, reason="含个人信息"
            ).to_state

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(take, ("suspend", "publish"))) == ["suspended", "published"]
    with Session(own_engine) as session:
        assert session.get_one(Entry, entry.id).state == "suspended"
        assert session.get(CurrentRecord, entry.id) is None
        assert session.scalars(select(ChangeRow).order_by(ChangeRow.number.desc())).first().record is None  # type: ignore[union-attr]
