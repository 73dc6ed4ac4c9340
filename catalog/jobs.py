"""The job table: work under leases, so that a worker that dies loses the lease and never the job.

Every change of a leased job is guarded by the lease's token: a worker that was thought dead, and whose job another has
taken up, can neither finish nor fail it. Handlers are idempotent; a job may be begun again after a crash.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import Job

MAX_ATTEMPTS = 5
"""A job that has been begun so often without an end has failed for good."""

BACK_OFF_SECONDS = 30
"""Pause after the first failure; each further one is four times as long."""

BACK_OFF_LIMIT = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job in the hands of one worker; `token` proves that it still is."""

    id: uuid.UUID
    kind: str
    params: Mapping[str, Any]
    attempts: int
    token: uuid.UUID
    lease_until: dt.datetime


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as people who wait for it see it; `progress` is {"done", "total", "step"} (and "share") or {}."""

    id: uuid.UUID
    kind: str
    state: str
    attempts: int
    progress: Mapping[str, Any]
    problem: Mapping[str, Any] | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    params: Mapping[str, Any]


def queue_job(
    session: Session,
    kind: str,
    params: Mapping[str, Any],
    *,
    key: str | None = None,
    run_after: dt.datetime | None = None,
    now: dt.datetime,
) -> JobFacts | None:
    """Queue a job in the caller's transaction; None when a job with this `key` waits or runs already."""
    job = Job(
        id=uuid.uuid4(), kind=kind, key=key, params=dict(params), run_after=run_after or now, created_at=now, attempts=0
    )
    job.state, job.progress = "waiting", {}
    if key is not None and session.scalar(select(Job.id).where(Job.key == key)) is not None:
        return None
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return None
    return _facts(job)


def lease_job(session: Session, *, now: dt.datetime, lease_seconds: int) -> LeasedJob | None:
    """Take the job that has waited longest, or one whose worker has let its lease run out; None if there is none.

    A job that ran out of attempts with its worker is failed with the code "job_died" on the way. Two workers never
    get the same job: PostgreSQL skips rows another one is taking, SQLite has one writer.
    """
    _fail_dead_jobs(session, now)
    ready = or_(
        and_(Job.state == "waiting", Job.run_after <= now),
        and_(Job.state == "running", Job.lease_until < now),
    )
    oldest = select(Job.id).where(ready).order_by(Job.run_after, Job.created_at).limit(1)
    statement = (
        update(Job)
        .where(Job.id == oldest.with_for_update(skip_locked=True).scalar_subquery(), ready)
        .values(
            state="running",
            attempts=Job.attempts + 1,
            lease_token=uuid.uuid4(),
            lease_until=now + dt.timedelta(seconds=lease_seconds),
            progress={},
        )
        .returning(Job.id, Job.kind, Job.params, Job.attempts, Job.lease_token, Job.lease_until)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(statement).one_or_none()
    return LeasedJob(*row) if row is not None else None


def renew_lease(session: Session, job: LeasedJob, *, now: dt.datetime, lease_seconds: int) -> bool:
    """Hold the job for longer; False when the lease was lost to another worker."""
    return _change(session, job, lease_until=now + dt.timedelta(seconds=lease_seconds))


def report_progress(session: Session, job: LeasedJob, *, done: int, total: int, step: str, share: float = 0.0) -> bool:
    """Tell people who wait how far it is, `share` (0 to 1) being that of the step; False when the lease was lost."""
    progress = {"done": done, "total": total, "step": step, **({"share": share} if share else {})}
    return _change(session, job, progress=progress)


def finish_job(session: Session, job: LeasedJob, *, now: dt.datetime) -> bool:
    """End the job well; False, and nothing changed, when the lease was lost."""
    ended = {"key": None, "lease_until": None, "lease_token": None, "finished_at": now}
    return _change(session, job, state="done", problem=None, **ended)


def fail_job(
    session: Session, job: LeasedJob, *, problem: Mapping[str, Any], is_final: bool = False, now: dt.datetime
) -> bool:
    """Note the problem and let the job be tried again later, up to MAX_ATTEMPTS; False when the lease was lost.

    `is_final` says that trying again cannot help.
    """
    ended = {"lease_until": None, "lease_token": None, "problem": dict(problem)}
    if is_final or job.attempts >= MAX_ATTEMPTS:
        return _change(session, job, state="failed", key=None, finished_at=now, **ended)
    return _change(session, job, state="waiting", run_after=now + back_off(job.attempts), **ended)


def back_off(attempts: int) -> dt.timedelta:
    """The pause after so many attempts: 30 s, 2 min, 8 min, 32 min, then an hour."""
    return min(dt.timedelta(seconds=BACK_OFF_SECONDS * 4 ** min(attempts - 1, 10)), BACK_OFF_LIMIT)


def get_job(session: Session, job_id: uuid.UUID) -> JobFacts:
    """The job of this id; raises NotFound("job_not_found")."""
    row = session.get(Job, job_id, populate_existing=True)
    if row is None:
        raise NotFound("job_not_found", id=str(job_id))
    return _facts(row)


def find_job(session: Session, key: str) -> JobFacts | None:
    """The job that waits or runs under this key, or None."""
    row = session.scalar(select(Job).where(Job.key == key))
    return _facts(row) if row is not None else None


def list_jobs(
    session: Session, *, state: str | None = None, kind: str | None = None, limit: int = 50
) -> list[JobFacts]:
    """The newest jobs first."""
    query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return [_facts(row) for row in session.scalars(query)]


def count_jobs(session: Session) -> dict[str, int]:
    """How many jobs are in each state that occurs."""
    rows = session.execute(select(Job.state, func.count()).group_by(Job.state))
    return {row[0]: row[1] for row in rows}


def _fail_dead_jobs(session: Session, now: dt.datetime) -> None:
    dead = and_(Job.state == "running", Job.lease_until < now, Job.attempts >= MAX_ATTEMPTS)
    session.execute(
        update(Job)
        .where(dead)
        .values(
            state="failed",
            key=None,
            lease_until=None,
            lease_token=None,
            finished_at=now,
            problem={"code": "job_died", "params": {"attempts": MAX_ATTEMPTS}},
        )
        .execution_options(synchronize_session=False)
    )


def _change(session: Session, job: LeasedJob, **values: Any) -> bool:
    held = and_(Job.id == job.id, Job.lease_token == job.token, Job.state == "running")
    statement = update(Job).where(held).values(**values).execution_options(synchronize_session=False)
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _facts(row: Job) -> JobFacts:
    return JobFacts(
        id=row.id,
        kind=row.kind,
        state=row.state,
        attempts=row.attempts,
        progress=row.progress,
        problem=row.problem,
        created_at=row.created_at,
        finished_at=row.finished_at,
        params=row.params,
    )
