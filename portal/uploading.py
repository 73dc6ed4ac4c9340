"""From uploaded bytes to a reading: at once for small files, as a job for large ones. Never inside a transaction."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog import deliveries
from catalog.entries import get_entry
from catalog.errors import Busy, Conflict, DomainError, Invalid, NotFound, TooLarge
from catalog.jobs import queue_job
from catalog.permissions import Actor
from catalog.resources import list_resources
from datasets.columns import columns_from
from datasets.ingest.intakes import (
    first_options,
    get_intake,
    published_salt,
    read_blob,
    record_delay,
    record_reading,
    record_refusal,
    require_open_intake,
)
from datasets.ingest.reading import Reading, ReadOptions
from datasets.ingest.row_store import row_store_key
from datasets.sandbox import Limits
from datasets.uploads import get_upload
from datasets.versions import MAX_NUMBER, VersionFacts, find_former

if TYPE_CHECKING:
    from datasets.models import Intake
    from datasets.storage.interface import ByteStream, StoredBlob
    from portal.house import House

log = logging.getLogger(__name__)

AT_ONCE_BYTES = 5_000_000
"""Files up to this size are read while the person waits."""
REQUEST_LIMITS = Limits(cpu_seconds=25, wall_seconds=25)
JOB_KIND = "intake.read"
Report = Callable[..., None]
"""Takes rows done, 0, the stage, and the share of the stage that is done (0 to 1)."""


def keep_upload(house: House, stream: ByteStream) -> StoredBlob:
    """Keep uploaded bytes whole or not at all. Raises TooLarge, Busy("disk_full"), Invalid for a cut upload."""
    return house.store.put(stream, max_bytes=house.settings.upload_limit_mb * 1_000_000)


def keep_pieces(house: House, upload_id: uuid.UUID, *, account_id: uuid.UUID) -> tuple[StoredBlob, str]:
    """Keep a file whose pieces have all arrived; its blob and its name. Doing it twice gives the same.

    Raises NotFound("upload_not_found"), Conflict("upload_is_not_whole"), and what `keep_upload` raises.
    """
    with house.database.reading() as session:
        upload = get_upload(session, upload_id, account_id=account_id)
    blob = house.pieces.finish(upload, house.store, max_bytes=house.settings.upload_limit_mb * 1_000_000)
    with house.database.work() as session:
        get_upload(session, upload_id, account_id=account_id).blob_sha256 = blob.sha256
    house.pieces.discard(upload_id)
    return blob, upload.file_name


def job_key(intake_id: uuid.UUID) -> str:
    """Under which a reading waits or runs: one at a time for each delivery."""
    return f"intake:{intake_id}"


def start_reading(house: House, intake_id: uuid.UUID, options: ReadOptions | None = None) -> None:
    """Read a delivery with `options` (None: as `first_options`): now if it is small, else by the worker.

    Its outcome stands in the intake.
    Raises NotFound("intake_not_found"), Conflict("intake_is_closed"), Busy.
    """
    with house.database.work() as session:
        intake = get_intake(session, intake_id)
        require_open_intake(intake)
        intake.options = (options or first_options(session, intake.resource_id)).as_dict()
        is_small = intake.byte_size <= AT_ONCE_BYTES
        intake.state = "received" if is_small else "reading"
        intake.problem = None
        if not is_small:
            queue_job(session, JOB_KIND, {"intake": str(intake_id)}, key=job_key(intake_id), now=house.now())
    if is_small:
        _read(house, intake_id, REQUEST_LIMITS, None)


def read_delivery(house: House, params: Mapping[str, Any], report: Report) -> None:
    """The job: read a large delivery with the options that were chosen for it. Doing it twice does no harm.

    What keeps it from being read just now (Busy, raised so that the worker tries again) is told at the delivery.
    """
    intake_id = uuid.UUID(params["intake"])
    try:
        _read(house, intake_id, None, report)
    except Busy as error:
        with house.database.work() as session:
            record_delay(get_intake(session, intake_id), error)
        raise


def upload_file(house: House, entry_name: str, file: Path, *, resource_title: str | None, by: Actor) -> VersionFacts:
    """Bring a file in whole: keep, read, confirm and, where it travels alone, hand it to the reviewer.

    Raises NotFound("resource_not_found") when the entry has no file resource or `resource_title` is needed to choose,
    and all that reading and confirming raise.
    """
    with file.open("rb") as stream:
        blob = keep_upload(house, stream)
    with house.database.work() as session:
        entry = get_entry(session, entry_name)
        files = [facts.resource for facts in list_resources(session, entry.id) if facts.resource.kind == "file"]
        chosen = [one for one in files if resource_title in (None, one.title)]
        if len(chosen) != 1:
            raise NotFound("resource_not_found")
        delivery = deliveries.begin_delivery(
            session,
            entry,
            resource_id=chosen[0].id,
            title="",
            blob=blob,
            file_name=file.name,
            by=by,
            now=house.now(),
        )
        delivery.intake.options = first_options(session, delivery.intake.resource_id).as_dict()
    intake_id = delivery.intake.id
    _read(house, intake_id, None, None)
    with house.database.work() as session:
        delivery = deliveries.get_delivery(session, intake_id, by=by)
        if delivery.intake.problem:
            raise Invalid(delivery.intake.problem["code"], **delivery.intake.problem["params"])
        return VersionFacts.of(
            deliveries.confirm_delivery(session, delivery, by=by, now=house.now(), is_submitted=True)
        )


def _read(house: House, intake_id: uuid.UUID, limits: Limits | None, report: Report | None) -> None:
    """Read and keep the outcome; without `limits` those that grow with the file (`reader.limits_for`) hold."""
    with house.database.reading() as session:
        intake = get_intake(session, intake_id)
        declared = deliveries.declared_items(session, intake)
        salt = published_salt(session, intake.resource_id)
    options = ReadOptions.from_dict(intake.options)
    outcome: Reading | DomainError
    try:
        outcome = read_blob(
            house.store,
            house.row_stores,
            blob_sha256=intake.blob_sha256,
            file_name=intake.file_name,
            options=replace(options, salt=salt),
            declared=declared,
            limits=limits,
            on_progress=partial(_pass_on, report) if report else None,
        )
    except (Invalid, TooLarge) as error:
        outcome = error
    if isinstance(outcome, Reading):
        outcome = _compare_with_published(house, intake, outcome)
    with house.database.work() as session:
        fresh = get_intake(session, intake_id)
        if ReadOptions.from_dict(fresh.options) != options:
            raise Conflict("changed_meanwhile")
        require_open_intake(fresh)
        if isinstance(outcome, Reading):
            record_reading(session, fresh, outcome, now=house.now())
        else:
            record_refusal(session, fresh, outcome, now=house.now())


def _pass_on(report: Report, step: Mapping[str, Any]) -> None:
    """Tell people who wait what the child tells."""
    report(int(step.get("rows", 0)), 0, str(step.get("stage", "")), float(step.get("share", 0)))


def _compare_with_published(house: House, intake: Intake, reading: Reading) -> Reading:
    """The reading with what changed from the published version; without it where that cannot be told just now."""
    with house.database.reading() as session:
        former = find_former(session, intake.resource_id, MAX_NUMBER)
    if former is None:
        return reading
    new = house.row_stores.path_of(row_store_key(intake.blob_sha256, reading.recipe)), reading.columns
    old = house.row_stores.path_of(former.row_store), columns_from(former.columns)
    try:
        difference = house.pool.compare(old, new, target=None)
    except (Busy, TooLarge) as error:
        log.warning("no difference from version %s: %s", former.id, error.code)
        return reading
    return replace(reading, difference={"against": former.number, **difference.as_dict()})
