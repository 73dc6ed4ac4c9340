"""Which file a download means, what it is called, and the texts that go into a bundle."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalog.errors import Gone, NotFound
from catalog.vocabularies import VOCABULARIES
from catalog.withholding import find_withheld
from datasets import versions
from datasets.clock import day_of
from datasets.columns import columns_from
from datasets.formats.guard import guard_cell
from datasets.query.parse import parse
from datasets.query.question import EVERYTHING, Query
from portal.filenames import safe_file_name
from portal.pages.public_citation import cite
from portal.pages.public_entry import find_file, make_dictionary

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.feeds.records import FeedRecord
    from datasets.versions import VersionFacts

MAX_TITLE = 60
"""Characters of the title in a file name: the day and the ending must survive cutting."""
PUBLIC_STATES = ("published", "superseded")


def file_facts(session: Session, record: FeedRecord, resource_id: uuid.UUID, number: int | None) -> VersionFacts:
    """The public version `number` of a file of this record, or its published one.

    Raises NotFound("resource_not_found" | "version_not_found"); what waits for review is as if it were not there.
    Raises Gone("version_expired"), and Gone("version_is_withheld") for one with columns that were closed later: it is
    refused in every form, since neither its digests nor its original could be told without them (`find_withheld`).
    """
    resource = find_file(record, str(resource_id))
    assert resource.version is not None
    wanted = resource.version.number if number is None else number
    facts = versions.get_version(session, resource_id, wanted)
    if facts.state == "expired":
        raise Gone("version_expired", number=wanted, newest=resource.version.number)
    if facts.state not in PUBLIC_STATES:
        raise NotFound("version_not_found", number=wanted)
    require_open_columns(session, facts, newest=resource.version.number)
    return facts


def require_open_columns(session: Session, facts: VersionFacts, *, newest: int) -> None:
    """Raise Gone("version_is_withheld") for a version with columns that may not be public any more."""
    if find_withheld(session, facts.resource_id, facts.number):
        raise Gone("version_is_withheld", number=facts.number, newest=newest)


def original_facts(session: Session, record: FeedRecord, resource_id: uuid.UUID, number: int | None) -> VersionFacts:
    """The public version whose file as delivered is meant.

    Raises what `file_facts` raises, and NotFound("original_is_withheld") where that file holds more than may be public.
    """
    facts = file_facts(session, record, resource_id, number)
    if not facts.is_original_public:
        raise NotFound("original_is_withheld", number=facts.number)
    return facts


def question_of(pairs: Sequence[tuple[str, str]], facts: VersionFacts) -> Query | None:
    """The question of the row parameters; None when they ask for everything. Raises Invalid."""
    if not pairs:
        return None
    query = parse(pairs, columns_from(facts.columns))
    return None if query == EVERYTHING else query


def download_name(record: FeedRecord, facts: VersionFacts, note: str) -> str:
    """The name people find in their downloads folder, without its ending: title, day of the data, a note."""
    day = day_of(facts.published_at).isoformat() if facts.published_at else record.issued_on
    return f"{safe_file_name(record.title, fallback=record.name)[:MAX_TITLE]}_{day}{note}"


def bundle_texts(
    record: FeedRecord, facts: VersionFacts, address: str, publisher: str, language: str
) -> list[tuple[str, str]]:
    """What goes beside the CSV: the data dictionary as CSV and a readable note with source, version and terms."""
    day = day_of(facts.published_at) if facts.published_at else None
    lines = [
        record.title,
        "=" * 20,
        record.summary,
        "",
        f"提供部门 Department: {record.department_name}",
        f"网址 Address: {address}",
        f"版本 Version: {facts.number} ({day or record.issued_on})",
        f"行数 Rows: {facts.row_count}",
        f"CSV SHA-256: {facts.csv_sha256}",
        f"更新周期 Update cycle: {VOCABULARIES['update_cycle'].label(record.update_cycle, 'zh')}"
        f" / {VOCABULARIES['update_cycle'].label(record.update_cycle, 'en')}",
        f"授权协议 Licence: {VOCABULARIES['license'].label(record.license, 'zh')}"
        f" / {VOCABULARIES['license'].label(record.license, 'en')}",
        *([f"数据来源 Origin: {record.origin}"] if record.origin else []),
        "",
        "引用 Citation:",
        cite(record, address, language, publisher=publisher, today=day) if day else address,
    ]
    return [
        ("说明_README.txt", "\r\n".join(lines) + "\r\n"),
        ("数据字典_dictionary.csv", _dictionary(record, language)),
    ]


def _dictionary(record: FeedRecord, language: str) -> str:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(["名称 Name", "字段名 Field", "类型 Type", "单位 Unit", "主键 Key", "说明 Description"])
    for row in make_dictionary(record, language):
        cells = (row.name, row.field_name, row.type, row.unit, "是" if row.is_primary_key else "", row.note)
        writer.writerow([guard_cell(cell) for cell in cells])
    return buffer.getvalue()
