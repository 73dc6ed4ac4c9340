"""The audit log holds together, and tells where it does not."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from catalog.audit import GENESIS, list_audit, record_audit, verify_audit
from catalog.errors import NotAllowed
from catalog.models import AuditRow
from catalog.permissions import ANONYMOUS, Actor

PERSON = Actor(uuid.uuid4(), "张伟", uuid.uuid4(), frozenset({"editor"}), "10.1.1.1")
AUDITOR = Actor(uuid.uuid4(), "审计员", None, frozenset({"auditor"}))


def write(session: Session, now: dt.datetime, count: int = 5) -> None:
    for n in range(1, count + 1):
        record_audit(
            session,
            by=PERSON,
            act="entry.edit",
            object_kind="entry",
            object_id=f"object-{n}",
            now=now + n * dt.timedelta(microseconds=1),
            params={"title": "社区“名单”", "n": n, "on": dt.date(2026, 7, 10), "id": uuid.UUID(int=n)},
        )


def test_a_row_says_who_did_what_to_what_when_from_where(session: Session, now: dt.datetime) -> None:
    write(session, now, 1)
    row = list_audit(session, by=AUDITOR)[0]
    assert (row.number, row.at, row.account_id, row.account_name) == (
        1,
        now + dt.timedelta(microseconds=1),
        PERSON.account_id,
        "张伟",
    )
    assert (row.department_id, row.address) == (PERSON.department_id, "10.1.1.1")
    assert (row.act, row.object_kind, row.object_id, row.result) == ("entry.edit", "entry", "object-1", "done")
    assert row.params == {
        "title": "社区“名单”",
        "n": 1,
        "on": "2026-07-10",
        "id": "00000000-0000-0000-0000-000000000001",
    }


def test_an_untouched_log_is_sound(session: Session, now: dt.datetime) -> None:
    assert verify_audit(session).head_hash == GENESIS
    write(session, now)
    check = verify_audit(session)
    assert check.is_sound
    assert (check.count, check.head_number) == (5, 5)
    assert len(check.head_hash) == 64


def test_the_clock_going_back_breaks_nothing(session: Session, now: dt.datetime) -> None:
    write(session, now)
    write(session, now - dt.timedelta(days=1))
    assert verify_audit(session).is_sound


@pytest.mark.parametrize(
    "change",
    [
        {"account_name": "李四"},
        {"act": "entry.view"},
        {"params": {"n": 4}},
        {"result": "refused"},
        {"at": dt.datetime(2026, 7, 9, tzinfo=dt.UTC)},
        {"object_id": None},
        {"address": "10.9.9.9"},
    ],
)
def test_an_edited_row_is_named(session: Session, now: dt.datetime, change: dict[str, object]) -> None:
    write(session, now)
    session.execute(update(AuditRow).where(AuditRow.number == 3).values(**change))
    session.expire_all()
    check = verify_audit(session)
    assert (check.bad_number, check.code, check.count) == (3, "changed_row", 2)


def test_a_removed_row_is_named(session: Session, now: dt.datetime) -> None:
    write(session, now)
    session.execute(delete(AuditRow).where(AuditRow.number == 2))
    check = verify_audit(session)
    assert (check.bad_number, check.code) == (2, "missing_row")


def test_a_row_removed_with_the_later_ones_renumbered_is_named(session: Session, now: dt.datetime) -> None:
    write(session, now)
    session.execute(delete(AuditRow).where(AuditRow.number == 2))
    for number in (3, 4, 5):
        session.execute(update(AuditRow).where(AuditRow.number == number).values(number=number - 1))
    session.expire_all()
    check = verify_audit(session)
    assert (check.bad_number, check.code) == (2, "broken_chain")


def test_rows_cut_off_the_end_are_found_with_an_anchor_from_outside(session: Session, now: dt.datetime) -> None:
    write(session, now)
    check = verify_audit(session)
    anchor = (check.head_number, check.head_hash)
    session.execute(delete(AuditRow).where(AuditRow.number > 3))
    assert verify_audit(session).is_sound, "without an anchor a shorter log looks whole"
    cut = verify_audit(session, anchor=anchor)
    assert (cut.bad_number, cut.code) == (4, "missing_tail")
    write(session, now, 3)
    assert verify_audit(session, anchor=anchor).code == "changed_row", "other rows in their place do not help"


def test_an_anchor_still_holds_when_the_log_has_grown(session: Session, now: dt.datetime) -> None:
    write(session, now)
    check = verify_audit(session)
    write(session, now)
    assert verify_audit(session, anchor=(check.head_number, check.head_hash)).is_sound


def test_the_log_is_filtered_and_paged(session: Session, now: dt.datetime) -> None:
    write(session, now)
    record_audit(
        session, by=AUDITOR, act="account.sign_in", object_kind="account", object_id=None, now=now, result="refused"
    )
    assert [row.number for row in list_audit(session, by=AUDITOR, limit=2)] == [6, 5]
    assert [row.number for row in list_audit(session, by=AUDITOR, limit=2, before=5)] == [4, 3]
    assert [row.number for row in list_audit(session, by=AUDITOR, act="entry.", object_id="object-2")] == [2]
    assert [row.number for row in list_audit(session, by=AUDITOR, act="account.sign_in")] == [6]
    assert [row.number for row in list_audit(session, by=AUDITOR, result="refused")] == [6]
    assert [row.number for row in list_audit(session, by=AUDITOR, account_id=AUDITOR.account_id)] == [6]
    until = now + dt.timedelta(microseconds=2)
    assert [row.number for row in list_audit(session, by=AUDITOR, since=now, until=until)] == [6, 2, 1]


@pytest.mark.parametrize("person", [ANONYMOUS, PERSON])
def test_only_the_auditor_reads_it(session: Session, person: Actor) -> None:
    with pytest.raises(NotAllowed):
        list_audit(session, by=person)


def test_four_writers_at_once_keep_one_chain(engine: Engine, now: dt.datetime) -> None:
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(25):
            with engine.connect().execution_options(isolation_mode="write") as connection:
                with Session(bind=connection) as session:
                    write(session, now, 1)
                    session.commit()

    threads = [threading.Thread(target=work) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with Session(engine) as session:
            check = verify_audit(session)
            assert (check.is_sound, check.count) == (True, 100)
    finally:
        with Session(engine) as session:
            session.execute(delete(AuditRow))
            session.commit()
