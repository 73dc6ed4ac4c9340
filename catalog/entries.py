"""Entries and the revisions of their metadata: create, find, open for change, save.

Every write takes the lock of the entry's row first, so that two people who change one entry come one after the other
and the second sees what the first has done.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import Values, require_fields, require_items
from catalog.fields import ITEM_FIELDS, REVISION_FIELDS
from catalog.gaps import list_gaps
from catalog.history import record_step
from catalog.models import DataItem, Department, Entry, Revision
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.revision_texts import item_values, list_differences, revision_values
from catalog.slugs import make_name

EDITABLE_STATES = frozenset({"draft", "returned"})
"""States of a revision in which its metadata may be changed."""


def get_entry(session: Session, name: str) -> Entry:
    """The entry with this address name; raises NotFound("entry_not_found")."""
    entry = session.scalar(select(Entry).where(Entry.name == name))
    if entry is None:
        raise NotFound("entry_not_found", name=name[:80])
    return entry


def get_entry_for(session: Session, name: str, *, by: Actor, act: str = "entry.view_draft") -> Entry:
    """The entry if `by` may see its drafts; NotFound, not NotAllowed, for entries of other departments."""
    entry = get_entry(session, name)
    if not is_allowed(by, act, department_id=entry.department_id):
        raise NotFound("entry_not_found", name=name[:80])
    return entry


def lock_entry(session: Session, entry_id: uuid.UUID) -> Entry:
    """The entry as it stands now, its row locked until the transaction ends."""
    entry = session.scalar(
        select(Entry).where(Entry.id == entry_id).with_for_update().execution_options(populate_existing=True)
    )
    if entry is None:
        raise NotFound("entry_not_found", name=str(entry_id))
    return entry


def lock_entries(session: Session, entry_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Entry]:
    """Several entries locked in one fixed order: whoever writes many at once calls this before anything else."""
    return {entry_id: lock_entry(session, entry_id) for entry_id in sorted(set(entry_ids))}


def get_revision(session: Session, revision_id: uuid.UUID) -> Revision:
    """A revision with its data items, as it stands now; raises NotFound("revision_not_found")."""
    query = select(Revision).where(Revision.id == revision_id).options(selectinload(Revision.items))
    revision = session.scalar(query.execution_options(populate_existing=True))
    if revision is None:
        raise NotFound("revision_not_found")
    return revision


def find_open_revision(session: Session, entry: Entry) -> Revision | None:
    """The revision that is being worked on, with its data items."""
    return get_revision(session, entry.open_revision_id) if entry.open_revision_id else None


def find_published_revision(session: Session, entry: Entry) -> Revision | None:
    """The revision that the public sees, with its data items."""
    return get_revision(session, entry.published_revision_id) if entry.published_revision_id else None


def create_entry(
    session: Session,
    *,
    department_id: uuid.UUID,
    fields: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] = (),
    by: Actor,
    now: dt.datetime,
    act: str = "entry.create",
    source_url: str | None = None,
    issued_on: dt.date | None = None,
    data_updated_on: dt.date | None = None,
) -> Entry:
    """A new entry with a draft; only `title` and the department are required.

    `act` is the right under which it is made (an import has its own); `source_url`, `issued_on` and
    `data_updated_on` are facts of an entry that was public elsewhere before. Raises NotAllowed,
    NotFound("department_not_found"), Invalid("fields_invalid") with every problem.
    """
    require_allowed(by, act, department_id=department_id)
    department = session.get(Department, department_id)
    if department is None or not department.is_active:
        raise NotFound("department_not_found", name=department.name if department else str(department_id))
    values = require_fields({"title": "", **fields})
    parsed_items = require_items(items)
    entry = Entry(
        id=uuid.uuid4(),
        name=_free_name(session, values["title"]),
        department_id=department_id,
        state="never_published",
        source_url=source_url,
        issued_on=issued_on,
        data_updated_on=data_updated_on,
        created_by=by.account_id,
        created_at=now,
    )
    session.add(entry)
    session.flush()
    _set_code(session, entry, values.pop("code", None))
    revision = _add_revision(session, entry, values, parsed_items, by=by, now=now, number=1)
    record_step(
        session, entry, "create", from_state=None, to_state="draft", by=by, now=now, revision_id=revision.id, number=1
    )
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="entry",
        object_id=entry.id,
        now=now,
        params={"name": entry.name, "title": revision.title},
    )
    return entry


def open_revision(session: Session, entry: Entry, *, by: Actor, now: dt.datetime, act: str = "entry.edit") -> Revision:
    """A new draft copied from the published revision, which stays public meanwhile.

    Raises NotAllowed, Conflict("revision_already_open", state=…), Conflict("entry_is_withdrawn").
    """
    require_allowed(by, act, department_id=entry.department_id)
    entry = lock_entry(session, entry.id)
    if entry.state == "withdrawn":
        raise Conflict("entry_is_withdrawn")
    present = find_open_revision(session, entry)
    if present is not None:
        raise Conflict("revision_already_open", state=present.state)
    published = find_published_revision(session, entry)
    assert published is not None, "an entry without an open revision has a published one"
    revision = _add_revision(
        session, entry, revision_values(published), [item_values(item) for item in published.items], by=by, now=now
    )
    record_step(session, entry, "open", from_state=None, to_state="draft", by=by, now=now, revision_id=revision.id)
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="revision",
        object_id=revision.id,
        now=now,
        params={"entry": entry.name, "number": revision.number, "what": "opened"},
    )
    return revision


def edit_revision(session: Session, entry: Entry, *, by: Actor, now: dt.datetime, act: str = "entry.edit") -> Revision:
    """The open revision if it may be changed, a newly opened one if none is open.

    Raises NotAllowed, Conflict("revision_in_review", state=…), Conflict("entry_is_withdrawn").
    """
    require_allowed(by, act, department_id=entry.department_id)
    entry = lock_entry(session, entry.id)
    revision = find_open_revision(session, entry)
    if revision is None:
        return open_revision(session, entry, by=by, now=now, act=act)
    _require_editable(revision)
    return revision


def save_revision(
    session: Session,
    revision: Revision,
    *,
    fields: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] | None = None,
    expected_lock: int | None,
    by: Actor,
    now: dt.datetime,
    act: str = "entry.edit",
) -> Revision:
    """Write the given fields, and the data items unless they are None, into an open draft or returned revision.

    `expected_lock` is the `lock_version` that the person had before their eyes. Raises NotAllowed,
    Conflict("revision_in_review"), Conflict("stale_form", lock=…, differences=[{field, yours, theirs}]),
    Invalid("fields_invalid"). Saving what is there already writes nothing.
    """
    entry = lock_entry(session, revision.entry_id)
    require_allowed(by, act, department_id=entry.department_id)
    revision = get_revision(session, revision.id)
    _require_editable(revision)
    values = require_fields(fields)
    parsed = None if items is None else require_items(items)
    differences = list_differences(entry, revision, values, parsed)
    if expected_lock is not None and revision.lock_version != expected_lock:
        raise Conflict("stale_form", lock=revision.lock_version, differences=differences)
    if not differences:
        return revision
    if "code" in values:
        _set_code(session, entry, values.pop("code"))
    for name, value in values.items():
        setattr(revision, name, value)
    if parsed is not None:
        _replace_items(session, revision, parsed)
    touch_revision(revision, now=now)
    session.flush()
    record_audit(
        session,
        by=by,
        act=act,
        object_kind="revision",
        object_id=revision.id,
        now=now,
        params={"entry": entry.name, "changed": [difference["field"] for difference in differences]},
    )
    return revision


def touch_revision(revision: Revision, *, now: dt.datetime) -> None:
    """Note that the revision or what hangs on it has changed: gaps anew, lock number one up at the next flush."""
    revision.gaps = list_gaps(revision_values(revision), [item_values(item) for item in revision.items])
    revision.changed_at = now
    flag_modified(revision, "changed_at")


def find_same_titles(session: Session, department_id: uuid.UUID, title: str, *, but: uuid.UUID | None) -> list[str]:
    """Names of the department's other entries with this title: a warning, never a refusal."""
    shown = func.coalesce(Entry.open_revision_id, Entry.published_revision_id)
    query = (
        select(Entry.name)
        .join(Revision, Revision.id == shown)
        .where(Entry.department_id == department_id, Entry.state != "withdrawn", Revision.title == title)
        .order_by(Entry.created_at, Entry.name)
    )
    return list(session.scalars(query if but is None else query.where(Entry.id != but)))


