"""The worker: chores as they come due, daily jobs, and one leased job at a time.

A worker that is killed loses its lease, never the job: after `LEASE_SECONDS` another takes it up. Only the holder of
the lease can finish a job, so that a worker that was thought dead cannot have a second effect.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from catalog import jobs as queue
from catalog.errors import DomainError, Invalid, NotFound
from catalog.models import Job
from datasets.clock import SHANGHAI
from portal.house import House
from portal.jobs import CHORES, JOBS, Chore, JobKind

log = logging.getLogger(__name__)

LEASE_SECONDS = 60
TURN_SECONDS = 0.5
"""Pause when there is nothing to do: also how soon a commit is noticed."""
TROUBLE_SECONDS = 5.0
"""Pause after a turn that failed, for instance because the database is away."""


class UnknownJob(NotFound):
    """No handler of that name in this release: trying again cannot help."""


class JobLacksParams(Invalid):
    """A job that cannot begin: trying again cannot help."""


class Worker:
    """One worker process; several may run side by side."""

    def __init__(
        self,
        house: House,
        *,
        jobs: Mapping[str, JobKind] = JOBS,
        chores: tuple[Chore, ...] = CHORES,
        run_apart: Callable[[Callable[[], None]], None] = lambda run: run(),
    ) -> None:
        """`run_apart` runs a large chore; `serving.in_child` does so in a process of its own."""
        self.house = house
        self._run_apart = run_apart
        self._jobs = jobs
        self._chores = chores
        self._chore_due = {chore.name: 0.0 for chore in chores}
        self._woken_at = -1
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the present job; safe in a signal handler."""
        self._stopping.set()

    def run(self, *, is_alone: Callable[[], bool] = lambda: False) -> None:
        """Turn until stopped, or until `is_alone` says that the supervisor is gone."""
        while not self._stopping.is_set() and not is_alone():
            try:
                pause = 0.0 if self.turn() else TURN_SECONDS
            except Exception:
                log.exception("a turn of the worker failed")
                pause = TROUBLE_SECONDS
            self._stopping.wait(pause)

    def turn(self) -> bool:
        """Chores that are due, daily jobs that are due, one job. True when a job was run."""
        self._beat()
        self._do_chores()
        self._queue_daily()
        return self.run_one()

    def run_one(self) -> bool:
        """Lease one waiting job and run it; False when there is none."""
        if not self._is_any_ready():
            return False
        with self.house.database.work() as session:
            job = queue.lease_job(session, now=self.house.now(), lease_seconds=LEASE_SECONDS)
        if job is None:
            return False
        self._run_leased(job)
        return True

    def _is_any_ready(self) -> bool:
        """A look without a lock, so that an idle worker writes nothing."""
        now = self.house.now()
        is_waiting = and_(Job.state == "waiting", Job.run_after <= now)
        is_orphan = and_(Job.state == "running", Job.lease_until < now)
        with self.house.database.reading() as session:
            return session.scalar(select(Job.id).where(or_(is_waiting, is_orphan)).limit(1)) is not None

    def _run_leased(self, job: queue.LeasedJob) -> None:
        done = threading.Event()
        keeper = threading.Thread(target=self._keep_lease, args=(job, done), daemon=True, name="lease")
        keeper.start()
        problem: dict[str, Any] | None = None
        is_final = False
        try:
            kind = self._find(job.kind)
            require_params(kind, job.params)
            kind.run(self.house, job.params, self._reporter(job))
        except (UnknownJob, JobLacksParams) as error:
            problem, is_final = {"code": error.code, "params": error.params}, True
        except DomainError as error:
            problem = {"code": error.code, "params": error.params}
        except Exception as error:
            log.exception("job %s %s failed", job.kind, job.id)
            problem = {"code": "job_crashed", "params": {"kind": job.kind, "error": type(error).__name__}}
        finally:
            done.set()
            keeper.join()
        self._settle(job, problem, is_final=is_final)

    def _find(self, kind: str) -> JobKind:
        if kind not in self._jobs:
            raise UnknownJob("unknown_job", kind=kind, known=list(self._jobs))
        return self._jobs[kind]

    def _settle(self, job: queue.LeasedJob, problem: dict[str, Any] | None, *, is_final: bool) -> None:
        with self.house.database.work() as session:
            if problem is None:
                queue.finish_job(session, job, now=self.house.now())
            else:
                queue.fail_job(session, job, problem=problem, is_final=is_final, now=self.house.now())

    def _keep_lease(self, job: queue.LeasedJob, done: threading.Event) -> None:
        while not done.wait(LEASE_SECONDS / 3):
            try:
                with self.house.database.work() as session:
                    queue.renew_lease(session, job, now=self.house.now(), lease_seconds=LEASE_SECONDS)
            except Exception:
                log.exception("the lease of job %s could not be renewed", job.id)

    def _reporter(self, job: queue.LeasedJob) -> Callable[..., None]:
        def report(done: int, total: int, step: str, share: float = 0.0) -> None:
            with self.house.database.work() as session:
                queue.report_progress(session, job, done=done, total=total, step=step, share=share)

        return report

    def _do_chores(self) -> None:
        stamp, now = self.house.generation.stamp(), time.monotonic()
        was_woken, self._woken_at = stamp != self._woken_at, stamp
        for chore in self._chores:
            if now >= self._chore_due[chore.name] or (chore.on_wake and was_woken):
                self._chore_due[chore.name] = now + chore.every_seconds
                self._do_chore(chore)

    def _do_chore(self, chore: Chore) -> None:
        try:
            if chore.is_large(self.house):
                self._run_apart(lambda: chore.run(self.house))
            else:
                chore.run(self.house)
        except Exception:
            log.exception("chore %s failed", chore.name)

    def _queue_daily(self) -> None:
        now = self.house.now()
        local = now.astimezone(SHANGHAI)
        for job in self._jobs.values():
            if job.daily_at is None or local.time() < job.daily_at:
                continue
            due = dt.datetime.combine(local.date(), job.daily_at, SHANGHAI)
            with self.house.database.reading() as session:
                statement = select(Job.id).where(Job.kind == job.kind, Job.created_at >= due).limit(1)
                is_queued = session.scalar(statement) is not None
            if not is_queued:
                with self.house.database.work() as session:
                    queue.queue_job(session, job.kind, {}, key=job.kind, run_after=now, now=now)

    def _beat(self) -> None:
        """Touch the file by which doctor sees that a worker lives."""
        (self.house.home / "worker.heartbeat").touch(mode=0o600)


def require_params(kind: JobKind, params: Mapping[str, Any]) -> None:
    """Raise Invalid("job_needs_params") where the job lacks what it is about."""
    missing = kind.find_missing(params)
    if missing:
        raise JobLacksParams("job_needs_params", kind=kind.kind, missing=list(missing))


def queue_by_name(house: House, kind: str, params: Mapping[str, Any]) -> uuid.UUID | None:
    """Queue one job by hand; None when the same kind waits already.

    Raises NotFound("unknown_job"), Invalid("job_needs_params") for kinds that only a page begins.
    """
    if kind not in JOBS:
        raise UnknownJob("unknown_job", kind=kind, known=list(JOBS))
    require_params(JOBS[kind], params)
    with house.database.work() as session:
        job = queue.queue_job(session, kind, dict(params), key=kind, run_after=house.now(), now=house.now())
        return job.id if job is not None else None
