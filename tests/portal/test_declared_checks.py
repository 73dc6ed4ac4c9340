"""A delivered file is compared with the data items of its entry, cell by cell, before anybody confirms it."""

from __future__ import annotations

import uuid

from datasets.ingest.intakes import get_intake
from tests.portal.workspace import District


def test_upload_is_checked_against_the_items_of_its_entry(district: District) -> None:
    name = district.entry()
    text = "社区名称,办公电话,户数\n示例社区一,0714-6250001,1200\n示例社区二,0714-6250002,约900户\n"
    address = district.upload(name, text.encode())
    with district.house.database.reading() as session:
        intake = get_intake(session, uuid.UUID(address.rsplit("/", 1)[1]))
        checks = (intake.reading or {})["checks"]
    told = [(check["column"], check["kind"], check["count"], check["rows"], check["samples"]) for check in checks]
    assert told == [("户数", "wrong_type", 1, [3], ["约900户"])]
