"""Whether the portal can serve, and the figures that show how it does."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.changes import change_number
from catalog.jobs import count_jobs
from catalog.models import CurrentRecord
from portal.house import House

STARTED = time.time()
VERSIONS = (
    Path(__file__).parent / "_migrations" / "versions",
    Path(__file__).parent.parent / "migrations" / "versions",
)


@lru_cache(maxsize=1)
def newest_schema() -> str:
    """The number of the newest migration of this release, from the file names: Alembic stays out of serving."""
    folder = next(folder for folder in VERSIONS if folder.is_dir())
    return max(path.name[:4] for path in folder.glob("[0-9]*.py"))


def check_readiness(house: House) -> list[str]:
    """Names of what is missing for serving: "database", "migrations"; empty when ready."""
    try:
        with house.database.reading() as session:
            if not inspect(session.connection()).has_table("alembic_version"):
                return ["migrations"]
            revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        return ["database"]
    return [] if revision == newest_schema() else ["migrations"]


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
