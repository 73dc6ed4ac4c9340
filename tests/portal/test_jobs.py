"""The worker: every job to its end, none twice to effect, chores in between."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog import jobs as queue
from catalog.accounts import create_account, find_account
from catalog.errors import Busy, Invalid, NotFound
from catalog.permissions import system_actor
from portal.house import House, build_house
from portal.jobs import CHORES, JOBS, Chore, JobKind, Report
from portal.messages import all_messages
from portal.worker import LEASE_SECONDS, Worker, queue_by_name

ROOT = Path(__file__).parent.parent.parent


def kind(name: str, run: Any) -> dict[str, JobKind]:
    """A table with one kind of job."""
    return {name: JobKind(name, run, "试", "try")}


def put(house: House, name: str, **params: Any) -> None:
    """Queue one job."""
    with house.database.work() as session:
        queue.queue_job(session, name, params, now=house.now())


def states(house: House) -> dict[str, int]:
    """How many jobs are in which state."""
    with house.database.reading() as session:
        return queue.count_jobs(session)


def test_every_kind_and_chore_has_a_name_of_its_own_and_both_labels() -> None:
    assert all(name == job.kind and job.zh and job.en for name, job in JOBS.items())
    assert len({chore.name for chore in CHORES}) == len(CHORES)


def test_job_runs_once_with_its_parameters_and_reports_progress(house: House) -> None:
    seen: list[Any] = []

    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        report(1, 2, "half")
        seen.append(params["n"])

    for number in range(3):
        put(house, "try", n=number)
    worker = Worker(house, jobs=kind("try", run), chores=())
    while worker.run_one():
        pass
    assert seen == [0, 1, 2]
    assert states(house) == {"done": 3}


def test_failing_job_is_tried_again_later_and_at_last_fails_with_its_problem(house: House, clock: Any) -> None:
    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        raise Busy("database_locked")

    put(house, "try")
    worker = Worker(house, jobs=kind("try", run), chores=())
    assert worker.run_one()
    assert not worker.run_one()
    for _ in range(queue.MAX_ATTEMPTS):
        clock.advance(hours=2)
        worker.run_one()
    assert states(house) == {"failed": 1}
    with house.database.reading() as session:
        problem = queue.list_jobs(session)[0].problem
    assert problem is not None
    assert problem["code"] == "database_locked"


def test_crash_of_a_handler_is_noted_and_the_worker_goes_on(house: House) -> None:
    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        if params.get("bad"):
            raise RuntimeError("canary")

    put(house, "try", bad=True)
    put(house, "try")
    worker = Worker(house, jobs=kind("try", run), chores=())
    assert [worker.run_one(), worker.run_one()] == [True, True]
    assert states(house) == {"waiting": 1, "done": 1}


def test_job_of_an_unknown_kind_fails_for_good_with_a_sentence(house: House) -> None:
    put(house, "from-the-future")
    Worker(house, chores=()).run_one()
    assert states(house) == {"failed": 1}
    assert {"unknown_job", "job_crashed", "job_died"} <= set(all_messages())


def test_error_inside_a_handler_is_not_taken_for_an_unknown_kind(house: House) -> None:
    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        raise KeyError("inside")

    put(house, "try")
    Worker(house, jobs=kind("try", run), chores=()).run_one()
    assert states(house) == {"waiting": 1}


def test_worker_that_lost_its_lease_cannot_finish_the_job(house: House, clock: Any) -> None:
    effects: list[str] = []

    def slow(house: House, params: Mapping[str, Any], report: Report) -> None:
        clock.advance(seconds=LEASE_SECONDS + 1)
        Worker(house, jobs=kind("try", lambda *_: effects.append("second")), chores=()).run_one()

    put(house, "try")
    Worker(house, jobs=kind("try", slow), chores=()).run_one()
    assert effects == ["second"]
    with house.database.reading() as session:
        [job] = queue.list_jobs(session)
    assert (job.state, job.attempts) == ("done", 2)


def test_two_workers_never_run_one_job_together(house: House) -> None:
    ran: list[int] = []
    lock = threading.Lock()

    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        with lock:
            ran.append(params["n"])

    for number in range(40):
        put(house, "try", n=number)

    def work() -> None:
        worker = Worker(house, jobs=kind("try", run), chores=())
        while worker.run_one():
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == list(range(40))


KILLED = """
    import sys, time
    from pathlib import Path
    from portal.house import build_house
    from portal.jobs import JobKind
    from portal.settings import load_settings
    from portal.worker import Worker

    def run(house, params, report):
        Path(sys.argv[1]).touch()
        time.sleep(60)

    Worker(build_house(load_settings()), jobs={"try": JobKind("try", run, "", "")}, chores=()).run_one()
