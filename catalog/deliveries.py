"""Data files on their way from a department's desk to a data version: who may bring them, and what they become."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.data_updates import attach_version, submit_version
from catalog.entries import EDITABLE_STATES, find_open_revision, find_published_revision, save_revision
from catalog.errors import Conflict, NotFound
from catalog.models import Entry, Resource, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.release import declared_keys
from catalog.resources import PENDING_STATES, add_resource, get_resource
from catalog.revision_texts import item_values
from datasets.columns import Column
from datasets.ingest.declared import DeclaredItem, find_place, index_names
from datasets.ingest.intakes import confirm_intake, discard_intake, get_intake, record_arrival
from datasets.models import DataVersion, Intake
from datasets.storage.interface import StoredBlob

Items = Sequence[Mapping[str, Any]]

ITEM_TYPES = {"text": "C", "integer": "I", "decimal": "N", "boolean": "L", "date": "D", "datetime": "T"}
"""Type of a column as read → type of the data item that would declare it."""

NUMBERS = frozenset({"N", "Y", "B", "I", "F"})
FITTING = {
    "text": frozenset({"C", "M", "G"}),
    "integer": NUMBERS,
    "decimal": NUMBERS - {"I"},
    "boolean": frozenset({"L"}),
    "date": frozenset({"D", "T"}),
    "datetime": frozenset({"T"}),
}
"""Type of a column as read → types of data items that say the same; blank columns and others are only pointed out."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivered file with the resource and entry that it is meant for."""

    intake: Intake
    resource: Resource
    entry: Entry


@dataclass(frozen=True, slots=True)
class ItemComparison:
    """The columns of a file beside the data items that the catalog declares. Names, in the order of their table."""

    missing: tuple[str, ...]
    """Declared and open, but not in the file."""
    undeclared: tuple[str, ...]
    """In the file, but not declared."""
    retyped: tuple[tuple[str, str, str], ...]
    """(name, declared type letter, type of the column) where the two say different things."""
    closed: tuple[str, ...]
    """In the file although declared as not open: it cannot be submitted so."""

    @property
    def is_same(self) -> bool:
        """Whether file and declaration say the same."""
        return not (self.missing or self.undeclared or self.retyped or self.closed)


def get_delivery(session: Session, intake_id: uuid.UUID, *, by: Actor) -> Delivery:
    """A delivery of the department of `by`; raises NotFound("intake_not_found"), also for those of others."""
    intake = get_intake(session, intake_id)
    resource = session.get(Resource, intake.resource_id)
    entry = session.get(Entry, resource.entry_id) if resource else None
    if resource is None or entry is None or not _may_see(by, entry):
        raise NotFound("intake_not_found")
    return Delivery(intake, resource, entry)


def begin_delivery(
    session: Session,
    entry: Entry,
    *,
    resource_id: uuid.UUID | None,
    title: str,
    blob: StoredBlob,
    file_name: str,
    by: Actor,
    now: dt.datetime,
) -> Delivery:
    """Note that a file arrived for a resource of the entry, or for a new file resource called `title`.

    Raises NotAllowed, NotFound("resource_not_found"), Conflict("resource_is_removed" | "version_in_review" |
    "revision_in_review" | "entry_is_withdrawn"), Invalid("fields_invalid") for the title.
    """
    require_allowed(by, "data.upload", department_id=entry.department_id)
    if entry.state == "withdrawn":
        raise Conflict("entry_is_withdrawn")
    if resource_id is None:
        resource = add_resource(session, entry, kind="file", title=title, by=by, now=now, act="data.upload")
    else:
        resource = get_resource(session, entry, resource_id)
    _require_open(session, entry, resource)
    intake = record_arrival(session, blob, resource_id=resource.id, file_name=file_name, by_id=by.account_id, now=now)
    _audit(session, entry, intake, "received", by=by, now=now)
    return Delivery(intake, resource, entry)


def confirm_delivery(
    session: Session,
    delivery: Delivery,
    *,
    by: Actor,
    now: dt.datetime,
    override_basis: str | None = None,
    with_new_items: bool = False,
    is_submitted: bool = False,
) -> DataVersion:
    """Make the delivered file the version on its way for its resource.

    `override_basis`, the legal basis for publishing personal data, is heard from a reviewer only. `with_new_items`
    declares the columns that the catalog does not know yet as data items of the open revision. `is_submitted` hands
    the version to the reviewer at once where it travels alone. Raises what `confirm_intake`, `attach_version` and
    `submit_version` raise.
    """
    entry, resource, intake = delivery.entry, delivery.resource, delivery.intake
    may_override = is_allowed(by, "data.override", department_id=entry.department_id)
    if not may_override:
        require_allowed(by, "data.upload", department_id=entry.department_id)
    items = shown_items(session, entry)
    version = confirm_intake(
        session,
        intake,
        now=now,
        by_id=by.account_id,
        keys=declared_keys(items),
        override_basis=override_basis if may_override else None,
    )
    attach_version(session, resource, version, by=by, now=now)
    if with_new_items:
        _declare_columns(session, entry, version, by=by, now=now)
    if is_submitted and resource.published_at is not None:
        submit_version(session, version, by=by, now=now)
    return version


