"""What guards every answer and every form."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from catalog.permissions import Actor
from portal.access import PUBLIC, SIGNED_IN, access
from portal.app import create_app
from portal.house import House, build_house
from portal.links import external_url
from portal.settings import Settings

WRITES = ("POST", "PUT", "PATCH", "DELETE")


def form_routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Every (method, path) of the application that writes, with made-up values for its variables."""
    values = {"UUIDConverter": "00000000-0000-0000-0000-000000000001", "IntegerConverter": 1}
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            if method in WRITES:
                made = {name: values.get(type(part).__name__, "x") for name, part in rule._converters.items()}
                built = rule.build(made)
                assert built is not None
                yield method, built[1]


def test_every_write_without_a_form_token_is_refused(app: Flask, client: FlaskClient) -> None:
    routes = list(form_routes(app))
    assert len(routes) >= 4
    for method, path in routes:
        answer = client.open(path, method=method, data={"csrf_token": "made-up"})
        assert answer.status_code == 400, (method, path)


def test_bearer_header_does_not_exempt_a_form_from_its_token_now_or_later(client: FlaskClient) -> None:
    for headers in ({"Authorization": "Bearer abc"}, {}):
        answer = client.post("/account/sign-in", data={"username": "a", "password": "b"}, headers=headers)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_write_from_another_site_is_refused_even_with_a_token(client: FlaskClient, headers: dict[str, str]) -> None:
    page = client.get("/account/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    data = {"csrf_token": found[1], "username": "a", "password": "b"}
    assert client.post("/account/sign-in", data=data, headers=headers).status_code == 403
    own = client.post("/account/sign-in", data=data, headers={"Origin": "http://localhost"})
    assert "foreign" not in own.get_data(as_text=True)
    assert own.status_code == 403  # the password is wrong: the form itself was taken


def test_token_in_the_address_counts_for_nothing(client: FlaskClient) -> None:
    page = client.get("/account/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    assert client.post(f"/account/sign-in?csrf_token={found[1]}", data={"username": "a"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/dataset", "/account/sign-in", "/nowhere", "/en/nowhere", "/healthz", "/api/nowhere"]
)
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])


def test_pages_hold_no_inline_script_or_style(client: FlaskClient) -> None:
    for path in ("/", "/dataset", "/help", "/account/sign-in", "/nowhere"):
        html = client.get(path).get_data(as_text=True)
        scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
        assert all("application/ld+json" in attributes for attributes in scripts), path
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", html), path


def test_pages_name_no_other_host(client: FlaskClient) -> None:
    for path in ("/", "/dataset", "/account/sign-in"):
        html = client.get(path).get_data(as_text=True)
        loaded = re.findall(r'<(?:script|img|link|iframe|source)[^>]+(?:src|href)="([^"]+)"', html)
        assert [url for url in loaded if re.match(r"(https?:)?//", url) and "127.0.0.1" not in url] == []


def test_links_come_from_the_setting_and_never_from_the_host_header(
    make_settings: Callable[..., Settings], clock: object
) -> None:
    house = build_house(make_settings(base_url="https://data.example.gov.cn"))
    app = create_app(house=house)
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript"}
    for path in ("/", "/dataset", "/account", "/catalog.jsonld", "/sitemap", "/account/sign-in"):
        answer = app.test_client().get(path, headers=hostile)
        assert b"evil.example" not in answer.get_data(), path
        assert "evil.example" not in answer.headers.get("Location", ""), path
    with app.test_request_context("/", base_url="http://evil.example"):
        assert external_url("/dataset/x") == "https://data.example.gov.cn/dataset/x"
    house.close()


def test_slashes_are_never_tidied_by_a_redirect_to_the_host_header(client: FlaskClient) -> None:
    for path in ("//evil.example/..", "/dataset/", "//evil.example", "/dataset//x", "/\\evil.example"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert "Location" not in answer.headers, path


def test_crash_shows_its_request_id_and_nothing_of_the_inside(house: House, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(house=house)

    @app.get("/crash")
    @access(PUBLIC)
    def crash() -> str:
        raise RuntimeError("S3cr3t-canary at /etc/passwd")

    answer = app.test_client().get("/crash?debug=1")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in text
    assert "canary" not in text
    assert "Traceback" not in text
    assert "canary" in caplog.text


def test_view_that_declares_nothing_is_refused(house: House) -> None:
    app = create_app(house=house)
    app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")
    answer = app.test_client().get("/forgotten")
    assert (answer.status_code, b"secret" in answer.data) == (403, False)


def test_answer_to_a_signed_in_person_is_kept_by_nobody(house: House) -> None:
    app = create_app(house=house)

    def be_somebody() -> None:
        g.actor = Actor(uuid.uuid4(), "王", roles=frozenset({"office"}))

    app.before_request_funcs.setdefault(None, []).insert(-1, be_somebody)

    @app.get("/mine")
    @access(SIGNED_IN)
    def mine() -> str:
        return "mine"

    client = app.test_client()
    for path in ("/mine", "/", "/dataset"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path


def test_console_trace_and_hidden_files_do_not_exist(client: FlaskClient) -> None:
    for path in ("/console", "/.git/config", "/.env", "/jobs", "/static/../settings.py", "/static/%2e%2e/settings.py"):
        assert client.get(path).status_code == 404, path
    assert client.open("/", method="TRACE").status_code == 405


def test_cookie_without_a_name_is_no_session(client: FlaskClient) -> None:
    answer = client.get("/account", headers={"Cookie": "=kaifang=abc; =__Host-kaifang=x"})
    assert answer.status_code == 302
