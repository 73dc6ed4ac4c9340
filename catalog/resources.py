"""挂接资源 of an entry: files, interfaces and links. They become public and leave only with a revision."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.entries import edit_revision, touch_revision
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import clean_title, is_web_address
from catalog.models import Entry, Resource
from catalog.models.entries import RESOURCE_KINDS
from catalog.permissions import Actor
from datasets.models import DataVersion

MAX_TITLE = 128
MAX_URL = 2048
MAX_RESOURCES = 200
"""Resources of one entry."""

PENDING_STATES = ("prepared", "department_review", "office_review")
"""States of a data version on its way to the public."""


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """A resource with its published data version and the newest one on its way, as the department sees them."""

    resource: Resource
    published: DataVersion | None
    pending: DataVersion | None

    @property
    def is_public(self) -> bool:
        """Whether it stands on the public page of a published, unconditionally open entry."""
        return self.resource.published_at is not None and self.resource.retired_at is None

    @property
    def is_leaving(self) -> bool:
        """Taken out by the department, public until the open revision is published."""
        return self.is_public and self.resource.removed_at is not None


def get_resource(session: Session, entry: Entry, resource_id: uuid.UUID) -> Resource:
    """A resource of this entry that has not left; raises NotFound("resource_not_found")."""
    resource = session.get(Resource, resource_id)
    if resource is None or resource.entry_id != entry.id or resource.retired_at is not None:
        raise NotFound("resource_not_found")
    return resource


def list_resources(session: Session, entry_id: uuid.UUID) -> list[ResourceFacts]:
    """The resources of an entry that have not left, in order, with their published and pending data versions."""
    resources = session.scalars(
        select(Resource)
        .where(Resource.entry_id == entry_id, Resource.retired_at.is_(None))
        .order_by(Resource.position, Resource.created_at, Resource.id)
    ).all()
    published = {resource.published_version_id for resource in resources if resource.published_version_id}
    versions = session.scalars(
        select(DataVersion)
        .where(DataVersion.resource_id.in_([resource.id for resource in resources]))
        .where(DataVersion.state.in_(PENDING_STATES) | DataVersion.id.in_(published))
        .order_by(DataVersion.number)
    ).all()
    by_id = {version.id: version for version in versions}
    pending = {version.resource_id: version for version in versions if version.state in PENDING_STATES}
    return [
        ResourceFacts(
            resource=resource,
            published=by_id.get(resource.published_version_id) if resource.published_version_id else None,
            pending=pending.get(resource.id),
        )
        for resource in resources
    ]


def add_resource(
    session: Session,
    entry: Entry,
    *,
    kind: str,
    title: str,
    url: str | None = None,
    by: Actor,
    now: dt.datetime,
    act: str = "entry.edit",
) -> Resource:
    """A new resource in the open revision, which is opened if there is none.

    `kind` is file, interface or link; the last two need `url`. Raises NotAllowed, Conflict("revision_in_review"),
    Invalid("fields_invalid").
    """
    revision = edit_revision(session, entry, by=by, now=now, act=act)
    title = clean_title(title)
    url = (url or "").strip() or None
    present = session.scalars(select(Resource).where(Resource.entry_id == entry.id)).all()
    problems = _check(kind, title, url)
    living = [resource for resource in present if resource.retired_at is None]
    if len(living) >= MAX_RESOURCES:
        problems.append(Problem("resources", "too_many", limit=MAX_RESOURCES, count=len(living) + 1))
    if problems:
        raise Invalid("fields_invalid", problems=problems)
    resource = Resource(
        id=uuid.uuid4(),
        entry_id=entry.id,
        position=max((other.position for other in present), default=0) + 1,
        kind=kind,
        title=title,
        url=None if kind == "file" else url,
        created_at=now,
    )
    session.add(resource)
    touch_revision(revision, now=now)
    session.flush()
    _audit(session, resource, entry, "added", by=by, now=now, act=act)
    return resource


def remove_resource(
    session: Session, resource: Resource, *, by: Actor, now: dt.datetime, act: str = "entry.edit"
) -> None:
    """Take a resource out: at once if it never was public, else when the open revision is published.

    Data versions on their way are rejected. Raises NotAllowed, Conflict("revision_in_review"),
    Conflict("resource_is_removed").
    """
    entry = session.get_one(Entry, resource.entry_id)
    revision = edit_revision(session, entry, by=by, now=now, act=act)
    session.refresh(resource)
    if resource.removed_at is not None:
        raise Conflict("resource_is_removed")
    resource.removed_at = now
    if resource.published_at is None:
        resource.retired_at = now
    reject_pending(session, [resource.id], note="resource_removed")
    touch_revision(revision, now=now)
    session.flush()
    _audit(session, resource, entry, "removed", by=by, now=now, act=act)


def reject_pending(session: Session, resource_ids: list[uuid.UUID], *, note: str, but: uuid.UUID | None = None) -> None:
    """Reject every data version of these resources that is on its way, except `but`; `note` says why."""
    query = select(DataVersion).where(DataVersion.resource_id.in_(resource_ids), DataVersion.state.in_(PENDING_STATES))
    for version in session.scalars(query):
        if version.id != but:
            version.state = "rejected"
            version.state_note = note


def _check(kind: str, title: str, url: str | None) -> list[Problem]:
    problems = []
    if kind not in RESOURCE_KINDS:
        problems.append(Problem("kind", "not_in_vocabulary", value=kind[:80], vocabulary="resource_kind"))
    if not title:
        problems.append(Problem("title", "required_missing"))
    if len(title) > MAX_TITLE:
        problems.append(Problem("title", "too_long", limit=MAX_TITLE, length=len(title)))
    if kind in ("interface", "link"):
        if url is None:
            problems.append(Problem("url", "required_missing"))
        elif len(url) > MAX_URL:
            problems.append(Problem("url", "too_long", limit=MAX_URL, length=len(url)))
        elif not is_web_address(url):
            problems.append(Problem("url", "not_a_web_address", value=url[:200]))
    return problems


def _audit(
    session: Session, resource: Resource, entry: Entry, what: str, *, by: Actor, now: dt.datetime, act: str
) -> None:
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="resource",
        object_id=resource.id,
        now=now,
        params={"entry": entry.name, "what": what, "kind": resource.kind, "title": resource.title},
    )
