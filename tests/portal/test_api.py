"""The interface for programs: lists, single entries, rows, its description, and errors in one form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.feeds.records import FeedRecord
from catalog.models import Entry, Revision
from portal.house import House
from portal.schemas.entries import EntrySchema, EntrySummarySchema
from tests.catalog.records import MOMENT, department, file_resource, item, publish, record, withdraw

ENDPOINTS = ["/api/v1/entries", "/api/v1/departments", "/api/v1/vocabularies", "/openapi.json"]

SUMMARY_KEYS = {
    "id", "name", "ordinal", "url", "api_url", "title", "title_en", "summary", "tags", "department", "domain",
    "open_type", "update_cycle", "issued_on", "data_updated_on", "modified_at", "next_due_on", "timeliness",
    "file_count", "row_count",
}  # fmt: skip
ENTRY_KEYS = SUMMARY_KEYS | {
    "code", "topics", "industry", "contact", "open_condition", "closed_basis", "closed_basis_text", "cycle_reason",
    "temporal_start", "temporal_end", "region_code", "license", "license_url", "origin", "state", "promise", "items",
    "resources",
}  # fmt: skip


@pytest.fixture
def entries(house: House) -> list[FeedRecord]:
    """Five public entries of two departments, indexed."""
    with house.database.work() as session:
        civil = department(session, "黄石港区民政局", slug="minzheng")
        health = department(session, "黄石港区卫生健康局", slug="weijian")
        made = [
            record(
                of, title, ordinal=n, domain=domain, update_cycle=cycle, summary=f"{title}的说明",
                items=[item("机构名称", "org_name")], resources=[file_resource(seed=str(n))],
                contact_phone="0714-1234567",
            )
            for n, (of, title, domain, cycle) in enumerate(
                [
                    (civil, "养老机构名录", "social_aid", "monthly"),
                    (civil, "社会组织登记信息", "organizations", "monthly"),
                    (health, "医疗机构名录", "health", "yearly"),
                    (health, "诊所名录", "health", "monthly"),
                    (civil, "婚姻登记机构", "living", "yearly"),
                ],
                start=1,
            )
        ]  # fmt: skip
        for one in made:
            publish(session, one)
    with house.database.reading() as session:
        house.search.follow(session)
    return made


def titles(answer: Any) -> list[str]:
    """Titles of a list, in order."""
    return [entry["title"] for entry in answer.json["entries"]]


def test_list_gives_entries_in_the_order_of_publication(client: FlaskClient, entries: list[FeedRecord]) -> None:
    answer = client.get("/api/v1/entries")
    assert answer.content_type == "application/json"
    assert (answer.json["total"], answer.json["next_after"], answer.json["next_url"]) == (5, None, None)
    assert titles(answer) == [one.title for one in entries]
    assert "养老机构名录" in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["", "q=名录&", "domain=health&"])
def test_next_url_leads_through_all_pages(
    client: FlaskClient, house: House, entries: list[FeedRecord], query: str
) -> None:
    whole = titles(client.get(f"/api/v1/entries?{query}limit=100"))
    seen, url = [], f"/api/v1/entries?{query}limit=2"
    while url:
        answer = client.get(url)
        assert len(answer.json["entries"]) <= 2
        seen += titles(answer)
        url = (answer.json["next_url"] or "").removeprefix(house.settings.base_url)
    assert seen == whole


def test_search_gives_the_best_match_first(client: FlaskClient, entries: list[FeedRecord]) -> None:
    assert titles(client.get("/api/v1/entries?q=登记")) == ["婚姻登记机构", "社会组织登记信息"]
    assert titles(client.get("/api/v1/entries?q=org_name&limit=100")) != []
    loose = client.get("/api/v1/entries?q=养老+飞机场")
    assert (titles(loose), loose.json["is_loose"]) == (["养老机构名录"], True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("department=weijian", ["医疗机构名录", "诊所名录"]),
        ("domain=health&cycle=monthly", ["诊所名录"]),
        ("domain=health&domain=living", ["医疗机构名录", "诊所名录", "婚姻登记机构"]),
        ("q=名录&department=minzheng", ["养老机构名录"]),
        ("open_type=closed", []),
        ("timeliness=not_tracked&limit=1", ["养老机构名录"]),
        ("department=nobody", []),
    ],
)
def test_list_is_narrowed(client: FlaskClient, entries: list[FeedRecord], query: str, expected: list[str]) -> None:
    assert titles(client.get(f"/api/v1/entries?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "where", "code"),
    [
        ("limit=0", "limit", "parameter_not_valid"),
        ("limit=101", "limit", "parameter_not_valid"),
        ("limit=-1", "limit", "parameter_not_valid"),
        ("limit=1e9", "limit", "parameter_not_valid"),
        ("limit=a", "limit", "parameter_not_valid"),
        ("after=x", "after", "parameter_not_valid"),
        ("after=" + "9" * 99, "after", "parameter_not_valid"),
        ("domain=nowhere", "domain", "parameter_not_valid"),
        ("department=%00", "department", "parameter_not_valid"),
        ("format=%27--", "format", "parameter_not_valid"),
        ("q=" + "x" * 501, "q", "parameter_not_valid"),
        ("colour=red", "colour", "parameter_unknown"),
        ("password_hash=x", "password_hash", "parameter_unknown"),
    ],
)
def test_wrong_parameter_is_named_with_what_would_be_right(
    client: FlaskClient, entries: list[FeedRecord], query: str, where: str, code: str
) -> None:
    answer = client.get(f"/api/v1/entries?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    (problem,) = answer.json["problems"]
    assert (problem["where"], problem["code"]) == (where, code)
    assert "…" not in problem["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_all_wrong_parameters_are_named_at_once(client: FlaskClient) -> None:
    answer = client.get("/api/v1/entries?limit=0&after=x&domain=y&z=1")
    assert sorted(problem["where"] for problem in answer.json["problems"]) == ["after", "domain", "limit", "z"]


def test_search_goes_on_behind_an_entry_or_says_that_it_is_gone(client: FlaskClient, entries: list[FeedRecord]) -> None:
    answer = client.get("/api/v1/entries?q=名录&after=2")
    assert (answer.status_code, answer.json["code"]) == (422, "after_not_valid")


def test_entry_is_complete(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    made = entries[0]
    answer = client.get(f"/api/v1/entries/{made.name}").json
    root = f"{house.settings.base_url}/dataset/{made.name}/resource/{made.resources[0].id}"
    assert answer["url"] == f"{house.settings.base_url}/dataset/{made.name}"
    assert answer["items"][0]["field_name"] == "org_name"
    resource = answer["resources"][0]
    assert resource["downloads"]["csv"] == f"{root}/data.csv"
    assert resource["version"]["csv_sha256"] == "cd" * 32
    assert resource["rows_url"].endswith(f"/api/v1/dataset/{made.name}/resource/{made.resources[0].id}/rows")
    assert answer["contact"]["phone"] == "0714-1234567"


def test_answers_hold_exactly_the_public_keys(client: FlaskClient, entries: list[FeedRecord]) -> None:
    assert set(client.get("/api/v1/entries").json["entries"][0]) == SUMMARY_KEYS == set(EntrySummarySchema().fields)
    entry = client.get(f"/api/v1/entries/{entries[0].name}").json
    assert set(entry) == ENTRY_KEYS == set(EntrySchema().fields)
    assert set(entry["contact"]) == {"unit", "name", "phone", "email"}
    assert set(entry["department"]) == {"slug", "name", "name_en"}
    assert set(entry["resources"][0]) == {"id", "kind", "title", "url", "downloads", "rows_url", "version"}
    assert set(entry["resources"][0]["version"]) == {
        "id", "number", "published_at", "file_format", "byte_size", "sha256", "csv_byte_size", "csv_sha256",
        "row_count", "columns",
    }  # fmt: skip
    assert set(entry["resources"][0]["version"]["columns"][0]) == {"key", "name", "type"}


def test_empty_selection_of_fields_shows_nothing() -> None:
    assert EntrySummarySchema(only=()).dump({"id": "x", "title": "y"}) == {}


def test_withdrawn_entry_is_410_and_unknown_404(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    with house.database.work() as session:
        withdraw(session, entries[0])
    gone = client.get(f"/api/v1/entries/{entries[0].name}")
    assert (gone.status_code, gone.json["code"], gone.content_type) == (
        410,
        "entry_withdrawn",
        "application/problem+json",
    )
    missing = client.get("/api/v1/entries/never-was")
    assert (missing.status_code, missing.json["code"]) == (404, "entry_not_found")
    assert entries[0].title not in titles(client.get("/api/v1/entries"))
    assert entries[0].title not in titles(client.get("/api/v1/entries?q=养老"))


@pytest.mark.parametrize("name", ["ENTRY", "%00", "a%00b", "..%2f..", "x" * 5000, "ｅｎｔｒｙ", "entry ", "'--"])
def test_odd_names_are_not_found(client: FlaskClient, entries: list[FeedRecord], name: str) -> None:
    for path in (f"/api/v1/entries/{name}", f"/dataset/{name}.jsonld"):
        assert client.get(path).status_code in (404, 414)


def test_draft_is_nowhere(client: FlaskClient, house: House, entries: list[FeedRecord]) -> None:
    with house.database.work() as session:
        of = department(session, "黄石港区民政局")
        entry = Entry(name="secret-draft", department_id=of.id, created_at=MOMENT)
        session.add(entry)
        session.flush()
        session.add(Revision(entry_id=entry.id, number=1, title="绝密草稿甲", created_at=MOMENT, changed_at=MOMENT))
    with house.database.reading() as session:
        house.search.rebuild(session)
    for path in ("/api/v1/entries?limit=100", "/api/v1/entries?q=绝密草稿甲", "/api/v1/entries/secret-draft"):
        assert "草稿" not in client.get(path).get_data(as_text=True)
    assert client.get("/api/v1/entries?q=绝密草稿甲").json["total"] == 0
    answers = [client.get(f"/api/v1/entries/{name}") for name in ("secret-draft", "never-was")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({answer.json["code"] for answer in answers}) == 1


def test_departments_and_vocabularies(client: FlaskClient, entries: list[FeedRecord]) -> None:
    departments = client.get("/api/v1/departments").json["departments"]
    assert [(one["slug"], one["entry_count"]) for one in departments] == [("minzheng", 3), ("weijian", 2)]
    vocabularies = {one["name"]: one for one in client.get("/api/v1/vocabularies").json["vocabularies"]}
    assert len(vocabularies["domain"]["terms"]) == 22
    assert vocabularies["update_cycle"]["terms"][0] == {
        "code": "realtime",
        "zh": "实时",
        "en": "Real time",
        "parent": None,
    }


@pytest.mark.parametrize("path", ENDPOINTS)
def test_answers_are_open_conditional_and_without_cookies(
    client: FlaskClient, entries: list[FeedRecord], path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    etag = answer.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.head(path).headers["ETag"] == etag


@pytest.mark.parametrize("path", ENDPOINTS[:3])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_other_methods_are_405_with_allow(client: FlaskClient, path: str, method: str) -> None:
    answer = getattr(client, method)(path, headers={"Sec-Fetch-Site": "none"})
    assert answer.status_code in (400, 405)
    if answer.status_code == 405:
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        assert answer.content_type == "application/problem+json"


def test_unknown_address_of_the_api_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_credentials_are_never_allowed_across_sites(client: FlaskClient, entries: list[FeedRecord]) -> None:
    for path in ("/api/v1/entries", "/api/../account/sign-in", "/API/v1/entries", "/account/sign-in"):
        answer = client.options(
            path,
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Private-Network": "true",
            },
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Access-Control-Allow-Private-Network" not in answer.headers
        if not path.startswith("/api/v1"):
            assert "Access-Control-Allow-Origin" not in answer.headers


def description(client: FlaskClient) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = client.get("/openapi.json").json
    return document


def test_description_names_every_route_once(client: FlaskClient, app: Flask) -> None:
    document = description(client)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/"}]
    operations = [
        one["operationId"] for path in document["paths"].values() for one in path.values() if "operationId" in one
    ]
    assert len(operations) == len(set(operations)) == 6
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route in routes} == set(document["paths"])


def test_every_operation_documents_its_errors_as_problems(client: FlaskClient) -> None:
    document = description(client)
    for path in document["paths"].values():
        for operation in (one for key, one in path.items() if key == "get"):
            assert operation["summary"]
            assert {"200", "default"} <= set(operation["responses"])
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_documented_schema_is_what_is_answered(client: FlaskClient, entries: list[FeedRecord]) -> None:
    schemas = description(client)["components"]["schemas"]
    assert set(schemas["EntrySummary"]["properties"]) == SUMMARY_KEYS
    assert set(schemas["Entry"]["required"]) == ENTRY_KEYS
    answer = client.get("/api/v1/entries?limit=0").json
    assert set(schemas["Problem"]["required"]) <= set(answer)


@pytest.mark.parametrize("path", ["/api/docs/swagger-ui.css", "/api/docs/swagger-ui-bundle.js"])
def test_reader_of_the_description_is_served_from_here(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/api/docs/index.css", "/api/docs/..%2f__init__.py", "/api/docs/nothing"])
def test_nothing_else_of_the_package_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_english_error_texts_exist_for_every_code_of_the_room() -> None:
    from portal.messages.feeds import MESSAGES

    for code, (zh, en) in MESSAGES.items():
        assert re.search(r"[\u4e00-\u9fff]", zh), code
        assert not re.search(r"[\u4e00-\u9fff]", en), code