def discard_delivery(session: Session, delivery: Delivery, *, by: Actor, now: dt.datetime) -> None:
    """Give up a delivered file. Raises NotAllowed, Conflict("intake_is_closed")."""
    require_allowed(by, "data.upload", department_id=delivery.entry.department_id)
    discard_intake(session, delivery.intake, now=now)
    _audit(session, delivery.entry, delivery.intake, "discarded", by=by, now=now)


def shown_items(session: Session, entry: Entry) -> list[dict[str, Any]]:
    """The data items as they stand now: those of the open revision, else of the published one."""
    revision = find_open_revision(session, entry) or find_published_revision(session, entry)
    return [item_values(item) for item in revision.items] if revision else []


def declared_items(session: Session, intake: Intake) -> list[dict[str, Any]]:
    """What the catalog declares about a file that arrived, as `DeclaredItem` takes it."""
    resource = session.get(Resource, intake.resource_id)
    entry = session.get(Entry, resource.entry_id) if resource else None
    items = shown_items(session, entry) if entry else []
    return [asdict(DeclaredItem.from_dict(item)) for item in items]


def can_declare(revision: Revision | None) -> bool:
    """Whether new data items can be added right away: a revision is open for change."""
    return revision is not None and revision.state in EDITABLE_STATES


def compare_with_items(columns: Sequence[Column], items: Items) -> ItemComparison:
    """What differs between the columns of a file and the declared data items, matched by name or field name."""
    places = index_names((item["name"], item["field_name"]) for item in items)
    found = [find_place(places, column.name, column.key) for column in columns]
    known = [(column, None if place is None else items[place]) for column, place in zip(columns, found, strict=True)]
    return ItemComparison(
        missing=tuple(item["name"] for at, item in enumerate(items) if item["is_open"] and at not in found),
        undeclared=tuple(column.name for column, item in known if item is None),
        retyped=tuple(
            (column.name, item["type"], column.type)
            for column, item in known
            if item and item["type"] and item["type"] not in FITTING.get(column.type, frozenset())
        ),
        closed=tuple(column.name for column, item in known if item and not item["is_open"]),
    )


def get_entry_version(session: Session, entry: Entry, version_id: uuid.UUID) -> DataVersion:
    """A data version, in any state, of a resource of this entry; raises NotFound("version_not_found")."""
    version = session.get(DataVersion, version_id)
    resource = session.get(Resource, version.resource_id) if version else None
    if version is None or resource is None or resource.entry_id != entry.id:
        raise NotFound("version_not_found")
    return version


def _declare_columns(session: Session, entry: Entry, version: DataVersion, *, by: Actor, now: dt.datetime) -> None:
    revision = find_open_revision(session, entry)
    if revision is None or not can_declare(revision):
        return
    items = [item_values(item) for item in revision.items]
    columns = [Column.from_dict(column) for column in version.columns]
    unknown = set(compare_with_items(columns, items).undeclared)
    added = [{"name": c.name[:128], "type": ITEM_TYPES.get(c.type, "C")} for c in columns if c.name in unknown]
    if added:
        save_revision(session, revision, fields={}, items=[*items, *added], expected_lock=None, by=by, now=now)


def _require_open(session: Session, entry: Entry, resource: Resource) -> None:
    """Say now, not after a long upload, that the file could not be taken."""
    if resource.removed_at is not None or resource.kind != "file":
        raise Conflict("resource_is_removed")
    in_review = select(DataVersion.number).where(
        DataVersion.resource_id == resource.id,
        DataVersion.state.in_([state for state in PENDING_STATES if state != "prepared"]),
    )
    number = session.scalar(in_review.limit(1))
    if number is not None:
        raise Conflict("version_in_review", number=number)
    revision = find_open_revision(session, entry)
    if resource.published_at is None and revision is not None and revision.state not in EDITABLE_STATES:
        raise Conflict("revision_in_review", state=revision.state)


def _may_see(by: Actor, entry: Entry) -> bool:
    return any(is_allowed(by, act, department_id=entry.department_id) for act in ("data.upload", "data.override"))


def _audit(session: Session, entry: Entry, intake: Intake, what: str, *, by: Actor, now: dt.datetime) -> None:
    params = {"entry": entry.name, "what": what, "file": intake.file_name, "sha256": intake.blob_sha256}
    record_audit(session, by=by, act="data.upload", object_kind="intake", object_id=intake.id, now=now, params=params)
