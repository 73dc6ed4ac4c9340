"""Published entries with real files, made directly, for tests of the public pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import tempfile
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.feeds.records import FeedRecord, RecordResource, RecordVersion
from catalog.models import CurrentRecord
from datasets.ingest.reader import read_file
from datasets.ingest.reading import Reading
from datasets.models import DataVersion
from portal.house import House
from tests.catalog.records import department, publish, record

SCHOOLS = (
    "学校代码,名称,街道,学生数,成立日期\r\n"
    "00042,磁湖小学,沈家营街道,1203,1986-09-01\r\n"
    "00043,花湖小学,花湖街道,845,1999-09-01\r\n"
    "00044,黄石港小学,黄石港街道,,2008-09-01\r\n"
).encode()
"""Three schools: codes with leading zeros, one blank cell."""

DAY = dt.timedelta(days=1)
RESOURCE = uuid.UUID("7664ffe4-2496-52b3-a046-3c4a619b7be1")


def publish_table(
    house: House,
    title: str = "中小学名录",
    *,
    deliveries: tuple[bytes, ...] = (SCHOOLS,),
    file_name: str = "学校.csv",
    department_name: str = "黄石港区教育局",
    **facts: Any,
) -> FeedRecord:
    """A published entry whose file has one data version per delivery, the last one published; one day apart."""
    resource_id = facts.pop("resource_id", RESOURCE)
    with house.database.work() as session:
        versions = [
            _version(house, resource_id, number, data, file_name, is_last=number == len(deliveries))
            for number, data in enumerate(deliveries, start=1)
        ]
        session.add_all(versions)
        session.flush()
        of = department(session, department_name, "jiaoyuju" if department_name.endswith("教育局") else None)
        resource = RecordResource(str(resource_id), "file", title, None, _published(versions[-1]))
        made = record(
            of,
            title,
            **{"domain": "education", "summary": "全区中小学的名称与学生数。", **facts, "resources": [resource]},
        )
        publish(session, made)
        current = session.get_one(CurrentRecord, made.uuid)
        current.formats, current.file_count = ",csv,json,xlsx,", 1
        current.row_count, current.byte_size = versions[-1].row_count, versions[-1].byte_size
        current.data_updated_on = house.today()
    return made


def publish_bare(house: House, title: str, **facts: Any) -> FeedRecord:
    """A published entry without a file."""
    with house.database.work() as session:
        made = record(department(session, "黄石港区民政局", "minzhengju"), title, **facts)
        publish(session, made)
    return made


@lru_cache(maxsize=32)
def _read_once(data: bytes, file_name: str) -> tuple[Reading, bytes]:
    """How the file was read, and its row store: reading takes a child process, so each content is read once."""
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder) / "delivered", Path(folder) / "rows.duckdb"
        path.write_bytes(data)
        return read_file(path, file_name=file_name, row_store=store), store.read_bytes()


def _version(
    house: House, resource_id: uuid.UUID, number: int, data: bytes, file_name: str, *, is_last: bool
) -> DataVersion:
    blob = house.store.put(io.BytesIO(data), max_bytes=10_000_000)
    key = hashlib.sha256(data + str(number).encode()).hexdigest()
    reading, store = _read_once(data, file_name)
    house.row_stores.path_of(key).write_bytes(store)
    moment = house.now() - (0 if is_last else 1) * DAY
    return DataVersion(
        id=uuid.uuid4(),
        resource_id=resource_id,
        number=number,
        state="published" if is_last else "superseded",
        blob_sha256=blob.sha256,
        file_name=file_name,
        file_format=reading.file_format,
        byte_size=blob.byte_size,
        recipe=reading.recipe.as_dict(),
        columns=[column.as_dict() for column in reading.columns],
        row_count=reading.row_count,
        row_store=key,
        content_sha256=reading.content_sha256,
        csv_sha256=reading.csv_sha256,
        csv_byte_size=reading.csv_byte_size,
        profile=reading.profile,
        findings=[],
        created_at=moment,
        published_at=moment,
    )


def _published(version: DataVersion) -> RecordVersion:
    assert version.published_at is not None
    return RecordVersion(
        id=str(version.id),
        number=version.number,
        file_name=version.file_name,
        file_format=version.file_format,
        byte_size=version.byte_size,
        sha256=version.blob_sha256,
        csv_byte_size=version.csv_byte_size,
        csv_sha256=version.csv_sha256,
        content_sha256=version.content_sha256,
        row_count=version.row_count,
        columns=version.columns,
        published_at=version.published_at.isoformat().replace("+00:00", "Z"),
    )
