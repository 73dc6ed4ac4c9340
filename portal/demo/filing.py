"""Reads the demonstration's files ahead of time and turns them into data versions."""

from __future__ import annotations

import datetime as dt
import io
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from catalog.models import Resource
from catalog.permissions import Actor
from datasets.ingest.intakes import confirm_intake, read_blob, receive, record_reading
from datasets.ingest.reading import Reading
from datasets.models import DataVersion
from portal.demo.specs import Delivery, EntrySpec

if TYPE_CHECKING:
    from portal.house import House

MAX_BYTES = 4_000_000
"""No file of the demonstration is larger."""


@dataclass(frozen=True, slots=True)
class File:
    """A delivered file and what was read of it."""

    name: str
    content: bytes
    reading: Reading


def read_ahead(house: House, pool: ThreadPoolExecutor, spec: EntrySpec) -> list[Future[File]]:
    """Begin to read the file of each delivery; nothing of it is in the database yet."""
    return [pool.submit(_read, house, spec, delivery) for delivery in spec.deliveries]


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


def _read(house: House, spec: EntrySpec, delivery: Delivery) -> File:
    name, content = spec.content(delivery)
    blob = house.store.put(io.BytesIO(content), max_bytes=MAX_BYTES)
    return File(name, content, read_blob(house.store, house.row_stores, blob_sha256=blob.sha256, file_name=name))
