"""Every route × everybody: who gets in, who is refused, what no stranger reaches, and that reading changes nothing.

The table is written by hand and says nothing that it takes from the code: a new route without a row fails.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from portal.house import House
from portal.security import limiter
from tests.portal.route_rows import PUBLIC, ROLES, ROWS
from tests.portal.workspace import District

GUARDED = {row: who for row, who in ROWS.items() if who != PUBLIC}
NOBODYS = uuid.UUID(int=7)
ENDS_THE_SESSION = "POST /account/sign-out"
_CHANGES = "GET /dataset/<name>/resource/<uuid:resource_id>/version/<int:number>/changes"
NOT_THERE = {"POST /account/demo", "GET /calendar/<slug>/<token>.ics", _CHANGES, f"{_CHANGES}.<ending>"}
"""Open to everybody, but only in a demonstration, to who knows the secret address, or for a second version."""
KEPT_BY_READING = {"auth_session", "feed_pull"}
"""What reading may note: when a session was used last, who pulled which feed."""


@pytest.fixture(autouse=True)
def _without_limits(app: Flask) -> Iterator[None]:
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture
def places(district: District) -> dict[str, Any]:
    """What stands in the addresses: an entry of the first department with published data, and nobody's ids."""
    name = district.published_with_data()
    facts = district.resources(name)[0]
    return {
        "name": name,
        "resource_id": facts.resource.id,
        "version_id": facts.published.id,
        "number": 1,
        "ending": "csv",
        "slug": district.departments["own"].slug,
        "code": "living",
        "part": 1,
        "file_name": "swagger-ui.css",
        "filename": "css/desk.css",
        "account_id": district.people["second_office"].actor.account_id,
        "intake_id": NOBODYS,
        "upload_id": NOBODYS,
        "package_id": NOBODYS,
        "act_id": NOBODYS,
        "kind": "rename_department",
        "record_id": NOBODYS,
        "objection_id": NOBODYS,
        "indicator": "timely",
        "period": "2026H1",
        "figure": "entries",
        "extension": "docx",
        "obligation_id": NOBODYS,
        "webhook_id": NOBODYS,
        "candidate_id": NOBODYS,
        "message_id": NOBODYS,
        "source": "exchange",
        "digest": "0" * 64,
        "day": "2026-10-10",
        "token": "0" * 32,
    }


def address(app: Flask, row: str, places: dict[str, Any]) -> str:
    """The row's address with everything filled in."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.rule == row.partition(" ")[2])
    if row.startswith("POST /office/departments/<slug>"):
        places = places | {"slug": "no-such-department"}
    built = rule.build({name: places[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def token_of(client: FlaskClient) -> str:
    """A form token of this client's own."""
    source = client.get("/account/sign-in", follow_redirects=True).get_data(as_text=True)
    return source.partition('name="csrf_token" value="')[2].partition('"')[0]


def ask(client: FlaskClient, row: str, path: str, token: str) -> TestResponse:
    """Ask as the row says; forms carry a good token and nothing else."""
    method = row.partition(" ")[0]
    if method in ("GET", "POST"):
        return client.get(path) if method == "GET" else client.post(path, data={"csrf_token": token})
    return client.open(path, method=method, headers={"X-CSRFToken": token})


