"""Reads the demonstration's files ahead of time and turns them into data versions."""

from __future__ import annotations

import datetime as dt
import io
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from catalog.models import Resource
from catalog.permissions import Actor
from datasets.columns import Column
from datasets.ingest.intakes import confirm_intake, read_blob, receive, record_reading
from datasets.ingest.reading import Reading, ReadOptions
from datasets.ingest.row_store import row_store_key
from datasets.models import DataVersion
from portal.demo.specs import Delivery, EntrySpec

if TYPE_CHECKING:
    from portal.house import House

MAX_BYTES = 4_000_000
"""No file of the demonstration is larger."""


@dataclass(frozen=True, slots=True)
class File:
    """A delivered file and what was read of it; `row_store` is the key of its rows."""

    name: str
    content: bytes
    reading: Reading
    row_store: str


def read_ahead(house: House, pool: ThreadPoolExecutor, spec: EntrySpec) -> list[Future[File]]:
    """Begin to read the file of each delivery; nothing of it is in the database yet.

    Each waits for the one before, from which its rows differ; the pool begins them in order, so none waits for ever.
    """
    readings: list[Future[File]] = []
    for number, delivery in enumerate(spec.deliveries, start=1):
        readings.append(pool.submit(_read, house, spec, delivery, number, readings[-1] if readings else None))
    return readings


def deliver(
    house: House,
    session: Session,
    file: File,
    resource: Resource,
    columns: dict[str, str],
    *,
    by: Actor,
    now: dt.datetime,
) -> DataVersion:
    """Receive the file for `resource` and confirm it as read: a prepared data version."""
    intake = receive(
        session,
        house.store,
        resource_id=resource.id,
        stream=io.BytesIO(file.content),
        file_name=file.name,
        by_id=by.account_id,
        now=now,
        max_bytes=MAX_BYTES,
    )
    record_reading(session, intake, file.reading, now=now)
    return confirm_intake(session, intake, now=now, by_id=by.account_id, keys=columns)


def _read(house: House, spec: EntrySpec, delivery: Delivery, number: int, before: Future[File] | None) -> File:
    name, content = spec.content(delivery)
    blob = house.store.put(io.BytesIO(content), max_bytes=MAX_BYTES)
    reading = read_blob(
        house.store,
        house.row_stores,
        blob_sha256=blob.sha256,
        file_name=name,
        options=ReadOptions(masking=spec.masking),
    )
    file = File(name, content, reading, row_store_key(blob.sha256, reading.recipe))
    return replace(file, reading=_compare(house, before.result(), file, number - 1)) if before else file


def _compare(house: House, old: File, new: File, against: int) -> Reading:
    """The reading of `new` with what changed from `old`, which becomes the version `against`."""
    difference = house.pool.compare(_rows_of(house, old), _rows_of(house, new), target=None)
    return replace(new.reading, difference={"against": against, **difference.as_dict()})


def _rows_of(house: House, file: File) -> tuple[Path, list[Column]]:
    return house.row_stores.path_of(file.row_store), file.reading.columns
