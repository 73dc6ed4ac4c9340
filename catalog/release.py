"""What must hold before a data version may become public, and the switch that makes it so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from catalog.delivered import find_confirmation, record_delivery
from catalog.errors import Invalid, Problem
from catalog.models import Entry, Resource
from catalog.permissions import Actor
from datasets.clock import day_of
from datasets.models import DataVersion
from datasets.versions import publish_version

Items = Sequence[Mapping[str, Any]]


def require_clean_data(version: DataVersion, items: Items) -> None:
    """Raise Invalid if the file carries personal data without a legal basis, or columns that are not to be open.

    Invalid("personal_data_found") and Invalid("closed_columns_found") name each column as a problem.
    """
    blocking = [finding for finding in version.findings if finding["severity"] == "block"]
    if blocking and not version.override_basis:
        problems = [
            Problem(str(f["column"]), "personal_data", kind=f["kind"], count=f["count"], version=version.number)
            for f in blocking
        ]
        raise Invalid("personal_data_found", problems=problems, file_name=version.file_name)
    closed = {name for item in items if not item["is_open"] for name in (item["name"], item["field_name"]) if name}
    leaking = [column["name"] for column in version.columns if closed & {column["name"], column["key"]}]
    if leaking:
        problems = [Problem(name, "closed_column") for name in leaking]
        raise Invalid("closed_columns_found", problems=problems, file_name=version.file_name)


def needs_office_review(version: DataVersion, published: DataVersion | None) -> bool:
    """Whether a new data version goes to the office: its columns changed, or the scan found personal data."""
    if published is None or version.findings:
        return True
    return _columns(version) != _columns(published)


def release_version(
    session: Session,
    entry: Entry,
    version: DataVersion,
    *,
    by: Actor,
    now: dt.datetime,
    revision_id: uuid.UUID | None = None,
) -> None:
    """Make `version` the public one of its resource; the former one keeps its address.

    Records the delivery for the day on which the department's reviewer let it go, whatever time the office took:
    `revision_id` is the revision with which a first version travels. Where there is no such step it is today's.
    """
    waited = version.state == "office_review"
    confirmation = find_confirmation(session, version, revision_id=revision_id) if waited else None
    record_delivery(
        session,
        entry.id,
        kind="data",
        on=confirmation.on if confirmation else day_of(now),
        at=now,
        by=confirmation or by,
        version_id=version.id,
    )
    publish_version(session, version, now=now)
    resource = session.get_one(Resource, version.resource_id)
    resource.published_version_id = version.id
    entry.data_updated_on = day_of(now)
    entry.modified_at = now


def declared_keys(items: Items) -> dict[str, str]:
    """Header → declared English field name: the keys under which columns are addressed."""
    return {item["name"]: item["field_name"] for item in items if item.get("field_name")}


def _columns(version: DataVersion) -> list[tuple[str, str, str]]:
    return [(column["key"], column["name"], column["type"]) for column in version.columns]