def snapshot(house: House) -> dict[str, list[str]]:
    """Every row of every table that reading must leave alone."""
    with house.database.reading() as session:
        tables = set(inspect(session.connection()).get_table_names()) - KEPT_BY_READING
        return {name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"')))) for name in sorted(tables)}


def test_every_route_has_a_row(app: Flask) -> None:
    rules = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert sorted(rules - set(ROWS)) == []
    assert sorted(set(ROWS) - rules) == []


def test_everybody_gets_what_the_table_says(district: District, places: dict[str, Any], app: Flask) -> None:
    stranger = app.test_client()
    clients = {"": stranger} | {role: district.people[role].client for role in ROLES}
    for number, client in enumerate(clients.values(), start=1):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"  # the limit of requests is one of each address
    tokens = {role: token_of(client) for role, client in clients.items()}
    before, wrong = snapshot(district.house), []
    for row in sorted(ROWS):
        path = address(app, row, places)
        if row.startswith("POST ") and before:
            assert snapshot(district.house) == before, "a GET has changed something"
            before = {}
        for role, client in clients.items():
            if (row == ENDS_THE_SESSION and role) or (ROWS[row] == PUBLIC and role not in ("", "editor")):
                continue
            answer = ask(client, row, path, tokens[role])
            if problem := judge(row, role, answer):
                wrong.append((row, role or "anonymous", answer.status_code, problem))
            answer.close()
    assert wrong == [], "\n".join(map(str, wrong))


def judge(row: str, role: str, answer: TestResponse) -> str:
    """What is wrong with the answer to `role` ("" is anonymous); empty if nothing is."""
    status, who = answer.status_code, ROWS[row]
    kept = answer.headers.get("Cache-Control", "")
    if status >= 500:
        return "crash"
    if role and status < 400 and not row.startswith("GET /static") and kept != "private, no-store":
        return f"kept by caches: {kept}"
    if status >= 400 and "no-store" not in kept:
        return f"failure kept by caches: {kept}"
    if who == PUBLIC:
        is_refused = status in (401, 403) and row != "POST /account/sign-in"
        return "refused" if is_refused or (status == 404) != (row in NOT_THERE) else ""
    if role in who:
        return "refused" if status in (400, 401, 403) else ""
    if not role and row.startswith("GET "):
        asked = status == 302 and answer.headers["Location"].startswith("/account/sign-in?next=/")
        return "" if asked and "no-store" in kept else "not asked to sign in"
    return "" if status == 403 else "let in"


def test_another_department_finds_none_of_it(district: District, places: dict[str, Any], app: Flask) -> None:
    before, wrong = snapshot(district.house), []
    for role in ("editor", "reviewer", "head"):
        person = district.people[f"other_{role}"]
        token = token_of(person.client)
        for row, who in GUARDED.items():
            if row.partition(" ")[2].startswith("/desk/entries/<name>") and role in who:
                answer = ask(person.client, row, address(app, row, places), token)
                wrong += [(row, role, answer.status_code)] if answer.status_code != 404 else []
    assert wrong == [], "\n".join(map(str, wrong))
    assert snapshot(district.house) == before


def test_no_form_goes_without_its_token_or_from_another_site(
    district: District, places: dict[str, Any], app: Flask
) -> None:
    stranger = app.test_client()
    clients = {"": stranger} | {role: district.people[role].client for role in ROLES}
    before, wrong = snapshot(district.house), []
    for row, who in ROWS.items():
        if not row.startswith("POST "):
            continue
        path, role = address(app, row, places), next((role for role in ROLES if role in who), "")
        client = clients[role]
        if (bare := client.post(path, headers={"Authorization": "Bearer x"})).status_code != 400:
            wrong.append((row, "no token", bare.status_code))
        foreign = {"csrf_token": token_of(client)}
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            if (answer := client.post(path, data=foreign, headers=headers)).status_code != 403:
                wrong.append((row, str(headers), answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert snapshot(district.house) == before


def test_who_is_signed_in_never_shows_on_a_page_for_everybody(
    district: District, places: dict[str, Any], app: Flask
) -> None:
    person, stranger = district.people["editor"], app.test_client()
    for row, who in ROWS.items():
        if who != PUBLIC or not row.startswith("GET ") or "static" in row:
            continue
        path = address(app, row, places)
        for answer in (person.get(path), stranger.get(path), stranger.get(path)):
            shown = answer.get_data()
            answer.close()
        assert person.actor.name.encode() not in shown, row
        assert str(person.actor.account_id).encode() not in shown, row
