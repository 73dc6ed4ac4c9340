"""The page cache and the limit in front of the application."""

from __future__ import annotations

import builtins
import datetime as dt
import pickle
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text

from datasets.usage import sum_usage
from portal.access import PUBLIC, access
from portal.app import create_app
from portal.caching import BytesSerializer, Page, cached_page, page_key
from portal.context import count_use
from portal.house import House, build_house
from portal.settings import Settings


@pytest.fixture
def counted(house: House) -> tuple[FlaskClient, list[str]]:
    """A client, and the list of addresses for which the view really ran."""
    app = create_app(house=house)
    ran: list[str] = []

    @app.get("/counted/<name>")
    @access(PUBLIC)
    @cached_page
    def counted(name: str) -> str:
        ran.append(request.full_path)
        return f"<p>{name} {len(ran)}</p>"

    return app.test_client(), ran


def publish(house: House) -> None:
    """Move the change number, as a publication does."""
    with house.database.work() as session:
        changed = session.execute(text("UPDATE change_counter SET number = number + 1"))
        if changed.rowcount == 0:  # type: ignore[attr-defined]
            session.execute(text("INSERT INTO change_counter (id, number) VALUES (1, 1)"))


def test_second_reader_gets_the_kept_page_and_a_change_brings_a_new_one(
    house: House, counted: tuple[FlaskClient, list[str]]
) -> None:
    client, ran = counted
    first, second = client.get("/counted/a"), client.get("/counted/a")
    assert first.data == second.data == b"<p>a 1</p>"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    publish(house)
    assert client.get("/counted/a").data == b"<p>a 2</p>"
    assert len(ran) == 2


def test_pages_are_new_every_day_because_timeliness_is(counted: tuple[FlaskClient, list[str]], clock: Any) -> None:
    client, ran = counted
    client.get("/counted/a")
    clock.advance(hours=14)
    client.get("/counted/a")
    assert len(ran) == 2


def test_order_of_parameters_does_not_matter_but_values_and_repeats_do(counted: tuple[FlaskClient, list[str]]) -> None:
    client, ran = counted
    for query in ("b=1&a=2", "a=2&b=1", "a=2&b=1&b=0", "a=2&b=0&b=1", "a=2"):
        client.get(f"/counted/a?{query}")
    assert len(ran) == 4


def test_kept_page_is_not_sent_again_to_who_has_it(counted: tuple[FlaskClient, list[str]]) -> None:
    client, ran = counted
    etag = client.get("/counted/a").headers["ETag"]
    for _ in range(2):
        answer = client.get("/counted/a", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data) == (304, b"")
    head = client.head("/counted/a")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "10")
    assert len(ran) == 1


def test_headers_that_are_not_in_the_key_cannot_change_a_kept_page(counted: tuple[FlaskClient, list[str]]) -> None:
    client, _ = counted
    poison = {
        "X-Forwarded-Host": "evil.example",
        "X-Original-URL": "/x",
        "Accept-Language": "en",
        "Host": "evil.example",
    }
    first = client.get("/counted/a", headers=poison)
    assert b"evil" not in first.data
    assert client.get("/counted/a").data == first.data


def test_person_with_a_session_cookie_is_never_given_a_kept_page(counted: tuple[FlaskClient, list[str]]) -> None:
    client, ran = counted
    client.get("/counted/a")
    client.set_cookie("kaifang", "something")
    client.get("/counted/a")
    assert len(ran) == 2


def test_languages_are_kept_apart() -> None:
    day = dt.date(2026, 7, 10)
    assert page_key("/en/dataset", "", "1", day) != page_key("/dataset", "", "1", day)
    assert page_key("/dataset", "q=" + "a" * 2000, "1", day) is None


def test_pages_of_another_process_are_found(house: House, counted: tuple[FlaskClient, list[str]]) -> None:
    client, ran = counted
    client.get("/counted/a")
    house.cache.forget()
    assert client.get("/counted/a").data == b"<p>a 1</p>"
    assert len(ran) == 1


class Trap:
    """Sets a mark when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("import builtins; builtins.kaifang_was_trapped = True",))


def test_pickle_in_the_cache_folder_is_not_loaded(house: House, counted: tuple[FlaskClient, list[str]]) -> None:
    client, _ = counted
    client.get("/counted/a")
    folder = house.home / "cache"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.iterdir():
        stamp = path.read_bytes()[:8]
        path.write_bytes(stamp + pickle.dumps(Trap()))
    house.cache.forget()
    assert client.get("/counted/a").status_code == 200
    assert not hasattr(builtins, "kaifang_was_trapped")
    assert BytesSerializer().loads(pickle.dumps(Trap())) is None


def test_page_survives_its_bytes() -> None:
    page = Page("200 OK", [("ETag", '"a"'), ("X-名", "值")], b"\x00\n\xff", ("id", "view"), 12.5)
    assert Page.from_bytes(page.to_bytes()) == page


def test_address_over_its_limit_waits_and_health_is_always_answered(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    house = build_house(make_settings(requests_per_minute=5))
    client = create_app(house=house).test_client()
    statuses = [client.get("/nowhere").status_code for _ in range(6)]
    assert statuses == [404] * 5 + [429]
    refused = client.get("/nowhere")
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.get("/healthz").status_code == 200
    assert client.get("/nowhere", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 429
    house.close()


def test_use_is_counted_on_every_reading_of_a_kept_page(house: House) -> None:
    app: Flask = create_app(house=house)
    subject = uuid.uuid4()

    @app.get("/used")
    @access(PUBLIC)
    @cached_page
    def used() -> str:
        count_use(subject, "view")
        return "used"

    client = app.test_client()
    for _ in range(3):
        client.get("/used", headers={"User-Agent": "Mozilla/5.0"})
    with house.database.work() as session:
        house.usage.fold(session, everything=True)
    with house.database.reading() as session:
        assert sum_usage(session, [subject])[subject]["view"] == 3
