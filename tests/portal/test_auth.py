"""Signing in and out through the real forms: rotation, expiry, locks, forced password changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog import accounts
from catalog.permissions import system_actor
from portal.app import create_app
from portal.demo_accounts import accounts_file, is_loopback_address, offers_switch
from portal.house import House, build_house
from portal.settings import Settings

PASSWORD = "Tr7#kite-Lamp"
NEW_PASSWORD = "Bridge%42-moss"


@pytest.fixture(autouse=True)
def person(house: House) -> None:
    """An office account that may start at once."""
    with house.database.work() as session:
        accounts.create_account(
            session,
            username="wang",
            display_name="王审核",
            roles=["office"],
            password=PASSWORD,
            must_change_password=False,
            by=system_actor("test"),
            now=house.now(),
        )


def token_of(client: FlaskClient, path: str = "/account/sign-in") -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found, path
    return found[1]


def sign_in(client: FlaskClient, password: str = PASSWORD, username: str = "wang", **fields: str) -> TestResponse:
    """Fill in the form as a browser does."""
    form = {"csrf_token": token_of(client), "username": username, "password": password, **fields}
    return client.post("/account/sign-in", data=form)


def cookie_of(client: FlaskClient) -> str:
    """The session cookie's value."""
    cookie = client.get_cookie("kaifang")
    return cookie.value if cookie else ""


def test_right_password_signs_in_and_goes_where_the_person_wanted(client: FlaskClient) -> None:
    answer = sign_in(client, next="/account?from=mail")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?from=mail")
    assert "王审核" in client.get("/account").get_data(as_text=True)


def test_wrong_password_and_unknown_name_read_the_same(client: FlaskClient) -> None:
    wrong, unknown = sign_in(client, "nope"), sign_in(client, "nope", username="nobody")
    assert wrong.status_code == unknown.status_code == 403
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong.get_data(as_text=True)) == strip.sub("", unknown.get_data(as_text=True))


def test_next_never_leaves_the_site(client: FlaskClient) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"):
        answer = sign_in(client, next=target)
        assert answer.headers["Location"] == "/account/sign-in"
        client.delete_cookie("kaifang")


def test_page_for_members_sends_the_public_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/sign-in?next=/account")
    english = client.get("/en/account")
    assert english.headers["Location"] == "/en/account/sign-in?next=/en/account"


def test_session_and_form_token_are_new_after_signing_in_and_the_old_ones_dead(client: FlaskClient, app: Flask) -> None:
    before, token = cookie_of(client), token_of(client)
    sign_in(client)
    after = cookie_of(client)
    assert after != before
    assert token_of(client, "/account") != token
    client.post("/account/sign-out", data={"csrf_token": token_of(client, "/account")})
    thief = app.test_client()
    thief.set_cookie("kaifang", after)
    assert thief.get("/account").status_code == 302


def test_signing_out_everywhere_ends_other_devices(client: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    client.post("/account/sign-out", data={"csrf_token": token_of(client, "/account"), "everywhere": "1"})
    assert other.get("/account").status_code == 302


def test_session_ends_after_half_an_hour_of_rest_and_after_eight_hours_of_work(client: FlaskClient, clock: Any) -> None:
    sign_in(client)
    for _ in range(23):
        clock.advance(minutes=20)
        assert client.get("/account").status_code == 200
    clock.advance(minutes=21)
    assert client.get("/account").status_code == 302
    sign_in(client)
    clock.advance(minutes=31)
    assert client.get("/account").status_code == 302


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(client: FlaskClient, clock: Any) -> None:
    for _ in range(5):
        sign_in(client, "nope")
    assert sign_in(client).status_code == 403
    clock.advance(minutes=31)
    assert sign_in(client).status_code == 303


def test_disabled_account_is_out_at_its_next_request(client: FlaskClient, house: House) -> None:
    sign_in(client)
    with house.database.work() as session:
        second = accounts.create_account(
            session, username="li", display_name="李", roles=["office"], by=system_actor("test"), now=house.now()
        )
        assert second.account.is_active
        account = accounts.find_account(session, "wang", now=house.now())
        assert account is not None
        accounts.disable_account(session, account.id, by=system_actor("test"), now=house.now())
    assert client.get("/account").status_code == 302


def test_given_password_must_be_changed_before_anything_else(client: FlaskClient, house: House) -> None:
    with house.database.work() as session:
        account = accounts.find_account(session, "wang", now=house.now())
        assert account is not None
        given = accounts.reset_password(session, account.id, by=system_actor("test"), now=house.now()).password
    sign_in(client, given)
    assert client.get("/account").headers["Location"] == "/account/password"
    form = {"csrf_token": token_of(client, "/account/password"), "old_password": given}
    differs = client.post("/account/password", data={**form, "password": NEW_PASSWORD, "password_again": "x"})
    assert differs.status_code == 422
    weak = client.post("/account/password", data={**form, "password": "12345678", "password_again": "12345678"})
    assert weak.status_code == 422
    good = client.post("/account/password", data={**form, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    assert good.status_code == 303
    assert client.get("/account").status_code == 200


def test_https_gives_host_only_secure_cookies(make_settings: Callable[..., Settings], clock: Any) -> None:
    house = build_house(make_settings(base_url="https://data.example.gov.cn"), clock=clock)
    answer = create_app(house=house).test_client().get("/account/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kaifang=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    house.close()


def test_demo_switch_does_not_exist_outside_the_demonstration(client: FlaskClient) -> None:
    answer = client.post("/account/demo", data={"csrf_token": token_of(client), "username": "wang"})
    assert answer.status_code == 404


def test_demo_switch_is_for_this_machine_alone(make_settings: Callable[..., Settings]) -> None:
    near = make_settings(base_url="http://127.0.0.1:8000", host="127.0.0.1", is_demo=True)
    far = make_settings(base_url="https://data.example.gov.cn", host="127.0.0.1", is_demo=True)
    accounts_file(near).write_text("[]", encoding="utf-8")
    for settings, is_offered in ((near, True), (far, False)):
        assert offers_switch(settings) is is_offered
    assert is_loopback_address("http://[::1]:8000/")
    assert not is_loopback_address("http://rebound.example:8000/")
    assert not is_loopback_address("http://[")
