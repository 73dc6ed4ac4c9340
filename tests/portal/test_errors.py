"""One shape per kind of client, one status per class, both texts per code."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError

import catalog.errors
from catalog.errors import Busy, Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, Problem, TooLarge
from portal.access import PUBLIC, access
from portal.app import create_app
from portal.errors import STATUS, status_of
from portal.house import House
from portal.messages import all_messages, room_messages, text_of

ROOT = Path(__file__).parent.parent.parent
RAISING = {"NotFound", "Gone", "Invalid", "Conflict", "NotAllowed", "TooLarge", "Busy", "IndexDamaged"}


def test_every_class_of_failure_has_a_status() -> None:
    classes = [value for value in vars(catalog.errors).values() if inspect.isclass(value)]
    failures = [value for value in classes if issubclass(value, DomainError) and value is not DomainError]
    assert set(failures) == set(STATUS)
    assert {status_of(failure("x")) for failure in failures} == {404, 410, 422, 409, 403, 413, 503}


def codes_in(path: Path) -> set[str]:
    """Codes that a file raises or puts into a Problem, as far as they are written out."""
    codes = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = 1 if node.func.id == "Problem" else 0 if node.func.id in RAISING else None
        if place is None or len(node.args) <= place:
            continue
        code = node.args[place]
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            codes.add(code.value)
    return codes


def test_every_code_that_is_raised_has_both_texts() -> None:
    files = [path for name in ("datasets", "catalog", "portal") for path in (ROOT / name).rglob("*.py")]
    raised = set().union(*(codes_in(path) for path in files))
    assert len(raised) > 50
    assert sorted(raised - set(all_messages())) == []
    assert all(zh.strip() and en.strip() for zh, en in all_messages().values())


def test_no_code_has_two_texts() -> None:
    seen: dict[str, str] = {}
    doubled = []
    for room, messages in room_messages().items():
        doubled += [f"{code}: {seen[code]}, {room}" for code in messages if code in seen]
        seen |= dict.fromkeys(messages, room)
    assert doubled == []


def test_text_shows_parameters_as_they_are_and_never_reaches_into_objects() -> None:
    assert text_of("unknown_job", {"kind": "{0.__class__}", "known": ["a", "b"]}, "en") == (
        "There is no job “{0.__class__}”. Known jobs: a、b."
    )
    assert "…" in text_of("unknown_job", {}, "zh")


FAILURES: list[tuple[DomainError, int]] = [
    (NotFound("entry_not_found", name="x"), 404),
    (Gone("entry_withdrawn", name="x", title="x", reason="x", at="2026-07-01"), 410),
    (Invalid("wrong_setting", reason="x", problems=[Problem("C7", "passwords_differ")]), 422),
    (Conflict("stale_form"), 409),
    (NotAllowed("not_allowed", act="x"), 403),
    (TooLarge("file_too_large", limit=1, size=2), 413),
    (Busy("database_locked"), 503),
    (Busy("disk_full"), 507),
]


@pytest.fixture
def failing(house: House) -> FlaskClient:
    """An application whose page and API raise the failure of that number."""
    app = create_app(house=house)

    def fail(number: int) -> str:
        raise FAILURES[number][0]

    app.add_url_rule("/fail/<int:number>", "fail_page", access(PUBLIC)(fail))
    app.add_url_rule("/api/fail/<int:number>", "fail_api", access(PUBLIC)(fail))
    return app.test_client()


@pytest.mark.parametrize("number", range(len(FAILURES)))
def test_failure_is_a_page_for_people_and_problem_json_for_programs(failing: FlaskClient, number: int) -> None:
    failure, status = FAILURES[number]
    page, api = failing.get(f"/fail/{number}"), failing.get(f"/api/fail/{number}")
    assert (page.status_code, api.status_code) == (status, status)
    assert page.mimetype == "text/html"
    assert "<main" in page.get_data(as_text=True)
    assert api.mimetype == "application/problem+json"
    body = api.get_json(force=True)
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(body)
    assert (body["status"], body["code"]) == (status, failure.code)
    assert page.headers["Cache-Control"] == api.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in api.headers) == (status == 503)


def test_findings_name_their_place(failing: FlaskClient) -> None:
    body = failing.get("/api/fail/2").get_json(force=True)
    assert [(row["where"], row["code"]) for row in body["problems"]] == [("C7", "passwords_differ")]


def test_unknown_address_and_wrong_method_have_the_same_shape(client: FlaskClient) -> None:
    missing, wrong = client.get("/api/v1/nothing"), client.post("/api/v1/entries")
    assert missing.mimetype == wrong.mimetype == "application/problem+json"
    assert (missing.status_code, client.get("/nothing").status_code) == (404, 404)


def test_english_address_gives_english_errors(client: FlaskClient) -> None:
    assert "There is no such page" in client.get("/en/nothing").get_data(as_text=True)
    assert "没有找到这个页面" in client.get("/nothing").get_data(as_text=True)


def test_too_many_requests_say_when_to_come_back(app: Flask) -> None:
    answers = []
    client = app.test_client()
    page = client.get("/account/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for _ in range(31):
        answers.append(client.post("/account/sign-in", data={"csrf_token": token, "username": "a", "password": "b"}))
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_value_that_no_column_holds_is_a_bad_request(house: House) -> None:
    app = create_app(house=house)

    @app.get("/refused")
    @access(PUBLIC)
    def refused() -> str:
        raise DataError("SELECT 1", {}, ValueError("PostgreSQL text fields cannot contain NUL (0x00) bytes"))

    answer = app.test_client().get("/refused")
    assert answer.status_code == 400
    assert "NUL" not in answer.get_data(as_text=True)


def test_address_with_an_impossible_number_or_nul_is_no_crash(client: FlaskClient) -> None:
    resource = "00000000-0000-0000-0000-000000000007"
    for address in (
        "/dataset/%00",
        "/department/a%00b",
        "/api/v1/entries/%00",
        "/api/v1/entries?q=%00&department=%00",
        "/dataset?q=%00&department=%00&page=" + "9" * 30,
        f"/dataset/x/resource/{resource}/version/{'9' * 25}/data.csv",
        f"/sitemap-{'9' * 25}.xml",
        "/harvest/changes?after=" + "9" * 25,
        "/%ED%A0%80",
    ):
        assert client.get(address).status_code < 500, address
