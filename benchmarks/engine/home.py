"""A home of the portal with tables in it, published for the real server."""

from __future__ import annotations

import datetime as dt
import sys
import uuid
from pathlib import Path

from benchmarks.engine.data import KEYS
from catalog.feeds.records import RecordResource, RecordVersion
from datasets.ingest.intakes import confirm_intake, read_blob, receive, record_reading
from datasets.models import DataVersion
from portal.house import House, build_house
from portal.settings import load_settings
from tests.catalog.records import department, publish, record

MOST_BYTES = 8 << 30


def publish_file(house: House, path: Path, *, ordinal: int) -> str:
    """Bring the file in by the acts of an upload, and publish it; the path of its rows behind /dataset/.

    Receiving, reading in the limited child and confirming are the portal's own; only the way through the department
    and the office is cut short.
    """
    now, resource_id, title = house.now(), uuid.uuid4(), path.stem
    with house.database.work() as session, path.open("rb") as stream:
        intake = receive(
            session,
            house.store,
            resource_id=resource_id,
            stream=stream,
            file_name=path.name,
            by_id=None,
            now=now,
            max_bytes=MOST_BYTES,
        )
        blob, intake_id = intake.blob_sha256, intake.id
    reading = read_blob(house.store, house.row_stores, blob_sha256=blob, file_name=path.name)
    with house.database.work() as session:
        intake = session.get_one(type(intake), intake_id)
        record_reading(session, intake, reading, now=now)
        version = confirm_intake(session, intake, now=now, by_id=None, keys=KEYS)
        version.state, version.published_at = "published", now
        session.flush()
        shown = RecordResource(str(resource_id), "file", title, None, _published(version, now))
        facts = {"domain": "education", "summary": "基准测试用表。", "resources": [shown]}
        made = record(department(session), title, ordinal=ordinal, **facts)
        publish(session, made)
    return f"{made.name}/resource/{resource_id}"


def _published(version: DataVersion, now: dt.datetime) -> RecordVersion:
    names = set(RecordVersion.__slots__) - {"id", "sha256", "published_at"}
    facts = {name: getattr(version, name) for name in names if hasattr(version, name)}
    return RecordVersion(
        id=str(version.id),
        sha256=version.blob_sha256,
        published_at=now.isoformat().replace("+00:00", "Z"),
        **facts,
    )


def main() -> None:
    """Arguments: the home, then files; prints the path of each."""
    house = build_house(load_settings(home=Path(sys.argv[1])))
    for ordinal, file in enumerate(sys.argv[2:], start=1):
        print(publish_file(house, Path(file), ordinal=ordinal), flush=True)
    house.close()


if __name__ == "__main__":
    main()
