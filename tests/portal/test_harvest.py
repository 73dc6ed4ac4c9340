"""`harvest-test`: what a harvester would see, against a portal that really listens."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from catalog.feeds import whole
from catalog.feeds.records import FeedRecord
from catalog.models import CurrentRecord
from portal.harvest_test import HarvestReport, harvest
from portal.house import House
from tests.catalog.records import department, file_resource, publish, record, withdraw


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application, listening on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def entries(house: House) -> list[FeedRecord]:
    """Five public entries."""
    with house.database.work() as session:
        of = department(session)
        made = [record(of, f"目录{n}", ordinal=n, resources=[file_resource(seed=str(n))]) for n in range(1, 6)]
        for one in made:
            publish(session, one)
    return made


def failed(report: HarvestReport) -> list[str]:
    """What was found wrong."""
    return [f"{check.en}: {check.detail}" for check in report.checks if not check.is_good]


def test_portal_can_be_harvested_through_a_withdrawal(
    address: str, house: House, entries: list[FeedRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PER_PAGE", 2)
    before = harvest(address)
    assert failed(before) == []
    assert (before.entries, before.pages, before.withdrawn, before.change_number) == (5, 3, 0, 5)
    with house.database.work() as session:
        withdraw(session, entries[0])
        withdraw(session, entries[3], kind="suspended")
    after = harvest(address)
    assert failed(after) == []
    assert (after.entries, after.pages, after.withdrawn, after.change_number) == (3, 3, 2, 7)
    assert "已下架 2 条" in "\n".join(after.lines("zh"))
    assert "The portal can be harvested." in list(after.lines("en"))


def test_entry_that_vanished_without_a_tombstone_is_noticed(
    address: str, house: House, entries: list[FeedRecord]
) -> None:
    with house.database.work() as session:
        session.delete(session.get_one(CurrentRecord, entries[1].uuid))
    report = harvest(address)
    assert failed(report) == ["incremental and full pull agree: 1 ≠"]
    assert not report.is_good


def test_broken_feed_is_a_finding(address: str, house: House, entries: list[FeedRecord]) -> None:
    with house.database.work() as session:
        session.execute(update(CurrentRecord).where(CurrentRecord.ordinal == 1).values(record={"items": [1]}))
    (finding,) = failed(harvest(address))
    assert "HTTP 503" in finding


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9", "nonsense"])
def test_address_that_is_no_portal_is_a_finding(url: str) -> None:
    report = harvest(url)
    assert not report.is_good
    assert len(failed(report)) == 1
