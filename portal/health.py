"""Whether the portal can serve, and the figures that show how it does."""

from __future__ import annotations

import time
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.changes import change_number
from catalog.jobs import count_jobs
from catalog.models import CurrentRecord
from portal.house import House
from portal.migrating import current_revision, head_revision

STARTED = time.time()


@lru_cache(maxsize=1)
def _head() -> str | None:
    return head_revision()


def check_readiness(house: House) -> list[str]:
    """Names of what is missing for serving: "database", "migrations"; empty when ready."""
    try:
        revision = current_revision(house.database.engine)
    except DBAPIError:
        return ["database"]
    return [] if revision == _head() else ["migrations"]


def figures(house: House) -> dict[str, int]:
    """Counts for monitoring; a database that is away shows as `up 0` and nothing else."""
    values = {"up": 1, "uptime_seconds": int(time.time() - STARTED), "disk_free_megabytes": house.free_disk_mb()}
    try:
        with house.database.reading() as session:
            return values | _counts(session)
    except DBAPIError:
        return values | {"up": 0}


def _counts(session: Session) -> dict[str, int]:
    states = count_jobs(session)
    return {
        "change_number": change_number(session),
        "entries_public": session.scalar(select(func.count()).select_from(CurrentRecord)) or 0,
        **{f'jobs{{state="{state}"}}': states.get(state, 0) for state in ("waiting", "running", "failed")},
    }
