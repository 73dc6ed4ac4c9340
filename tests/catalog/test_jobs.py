"""Leases: no job is lost, none has a second effect."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.jobs import (
    MAX_ATTEMPTS,
    LeasedJob,
    back_off,
    count_jobs,
    fail_job,
    finish_job,
    get_job,
    lease_job,
    list_jobs,
    queue_job,
    renew_lease,
    report_progress,
)
from catalog.models import Job

SECOND = dt.timedelta(seconds=1)


def lease(session: Session, now: dt.datetime) -> LeasedJob:
    job = lease_job(session, now=now, lease_seconds=60)
    assert job is not None
    return job


def test_jobs_are_taken_in_the_order_in_which_they_were_due(session: Session, now: dt.datetime) -> None:
    queue_job(session, "later", {}, run_after=now + 10 * SECOND, now=now)
    queue_job(session, "second", {"n": 2}, now=now)
    queue_job(session, "first", {"n": 1}, run_after=now - SECOND, now=now)
    assert [lease(session, now).kind for _ in range(2)] == ["first", "second"]
    assert lease_job(session, now=now, lease_seconds=60) is None
    job = lease(session, now + 10 * SECOND)
    assert (job.kind, job.params, job.attempts) == ("later", {}, 1)


def test_a_key_keeps_a_second_job_out_until_the_first_has_ended(session: Session, now: dt.datetime) -> None:
    assert queue_job(session, "check", {}, key="check", now=now) is not None
    assert queue_job(session, "check", {}, key="check", now=now) is None
    job = lease(session, now)
    assert queue_job(session, "check", {}, key="check", now=now) is None
    assert finish_job(session, job, now=now)
    assert queue_job(session, "check", {}, key="check", now=now) is not None


def test_a_worker_that_dies_loses_the_lease_and_not_the_job(session: Session, now: dt.datetime) -> None:
    queue_job(session, "work", {}, now=now)
    dead = lease(session, now)
    assert lease_job(session, now=now + 60 * SECOND, lease_seconds=60) is None
    heir = lease(session, now + 61 * SECOND)
    assert (heir.id, heir.attempts) == (dead.id, 2)
    assert not renew_lease(session, dead, now=now, lease_seconds=60)
    assert not report_progress(session, dead, done=1, total=2, step="reading")
    assert not finish_job(session, dead, now=now)
    assert not fail_job(session, dead, problem={"code": "x"}, now=now)
    assert get_job(session, heir.id).state == "running"
    assert finish_job(session, heir, now=now)
    assert not finish_job(session, heir, now=now), "once is enough"


def test_a_renewed_lease_is_not_taken_over(session: Session, now: dt.datetime) -> None:
    queue_job(session, "work", {}, now=now)
    job = lease(session, now)
    assert renew_lease(session, job, now=now + 50 * SECOND, lease_seconds=60)
    assert lease_job(session, now=now + 100 * SECOND, lease_seconds=60) is None


def test_a_failed_job_is_tried_again_after_growing_pauses(session: Session, now: dt.datetime) -> None:
    queue_job(session, "work", {}, key="work", now=now)
    for attempt in range(1, MAX_ATTEMPTS):
        job = lease(session, now)
        assert job.attempts == attempt
        assert fail_job(session, job, problem={"code": "busy", "params": {}}, now=now)
        assert get_job(session, job.id).state == "waiting"
        now += back_off(attempt)
    job = lease(session, now)
    fail_job(session, job, problem={"code": "busy", "params": {}}, now=now)
    facts = get_job(session, job.id)
    assert (facts.state, facts.problem, facts.finished_at) == ("failed", {"code": "busy", "params": {}}, now)
    assert queue_job(session, "work", {}, key="work", now=now) is not None, "its key is free again"


def test_the_pauses_are_half_a_minute_two_eight_thirty_two_and_an_hour() -> None:
    assert [back_off(n).total_seconds() for n in (1, 2, 3, 4, 5, 99)] == [30, 120, 480, 1920, 3600, 3600]


def test_what_cannot_be_mended_fails_at_once(session: Session, now: dt.datetime) -> None:
    queue_job(session, "nonsense", {}, now=now)
    job = lease(session, now)
    fail_job(session, job, problem={"code": "unknown_job", "params": {}}, is_final=True, now=now)
    assert get_job(session, job.id).state == "failed"


def test_a_job_that_kills_every_worker_is_given_up(session: Session, now: dt.datetime) -> None:
    queue_job(session, "bomb", {}, now=now)
    for _ in range(MAX_ATTEMPTS):
        job = lease(session, now)
        now += 61 * SECOND
    assert lease_job(session, now=now, lease_seconds=60) is None
    facts = get_job(session, job.id)
    assert facts.state == "failed"
    assert facts.problem == {"code": "job_died", "params": {"attempts": 5}}


def test_people_who_wait_see_how_far_it_is(session: Session, now: dt.datetime) -> None:
    queued = queue_job(session, "work", {}, now=now)
    assert queued is not None
    report_progress(session, lease(session, now), done=3, total=10, step="reading")
    assert get_job(session, queued.id).progress == {"done": 3, "total": 10, "step": "reading"}
    assert count_jobs(session) == {"running": 1}
    assert [job.kind for job in list_jobs(session, state="running", kind="work")] == ["work"]
    assert list_jobs(session, state="failed") == []


def test_an_unknown_job_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="job_not_found"):
        get_job(session, __import__("uuid").uuid4())


def test_four_workers_share_two_hundred_jobs_without_doubles(engine: Engine, now: dt.datetime) -> None:
    with Session(engine) as session:
        for n in range(200):
            queue_job(session, "shared", {"n": n}, now=now)
        session.commit()
    taken: Counter[int] = Counter()
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        while True:
            with engine.connect().execution_options(isolation_mode="write") as connection:
                with Session(bind=connection) as session:
                    job = lease_job(session, now=now, lease_seconds=60)
                    if job is None:
                        return
                    assert finish_job(session, job, now=now)
                    session.commit()
            taken[job.params["n"]] += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert taken == Counter(range(200))
    finally:
        with Session(engine) as session:
            session.execute(delete(Job).where(Job.kind == "shared"))
            session.commit()
