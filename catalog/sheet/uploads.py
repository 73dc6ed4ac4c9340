"""Uploaded sheets between reading and applying: who sees them, and what becomes of them."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from catalog.audit import record_audit
from catalog.errors import Conflict, DomainError, NotFound
from catalog.models import SheetUpload
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.sheet.reading import SheetReading, read_sheet


def record_upload(
    session: Session,
    *,
    department_id: uuid.UUID,
    blob_sha256: str,
    file_name: str,
    outcome: SheetReading | DomainError,
    by: Actor,
    now: dt.datetime,
) -> SheetUpload:
    """Note an uploaded sheet with what was read from it, or the failure that refused it. Raises NotAllowed."""
    require_allowed(by, "sheet.import", department_id=department_id)
    is_read = isinstance(outcome, SheetReading)
    upload = SheetUpload(
        id=uuid.uuid4(),
        department_id=department_id,
        state="read" if is_read else "refused",
        blob_sha256=blob_sha256,
        file_name=file_name[:255],
        reading=outcome.as_dict() if isinstance(outcome, SheetReading) else None,
        problem={"code": outcome.code, "params": outcome.params} if isinstance(outcome, DomainError) else None,
        created_by=by.account_id,
        created_at=now,
    )
    session.add(upload)
    session.flush()
    params = {"file": upload.file_name, "sha256": blob_sha256, "state": upload.state}
    record_audit(session, by=by, act="sheet.upload", object_kind="sheet", object_id=upload.id, now=now, params=params)
    return upload


def read_upload(path: Path) -> SheetReading | DomainError:
    """Read a delivered sheet in the child process; a refusal is given back, not raised, so that it can be recorded."""
    try:
        return read_sheet(path)
    except DomainError as error:
        return error


def get_upload(session: Session, upload_id: uuid.UUID, *, by: Actor, for_update: bool = False) -> SheetUpload:
    """An upload that `by` may work on; raises NotFound("sheet_not_found"), also for those of other departments."""
    query = select(SheetUpload).where(SheetUpload.id == upload_id)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    upload = session.scalar(query)
    if upload is None or not is_allowed(by, "sheet.import", department_id=upload.department_id):
        raise NotFound("sheet_not_found")
    return upload


def reading_of(upload: SheetUpload) -> SheetReading:
    """What was read from an upload. Raises Conflict("sheet_is_settled") when it was refused, applied or discarded."""
    if upload.reading is None:
        raise Conflict("sheet_is_settled", state=upload.state)
    return SheetReading.from_dict(upload.reading)


def list_uploads(session: Session, *, department_id: uuid.UUID, by: Actor, limit: int = 20) -> list[SheetUpload]:
    """The newest uploads of a department; their readings, which may be large, are not loaded. Raises NotAllowed."""
    require_allowed(by, "sheet.import", department_id=department_id)
    query = (
        select(SheetUpload)
        .where(SheetUpload.department_id == department_id)
        .options(defer(SheetUpload.reading, raiseload=True))
        .order_by(SheetUpload.created_at.desc(), SheetUpload.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def discard_upload(session: Session, upload_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Put an upload aside unapplied. Raises NotFound("sheet_not_found"), Conflict("sheet_is_settled")."""
    upload = get_upload(session, upload_id, by=by, for_update=True)
    if upload.state not in {"read", "refused"}:
        raise Conflict("sheet_is_settled", state=upload.state)
    upload.state = "discarded"
    upload.reading = None
    session.flush()
    record_audit(session, by=by, act="sheet.discard", object_kind="sheet", object_id=upload.id, now=now)
