"""A delivery that cannot be read just now: its page says why, the worker tries again, at last a person does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.errors import Busy
from catalog.models import Job
from datasets.models import Intake
from portal.worker import Worker
from tests.portal.workspace import District

FULL = "服务器存储空间不足"
AGAIN = "系统会自动再试"
UNFINISHED = "读取没有完成"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Every file is read by the worker, and its disk is full until the patch is undone."""
    monkeypatch.setattr("portal.uploading.AT_ONCE_BYTES", 10)
    with pytest.MonkeyPatch.context() as disk:

        def refuse(*_: Any, **__: Any) -> None:
            raise Busy("disk_full")

        disk.setattr("portal.uploading.read_blob", refuse)
        yield disk


def outcome(district: District) -> tuple[str, ...]:
    """The states of the delivery and of its jobs."""
    with district.house.database.reading() as session:
        intake = session.scalars(select(Intake)).one()
        jobs = select(Job.state).where(Job.kind == "intake.read").order_by(Job.state)
        return intake.state, *session.scalars(jobs)


def turn(district: District, *, times: int = 1) -> None:
    """So many attempts of the worker; the pauses between them are over at once."""
    for _ in range(times):
        with district.house.database.work() as session:
            session.execute(update(Job).values(run_after=district.house.now()))
        assert Worker(district.house, chores=()).run_one()


def test_a_delivery_that_no_attempt_could_read_says_why_and_is_read_when_a_person_asks(
    district: District, full_disk: pytest.MonkeyPatch
) -> None:
    address = district.upload(district.entry())
    editor = district.people["editor"]
    assert FULL not in editor.text(address)
    turn(district)
    told = editor.text(address)
    assert outcome(district) == ("reading", "waiting")
    assert (FULL in told, AGAIN in told, UNFINISHED in told) == (True, True, False)
    turn(district, times=4)
    told = editor.text(address)
    assert outcome(district) == ("reading", "failed")
    assert (FULL in told, AGAIN in told, UNFINISHED in told) == (True, False, True)
    assert not Worker(district.house, chores=()).run_one(), "five attempts are all"

    full_disk.undo()
    assert editor.post(f"{address}/reading").status_code == 303
    assert FULL not in editor.text(address), "what was is forgotten"
    turn(district)
    assert outcome(district) == ("read", "done", "failed")
    assert editor.post(f"{address}/confirm").status_code == 303


def test_a_delivery_is_read_by_itself_when_there_is_room_again(
    district: District, full_disk: pytest.MonkeyPatch
) -> None:
    address = district.upload(district.entry())
    turn(district, times=2)
    full_disk.undo()
    turn(district)
    assert outcome(district) == ("read", "done")
    assert FULL not in district.people["editor"].text(address)
