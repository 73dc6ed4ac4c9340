"""Public entries made directly as rows, for tests of what follows the change log."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.feeds.records import FeedRecord, RecordItem, RecordResource, RecordVersion
from catalog.models import ChangeCounter, ChangeRow, CurrentRecord, Department, Entry

MOMENT = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)

TITLES = ("标题", "目录名称", "数据集名称", "信息资源名称")
SUMMARIES = ("简介", "描述", "数据摘要", "摘要")
PROVIDERS = ("所属部门", "数据来源", "来源部门", "数据提供方", "信息资源提供方", "数源单位")
TAGS = ("标签", "资源标签", "数据标签")


def department(session: Session, name: str = "黄石港区民政局", slug: str | None = None) -> Department:
    """The department of this name, made if need be."""
    found = session.scalar(select(Department).where(Department.name == name))
    if found is not None:
        return found
    made = Department(
        slug=slug or f"d{uuid.uuid4().hex[:8]}", name=name, short_name=name[-3:], name_en=None, created_at=MOMENT
    )
    session.add(made)
    session.flush()
    return made


def record(of: Department, title: str, *, ordinal: int = 1, **facts: Any) -> FeedRecord:
    """A complete public record; `facts` replace single fields."""
    entry_id = facts.pop("id", None) or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{of.name}/{title}/{ordinal}"))
    values: dict[str, Any] = dict.fromkeys(FeedRecord.__slots__)
    values |= {
        "id": entry_id,
        "name": f"entry-{entry_id[:8]}",
        "ordinal": ordinal,
        "title": title,
        "summary": "",
        "tags": [],
        "topics": [],
        "related": [],
        "department_id": str(of.id),
        "department_slug": of.slug,
        "department_name": of.name,
        "open_type": "unconditional",
        "update_cycle": "monthly",
        "issued_on": "2026-01-15",
        "data_updated_on": "2026-07-01",
        "modified_at": "2026-07-01T02:00:00Z",
        "has_personal_info": False,
        "license": "portal-open",
        "revision": 1,
        "state": "published",
        "items": [],
        "resources": [],
    }
    return FeedRecord(**(values | facts))


def item(name: str, field_name: str | None = None, type_: str = "C") -> RecordItem:
    """One data item."""
    return RecordItem(name, field_name, type_, 64, None, False, False, None, None, None)


def file_resource(title: str = "数据文件", *, rows: int = 12, number: int = 1, seed: str = "a") -> RecordResource:
    """A file resource with a published version."""
    resource_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"resource/{title}/{seed}"))
    columns = [{"index": 0, "key": "name", "name": "名称", "type": "text"}]
    version = RecordVersion(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"version/{title}/{seed}/{number}")),
        number=number,
        file_name=f"{title}.csv",
        file_format="csv",
        byte_size=2048,
        sha256="ab" * 32,
        csv_byte_size=2051,
        csv_sha256="cd" * 32,
        content_sha256="ef" * 32,
        row_count=rows,
        columns=columns,
        published_at="2026-07-01T02:00:00Z",
    )
    return RecordResource(resource_id, "file", title, None, version)


def publish(session: Session, made: FeedRecord, kind: str = "published") -> int:
    """Write the record as the next change and as the current record; gives the change number."""
    entry_id = made.uuid
    if session.get(Entry, entry_id) is None:
        session.add(
            Entry(id=entry_id, name=made.name, department_id=uuid.UUID(made.department_id), state="published",
                  created_at=MOMENT)
        )  # fmt: skip
        session.flush()
    number = _append(session, entry_id, kind, made)
    session.execute(delete(CurrentRecord).where(CurrentRecord.entry_id == entry_id))
    session.add(current_record(made, number))
    session.flush()
    return number


def withdraw(session: Session, made: FeedRecord, kind: str = "withdrawn", reason: str | None = "数据源停用") -> int:
    """Write a tombstone as the next change and drop the current record."""
    number = _append(session, made.uuid, kind, None, reason)
    session.execute(delete(CurrentRecord).where(CurrentRecord.entry_id == made.uuid))
    entry = session.get_one(Entry, made.uuid)
    entry.state, entry.state_reason, entry.withdrawn_at = kind, reason, MOMENT
    session.flush()
    return number


def _append(
    session: Session, entry_id: uuid.UUID, kind: str, made: FeedRecord | None, reason: str | None = None
) -> int:
    counter = session.get(ChangeCounter, 1)
    if counter is None:
        counter = ChangeCounter(id=1, number=0)
        session.add(counter)
    counter.number += 1
    session.add(
        ChangeRow(
            number=counter.number,
            entry_id=entry_id,
            kind=kind,
            at=MOMENT,
            record=made.as_dict() if made else None,
            record_hash=made.digest() if made else None,
            reason=reason,
        )
    )
    session.flush()
    return counter.number


def current_record(made: FeedRecord, number: int) -> CurrentRecord:
    """The current-record row of a record."""
    return CurrentRecord(
        entry_id=made.uuid,
        ordinal=made.ordinal,
        change_number=number,
        name=made.name,
        title=made.title,
        summary=made.summary,
        tags=made.tags,
        item_names=" ".join(text for i in made.items for text in (i.name, i.field_name) if text),
        department_id=uuid.UUID(made.department_id),
        domain=made.domain,
        open_type=made.open_type,
        update_cycle=made.update_cycle,
        issued_on=dt.date.fromisoformat(made.issued_on),
        modified_at=dt.datetime.fromisoformat(made.modified_at.replace("Z", "+00:00")),
        record=made.as_dict(),
        record_hash=made.digest(),
    )


def read_portals(folder: Path) -> list[dict[str, Any]]:
    """Entries of ten Chinese portals as {title, summary, provider, tags}, in file order, repeats kept."""
    entries = []
    for file in sorted((folder / "catalogs" / "cn").iterdir()):
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for row in json.loads(raw):
            title = str(_first(row, TITLES) or "").strip()[:128]
            if title:
                tags = re.split(r"[\s、,]+", str(_first(row, TAGS) or ""))
                entries.append(
                    {
                        "title": title,
                        "summary": str(_first(row, SUMMARIES) or "")[:1000],
                        "provider": str(_first(row, PROVIDERS) or "未知")[:128],
                        "tags": [tag for tag in tags if len(tag) > 1],
                    }
                )
    return entries


def _first(row: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((row[key] for key in keys if row.get(key)), None)


def load_portals(session: Session, folder: Path, limit: int | None = None) -> int:
    """Publish the portals' entries in bulk; gives how many."""
    departments: dict[str, Department] = {}
    entries, changes, currents = [], [], []
    for ordinal, row in enumerate(read_portals(folder)[:limit], start=1):
        of = departments.get(row["provider"])
        if of is None:
            of = departments[row["provider"]] = department(session, row["provider"])
        words = re.split(r"[,，、。;；:：]", row["summary"].split("包含")[-1])
        items = [item(word) for word in words if 2 <= len(word) <= 12][:20]
        made = record(of, row["title"], ordinal=ordinal, summary=row["summary"], tags=row["tags"], items=items,
                      name=f"p{ordinal}")  # fmt: skip
        entries.append(Entry(id=made.uuid, name=made.name, department_id=of.id, state="published", created_at=MOMENT))
        changes.append(
            ChangeRow(number=ordinal, entry_id=made.uuid, kind="published", at=MOMENT, record=made.as_dict(),
                      record_hash=made.digest())
        )  # fmt: skip
        currents.append(current_record(made, ordinal))
    session.add_all(entries)
    session.flush()
    session.add_all(changes + currents)
    session.add(ChangeCounter(id=1, number=len(changes)))
    session.flush()
    return len(changes)
