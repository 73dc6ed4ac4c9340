"""Feeds over HTTP: conditional, complete or refused, open to programs of any site, and every pull on record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.namespace import DCAT, RDF
from sqlalchemy import update

from catalog.feeds.pulls import list_pulls
from catalog.feeds.records import FeedRecord
from catalog.models import CurrentRecord
from portal.house import House
from tests.catalog.records import department, file_resource, publish, record, withdraw

FEEDS = ["/catalog.jsonld", "/harvest/changes"]


@pytest.fixture
def entries(house: House) -> list[FeedRecord]:
    """Three public entries."""
    with house.database.work() as session:
        of = department(session)
        made = [record(of, f"目录{n}", ordinal=n, resources=[file_resource(seed=str(n))]) for n in (1, 2, 3)]
        for one in made:
            publish(session, one)
    return made


@pytest.mark.parametrize("path", FEEDS)
def test_feed_answers_head_and_conditional_requests(client: FlaskClient, entries: list[FeedRecord], path: str) -> None:
    answer = client.get(path)
    head = client.head(path)
    assert (answer.status_code, head.status_code) == (200, 200)
    assert head.content_length == answer.content_length == len(answer.data)
    assert head.headers["ETag"] == answer.headers["ETag"]
    assert head.data == b""
    etag = answer.headers["ETag"]
    for header in (etag, f'"other", {etag}', "*"):
        again = client.get(path, headers={"If-None-Match": header})
        assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", [*FEEDS, "/harvest/changes?after=999"])
def test_feed_is_open_to_programs_of_any_site(client: FlaskClient, entries: list[FeedRecord], path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example", "Accept": "*/*"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    if answer.status_code == 200:
        assert "private" not in answer.headers["Cache-Control"]
        assert "no-store" not in answer.headers["Cache-Control"]


def test_catalog_is_linked_data_with_addresses_of_the_setting_only(
    client: FlaskClient, house: House, entries: list[FeedRecord]
) -> None:
    answer = client.get("/catalog.jsonld?profile=x&utm=1", headers={"Host": "evil.example"})
    assert answer.content_type == "application/ld+json"
    assert answer.headers["X-Change-Number"] == "3"
    assert b"evil.example" not in answer.data
    graph = Graph().parse(data=answer.data, format="json-ld")
    assert {str(uri) for uri in graph.subjects(RDF.type, DCAT.Dataset)} == {
        f"{house.settings.base_url}/dataset/{one.name}" for one in entries
    }


def test_catalog_supports_ranges(client: FlaskClient, entries: list[FeedRecord]) -> None:
    whole = client.get("/catalog.jsonld")
    part = client.get("/catalog.jsonld", headers={"Range": "bytes=10-19", "If-Range": whole.headers["ETag"]})
    assert part.status_code == 206
    assert part.data == whole.data[10:20]
    assert whole.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "1e9", "999999999999999999999", "１"])
def test_page_that_is_not_there_is_404(client: FlaskClient, entries: list[FeedRecord], page: str) -> None:
    answer = client.get("/catalog.jsonld", query_string={"page": page})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "feed_page_not_found"


def test_unreadable_record_is_503_never_a_short_200(
    client: FlaskClient, house: House, entries: list[FeedRecord]
) -> None:
    with house.database.work() as session:
        session.execute(update(CurrentRecord).where(CurrentRecord.ordinal == 2).values(record={"items": [7]}))
    answer = client.get("/catalog.jsonld")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["code"] == "feed_not_available"


def test_withdrawal_reaches_every_feed_at_once(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    before = client.get("/catalog.jsonld")
    with house.database.work() as session:
        withdraw(session, entries[0])
    after = client.get("/catalog.jsonld", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert entries[0].name.encode() not in after.data
    changes = client.get("/harvest/changes?after=3").json
    assert [stone["id"] for stone in changes["tombstones"]] == [entries[0].id]
    gone = client.get(f"/dataset/{entries[0].name}.jsonld")
    assert (gone.status_code, gone.json["code"]) == (410, "entry_withdrawn")


def test_descriptor_of_an_entry_is_linked_data(client: FlaskClient, entries: list[FeedRecord]) -> None:
    answer = client.get(f"/dataset/{entries[0].name}.jsonld")
    assert answer.content_type == "application/ld+json"
    assert len(list(Graph().parse(data=answer.data, format="json-ld").subjects(RDF.type, DCAT.Dataset))) == 1
    again = client.get(f"/dataset/{entries[0].name}.jsonld", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    missing = client.get("/dataset/nothing-here.jsonld")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=1.5", "after"),
        ("after=" + "9" * 40, "after"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=a", "limit"),
        ("limit=%00", "limit"),
    ],
)
def test_wrong_numbers_are_named(client: FlaskClient, entries: list[FeedRecord], query: str, where: str) -> None:
    answer = client.get(f"/harvest/changes?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [problem["where"] for problem in answer.json["problems"]] == [where]


def test_number_that_was_never_given_out_is_refused(client: FlaskClient, entries: list[FeedRecord]) -> None:
    answer = client.get("/harvest/changes?after=4")
    assert (answer.status_code, answer.json["code"]) == (422, "change_number_unknown")


def test_every_pull_is_on_record(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    etag = client.get("/catalog.jsonld", headers={"User-Agent": "City/1"}).headers["ETag"]
    client.get("/catalog.jsonld", headers={"If-None-Match": etag})
    client.get("/harvest/changes?after=1&limit=1")
    client.head("/catalog.jsonld")
    client.get("/catalog.jsonld?page=9")
    with house.database.reading() as session:
        pulls = sorted(list_pulls(session), key=lambda pull: (pull.feed, pull.status))
    assert [(p.feed, p.status, p.range_from, p.range_to, p.record_count) for p in pulls] == [
        ("changes", 200, 1, 2, 1),
        ("dcat-jsonld", 200, None, 3, 3),
        ("dcat-jsonld", 304, None, 3, 0),
    ]
    assert [p.page for p in pulls] == [None, 1, 1]
    assert {p.puller for p in pulls} == {"127.0.0.1"}
    assert [p.user_agent for p in pulls if p.record_count == 3] == ["City/1"]


def test_pull_is_served_although_it_cannot_be_recorded(
    client: FlaskClient, house: House, entries: list[FeedRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.errors import Busy

    def locked() -> None:
        raise Busy("database_locked")

    monkeypatch.setattr("portal.pulling.work", locked)
    assert client.get("/harvest/changes").status_code == 200


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_only_read(client: FlaskClient, path: str) -> None:
    assert client.delete(path).status_code == 405
    assert "GET" in client.put(path).headers["Allow"]
    assert client.options(path).headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_secret_of_a_draft_is_in_no_feed(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    from catalog.models import Entry, Revision
    from tests.catalog.records import MOMENT

    with house.database.work() as session:
        of = department(session)
        entry = Entry(name="draft-x", department_id=of.id, created_at=MOMENT)
        session.add(entry)
        session.flush()
        session.add(Revision(entry_id=entry.id, number=1, title="绝密草稿甲", created_at=MOMENT, changed_at=MOMENT))
    for path in (*FEEDS, "/dataset/draft-x.jsonld"):
        answer = client.get(path)
        assert "绝密草稿甲" not in json.dumps(answer.json, ensure_ascii=False)
        assert b"draft-x" not in answer.data or answer.status_code == 404


def test_spool_folder_is_private(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    client.get("/catalog.jsonld")
    folder: Path = house.settings.folder("spool")
    assert folder.stat().st_mode & 0o077 == 0