"""


def test_job_of_a_killed_worker_is_taken_up_by_another(house: House, clock: Any, tmp_path: Path) -> None:
    clock.moment = dt.datetime.now(dt.UTC)
    put(house, "try")
    mark = tmp_path / "running"
    environment = {**os.environ, "KAIFANG_HOME": str(house.home), "PYTHONPATH": str(ROOT)}
    environment["DATABASE_URL"] = house.settings.database_url
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), str(mark)], env=environment)
    until = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    clock.moment = dt.datetime.now(dt.UTC)
    done: list[str] = []
    heir = Worker(house, jobs=kind("try", lambda *_: done.append("done")), chores=())
    assert not heir.run_one()
    clock.advance(seconds=LEASE_SECONDS + 5)
    assert heir.run_one()
    assert (done, states(house)) == (["done"], {"done": 1})


def test_chores_run_when_due_and_when_something_was_committed(house: House) -> None:
    ran: list[str] = []
    chores = (
        Chore("follow", lambda _: ran.append("follow"), 3600, on_wake=True),
        Chore("fold", lambda _: ran.append("fold"), 3600),
    )
    worker = Worker(house, jobs={}, chores=chores)
    worker.turn()
    assert ran == ["follow", "fold"]
    worker.turn()
    assert ran == ["follow", "fold"]
    time.sleep(0.03)
    with house.database.work():
        pass
    worker.turn()
    assert ran == ["follow", "fold", "follow"]


def test_broken_chore_does_not_stop_the_others(house: House) -> None:
    ran: list[str] = []

    def broken(house: House) -> None:
        raise RuntimeError("canary")

    worker = Worker(house, jobs={}, chores=(Chore("a", broken, 1), Chore("b", lambda _: ran.append("b"), 1)))
    worker.turn()
    assert ran == ["b"]


def test_daily_job_is_queued_once_a_day_after_its_hour(house: House, clock: Any) -> None:
    days: list[dt.date] = []

    def run(house: House, params: Mapping[str, Any], report: Report) -> None:
        days.append(house.today())

    daily = {"nightly": JobKind("nightly", run, "夜", "night", dt.time(3, 30))}
    worker = Worker(house, jobs=daily, chores=())
    for _ in range(48):
        worker.turn()
        worker.turn()
        clock.advance(hours=1)
    assert days == [dt.date(2026, 7, 10), dt.date(2026, 7, 11), dt.date(2026, 7, 12)]


def test_every_real_job_and_chore_runs_on_an_empty_house(house: House) -> None:
    names = [name for name, job in JOBS.items() if not job.needs]
    for name in names:
        queue_by_name(house, name, {})
    worker = Worker(house)
    worker.turn()
    while worker.run_one():
        pass
    assert states(house) == {"done": len(names)}


@pytest.mark.parametrize(("is_demo", "is_active"), [(False, False), (True, True)])
def test_unused_accounts_are_disabled_but_not_those_of_a_demonstration(
    make_settings: Any, clock: Any, is_demo: bool, is_active: bool
) -> None:
    house = build_house(make_settings(is_demo=is_demo), clock=clock)
    with house.database.work() as session:
        by = system_actor("test")
        create_account(session, username="li", display_name="李", roles=["security_admin"], by=by, now=house.now())
        create_account(session, username="wu", display_name="吴", by=by, now=house.now())
    clock.advance(days=91)
    queue_by_name(house, "accounts.check", {})
    Worker(house, chores=()).run_one()
    with house.database.reading() as session:
        idle, last_holder = (find_account(session, name, now=house.now()) for name in ("wu", "li"))
    assert idle is not None
    assert last_holder is not None
    assert (idle.is_active, last_holder.is_active) == (is_active, True)
    house.close()


def test_unknown_job_by_hand_names_the_known_ones(house: House) -> None:
    with pytest.raises(NotFound) as caught:
        queue_by_name(house, "nothing", {})
    assert caught.value.params["known"] == list(JOBS)


def test_a_job_that_lacks_what_it_is_about_says_so_and_is_not_tried_again(house: House) -> None:
    for name in ("package.make", "bulk.run", "intake.read"):
        with pytest.raises(Invalid, match="job_needs_params"):
            queue_by_name(house, name, {})
        with house.database.work() as session:
            queue.queue_job(session, name, {}, key=name, now=house.now())
    worker = Worker(house, chores=())
    while worker.run_one():
        pass
    assert states(house) == {"failed": 3}
    with house.database.reading() as session:
        codes = {row.problem["code"] for row in queue.list_jobs(session) if row.problem}
    assert codes == {"job_needs_params"}
