"""A delivered file on its way to a data version: received, read in the child, looked at by a person, confirmed.

Reading takes up to a minute, so it must not happen inside a transaction: `read_blob` touches no database, and
`record_reading` or `record_refusal` keeps its outcome. `read_intake` does both for commands and tests.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from datasets.columns import rekey
from datasets.errors import Busy, Conflict, DomainError, Invalid, NotFound, Problem, TooLarge
from datasets.ingest.reader import read_file
from datasets.ingest.reading import Reading, ReadOptions, Recipe
from datasets.ingest.row_store import row_store_key
from datasets.models import DataVersion, Intake
from datasets.sandbox import Limits, Progress
from datasets.storage.interface import BlobStore, ByteStream, StoredBlob
from datasets.storage.row_stores import RowStores

MAX_NAME = 255
Items = Sequence[Mapping[str, Any]]
OPEN_STATES = ("received", "reading", "read", "refused")


def receive(
    session: Session,
    store: BlobStore,
    *,
    resource_id: uuid.UUID,
    stream: ByteStream,
    file_name: str,
    by_id: uuid.UUID | None,
    now: dt.datetime,
    max_bytes: int,
) -> Intake:
    """Keep the bytes of `stream` and note that they arrived for the resource. Raises what `BlobStore.put` raises."""
    blob = store.put(stream, max_bytes=max_bytes)
    return record_arrival(session, blob, resource_id=resource_id, file_name=file_name, by_id=by_id, now=now)


def record_arrival(
    session: Session,
    blob: StoredBlob,
    *,
    resource_id: uuid.UUID,
    file_name: str,
    by_id: uuid.UUID | None,
    now: dt.datetime,
) -> Intake:
    """Note that a file, whose bytes are kept already, arrived for the resource."""
    intake = Intake(
        id=uuid.uuid4(),
        resource_id=resource_id,
        state="received",
        blob_sha256=blob.sha256,
        file_name=plain_file_name(file_name),
        byte_size=blob.byte_size,
        options=ReadOptions().as_dict(),
        created_by=by_id,
        created_at=now,
    )
    session.add(intake)
    session.flush()
    return intake


def get_intake(session: Session, intake_id: uuid.UUID) -> Intake:
    """The intake. Raises NotFound("intake_not_found")."""
    intake = session.get(Intake, intake_id)
    if intake is None:
        raise NotFound("intake_not_found")
    return intake


def list_open_intakes(session: Session, resource_id: uuid.UUID) -> list[Intake]:
    """What has arrived for the resource and is neither confirmed nor discarded, the newest first."""
    wanted = select(Intake).where(Intake.resource_id == resource_id, Intake.state.in_(OPEN_STATES))
    return list(session.scalars(wanted.order_by(Intake.created_at.desc(), Intake.id)))


def read_blob(
    store: BlobStore,
    row_stores: RowStores,
    *,
    blob_sha256: str,
    file_name: str,
    options: ReadOptions | None = None,
    declared: Items = (),
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Reading:
    """Read a stored file; its row store then stands under `row_store_key`. Touches no database.

    `declared` are values of data items that the rows are compared with. Raises Invalid, TooLarge or Busy with a code
    that tells a clerk what to do.
    """
    building = row_stores.start_building()
    try:
        reading = read_file(
            store.path(blob_sha256),
            file_name=file_name,
            row_store=building,
            options=options,
            declared=declared,
            limits=limits,
            on_progress=on_progress,
        )
        row_stores.settle(building, row_store_key(blob_sha256, reading.recipe))
    finally:
        row_stores.discard(building)
    return reading


def record_reading(session: Session, intake: Intake, reading: Reading, *, now: dt.datetime) -> None:
    """Keep what was understood, with the key of its row store; the person sees it before confirming."""
    intake.state = "read"
    intake.reading = {**reading.as_dict(), "row_store": row_store_key(intake.blob_sha256, reading.recipe)}
    intake.problem = None
    intake.finished_at = now
    session.flush()


def record_refusal(session: Session, intake: Intake, error: DomainError, *, now: dt.datetime) -> None:
    """Keep why the file was refused."""
    problems = [problem.as_dict() for problem in error.problems] if isinstance(error, Invalid) else []
    intake.state = "refused"
    intake.reading = None
    intake.problem = {"code": error.code, "params": error.params, "problems": problems}
    intake.finished_at = now
    session.flush()


def record_delay(intake: Intake, error: Busy) -> None:
    """Keep what kept the file from being read just now; it is tried again, so the state stays as it is."""
    intake.problem = {"code": error.code, "params": error.params, "problems": []}


def read_intake(
    session: Session,
    intake: Intake,
    *,
    store: BlobStore,
    row_stores: RowStores,
    now: dt.datetime,
    options: ReadOptions | None = None,
    declared: Items = (),
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Reading | None:
    """Read the intake's file and record the outcome; None when it was refused (`intake.problem` says why).

    Holds the session for as long as the reading takes: servers call `read_blob` between two transactions instead.
    Raises Conflict("intake_is_closed") for a confirmed or discarded one.
    """
    require_open_intake(intake)
    options = options or ReadOptions.from_dict(intake.options)
    intake.options = options.as_dict()
    try:
        reading = read_blob(
            store,
            row_stores,
            blob_sha256=intake.blob_sha256,
            file_name=intake.file_name,
            options=options,
            declared=declared,
            limits=limits,
            on_progress=on_progress,
        )
    except (Invalid, TooLarge) as error:
        record_refusal(session, intake, error, now=now)
        return None
    record_reading(session, intake, reading, now=now)
    return reading


def confirm_intake(
    session: Session,
    intake: Intake,
    *,
    now: dt.datetime,
    by_id: uuid.UUID | None,
    keys: Mapping[str, str] | None = None,
    override_basis: str | None = None,
) -> DataVersion:
    """Make the next data version of the resource from what was read; its state is "prepared".

    `keys` maps column keys or names to declared English field names. `override_basis` is the legal basis on which
    blocking personal data may be published all the same.
    Raises Conflict("intake_is_closed" | "intake_is_not_read"), Conflict("data_unchanged", number=…) for the file and
    recipe of the published version, Invalid("personal_data_found") naming each column.
    """
    require_open_intake(intake)
    if intake.state != "read" or intake.reading is None:
        raise Conflict("intake_is_not_read")
    reading = Reading.from_dict(intake.reading)
    basis = (override_basis or "").strip() or None
    if reading.blocking and basis is None:
        raise Invalid("personal_data_found", problems=list_blocking(reading), file_name=intake.file_name)
    _require_change(session, intake.resource_id, row_store_key(intake.blob_sha256, reading.recipe))
    version = _version_of(
        intake,
        reading,
        number=_next_number(session, intake.resource_id),
        columns=[column.as_dict() for column in rekey(reading.columns, keys or {})],
        override_basis=basis,
        created_by=by_id,
        created_at=now,
    )
    session.add(version)
    intake.state = "confirmed"
    intake.finished_at = now
    session.flush()
    return version


def _version_of(intake: Intake, reading: Reading, **decided: Any) -> DataVersion:
    """The prepared version of what was read; `decided` are the fields that the reading does not say."""
    return DataVersion(
        resource_id=intake.resource_id,
        state="prepared",
        blob_sha256=intake.blob_sha256,
        file_name=intake.file_name,
        file_format=reading.file_format,
        byte_size=intake.byte_size,
        recipe=reading.recipe.as_dict(),
        row_count=reading.row_count,
        row_store=row_store_key(intake.blob_sha256, reading.recipe),
        content_sha256=reading.content_sha256,
        csv_sha256=reading.csv_sha256,
        csv_byte_size=reading.csv_byte_size,
        profile=reading.profile,
        findings=[finding.as_dict() for finding in reading.findings],
        difference=reading.difference,
        is_original_public=not (reading.recipe.masking or reading.recipe.withholds_original),
        **decided,
    )


def first_options(session: Session, resource_id: uuid.UUID) -> ReadOptions:
    """How a new file of the resource is read at first: personal data is treated as in the published version."""
    recipe = _published_recipe(session, resource_id)
    if recipe is None:
        return ReadOptions()
    chosen = recipe.options()
    return ReadOptions(
        masking=chosen.masking, withholds_original=chosen.withholds_original, is_carried_over=bool(chosen.masking)
    )


def published_salt(session: Session, resource_id: uuid.UUID) -> str:
    """The salt of the published version's replacements; "" where there is none."""
    recipe = _published_recipe(session, resource_id)
    return recipe.salt if recipe else ""


