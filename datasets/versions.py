"""Data versions of a resource: the switch from one published version to the next."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from datasets.models import DataVersion


def publish_version(session: Session, version: DataVersion, *, now: dt.datetime) -> None:
    """Make `version` the published one of its resource; the former one becomes superseded and keeps its address."""
    former = session.scalars(
        select(DataVersion).where(DataVersion.resource_id == version.resource_id, DataVersion.state == "published")
    )
    for other in former:
        if other.id != version.id:
            other.state = "superseded"
    version.state = "published"
    version.published_at = now
    session.flush()