def _require_editable(revision: Revision) -> None:
    if revision.state not in EDITABLE_STATES:
        raise Conflict("revision_in_review", state=revision.state)


def _free_name(session: Session, title: str) -> str:
    while True:
        name = make_name(title)
        if session.scalar(select(Entry.id).where(Entry.name == name)) is None:
            return name


def _set_code(session: Session, entry: Entry, code: str | None) -> None:
    if code == entry.code:
        return
    if entry.ordinal is not None:
        raise Invalid("fields_invalid", problems=[Problem("code", "code_is_fixed", value=entry.code or "")])
    if code is not None and session.scalar(select(Entry.id).where(Entry.code == code, Entry.id != entry.id)):
        raise Invalid("fields_invalid", problems=[Problem("code", "code_taken", value=code)])
    entry.code = code


def _add_revision(
    session: Session,
    entry: Entry,
    values: Values,
    items: Sequence[Values],
    *,
    by: Actor,
    now: dt.datetime,
    number: int | None = None,
) -> Revision:
    """A new draft as the entry's open revision; `number` where the caller knows it (1 for a new entry)."""
    if number is None:
        number = (session.scalar(select(func.max(Revision.number)).where(Revision.entry_id == entry.id)) or 0) + 1
    known = {name: value for name, value in values.items() if name in REVISION_FIELDS}
    revision = Revision(
        id=uuid.uuid4(),
        entry_id=entry.id,
        number=number,
        state="draft",
        created_by=by.account_id,
        created_at=now,
        changed_at=now,
        **known,
    )
    session.add(revision)
    session.flush()
    _add_items(session, revision, items)
    touch_revision(revision, now=now)
    entry.open_revision_id = revision.id
    session.flush()
    return revision


def _replace_items(session: Session, revision: Revision, items: Sequence[Values]) -> None:
    for item in session.scalars(select(DataItem).where(DataItem.revision_id == revision.id)).all():
        session.delete(item)
    session.flush()
    _add_items(session, revision, items)


def _add_items(session: Session, revision: Revision, items: Sequence[Values]) -> None:
    rows = [
        DataItem(revision_id=revision.id, position=position, **{name: item[name] for name in ITEM_FIELDS})
        for position, item in enumerate(items, start=1)
    ]
    session.add_all(rows)
    session.flush()
    set_committed_value(revision, "items", rows)