def _published_recipe(session: Session, resource_id: uuid.UUID) -> Recipe | None:
    query = select(DataVersion.recipe).where(DataVersion.resource_id == resource_id, DataVersion.state == "published")
    recipe = session.scalars(query.limit(1)).first()
    return Recipe.from_dict(recipe) if recipe else None


def discard_intake(session: Session, intake: Intake, *, now: dt.datetime) -> None:
    """Give up a delivered file; its blob is swept later. Raises Conflict("intake_is_closed")."""
    require_open_intake(intake)
    intake.state = "discarded"
    intake.finished_at = now
    session.flush()


def list_blocking(reading: Reading) -> list[Problem]:
    """One problem per finding that stops publication; `where` is the column."""
    return [
        Problem(
            finding.column,
            f"personal_data_{finding.kind}",
            column=finding.column,
            count=finding.count,
            samples="、".join(finding.samples),
        )
        for finding in reading.blocking
    ]


def plain_file_name(name: str) -> str:
    """The last part of a delivered name without control signs, in NFC, at most 255 characters with its ending kept."""
    last = PurePosixPath(name.replace("\\", "/")).name
    text = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C").strip()
    if len(text) > MAX_NAME:
        ending = PurePosixPath(text).suffix[:20]
        text = text[: MAX_NAME - len(ending)] + ending
    return text or "file"


def require_open_intake(intake: Intake) -> None:
    """Raise Conflict("intake_is_closed") for a confirmed or discarded one."""
    if intake.state not in OPEN_STATES:
        raise Conflict("intake_is_closed", state=intake.state)


def _require_change(session: Session, resource_id: uuid.UUID, key: str) -> None:
    number = session.scalar(
        select(DataVersion.number).where(
            DataVersion.resource_id == resource_id, DataVersion.state == "published", DataVersion.row_store == key
        )
    )
    if number is not None:
        raise Conflict("data_unchanged", number=number)


def _next_number(session: Session, resource_id: uuid.UUID) -> int:
    last = session.scalar(select(func.max(DataVersion.number)).where(DataVersion.resource_id == resource_id))
    return (last or 0) + 1
