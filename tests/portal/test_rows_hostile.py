"""Hostile questions about rows through every address that takes them: an answer or words, soon, never a crash."""

from __future__ import annotations

import threading
import time
from urllib.parse import quote

import duckdb
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from datasets.models import DataVersion
from datasets.query.parse import MAX_PROBLEMS
from portal.house import House
from portal.security import limiter
from tests.portal.public_data import RESOURCE, publish_table

PLACES = (
    "/dataset/{}/explore",
    f"/api/v1/dataset/{{}}/resource/{RESOURCE}/rows",
    f"/dataset/{{}}/resource/{RESOURCE}/data.csv",
)
SECONDS = 6.0
"""Within so many seconds each question has its answer, on a machine that does other things too."""
LONG = 250_000
"""An address may have so many bytes; a longer header is refused by the server itself."""


def many(count: int, text: str, sep: str = "&") -> str:
    """`text` so often, its # the number."""
    return sep.join(text.replace("#", str(number)) for number in range(count))


REFUSED = {
    "many unknown columns": many(100_000, "x#=1"),
    "many conditions": many(20_000, "学生数__ge=#"),
    "many operators": many(10_000, "学生数__o#=1"),
    "many alternatives": many(10_000, "_or=学生数%3D#"),
    "long alternatives": "_or=" + quote(many(10_000, "学生数=#")),
    "alternatives in alternatives": "_or=" + quote("_or=" + quote("_or=" + quote("学生数=1"))),
    "alternatives of reserved names": "_or=_q%3D1%26_or%3D_or",
    "alternatives in half a percent": "_or=%25zz%3D1%26%25ff%25fe=1",
    "half a surrogate in alternatives": "_or=%25ED%25A0%2580%3D%25ED%25A0%2580",
    "NUL as a name": "%00=1",
    "NUL as an order": "_sort=%00",
    "many unknown groups": many(200, "_group=x#"),
    "a long list of groups": "_group=" + many(10_000, "x#", ","),
    "unknown bucket": "_group=成立日期:fortnight",
    "bucket of texts": "_group=街道:month",
    "sum of texts": "_group=街道&_measure=sum:名称",
    "a long list of measures": "_measure=" + many(10_000, "sum:x#", ","),
    "unknown measure": "_measure=drop:学生数",
    "limit below": "_limit=-1",
    "limit zero": "_limit=0",
    "limit above": "_limit=1" + "0" * 30,
    "limit in full-width digits": "_limit=１２",
    "offset above": "_offset=" + "9" * 19,
    "after below": "_after=-1",
    "after in Arabic digits": "_after=٣",
    "after and offset": "_after=1&_offset=1",
    "many unknown orders": many(10_000, "_sort=x#"),
    "many unknown columns shown": many(10_000, "_columns=x#"),
    "a value as long as an address": "名称=" + "a" * LONG,
    "words as long as an address": "_q=" + "a " * (LONG // 2),
    "a name as long as an address": "a" * LONG + "=1",
    "digits as long as an address": "学生数__ge=" + "9" * LONG,
    "a list as long as an address": "学生数__in=" + many(40_000, "#", ","),
    "a huge exponent": "学生数__ge=1e999999999",
    "no number": "学生数=NaN",
    "no end": "学生数__lt=Infinity",
    "ends the wrong way": "学生数__between=900,10",
    "one end": "学生数__between=1",
    "year 0": "成立日期=0000-01-01",
    "30 February": "成立日期=2024-02-30",
    "year 99999": "成立日期=99999-01-01",
    "two operators": "名称__eq__eq=1",
    "underlines": "__=1",
    "no name": "=1",
}
"""Question by what is wrong with it."""
ANSWERED = {
    "the same ten thousand times": many(10_000, "学生数=1203"),
    "the same order often": "_sort=" + many(10_000, "名称", ","),
    "the same group often": many(200, "_group=街道"),
    "the same measure often": many(10_000, "_measure=sum:学生数"),
    "NUL": "名称=%00",
    "NUL in a part": "名称__contains=a%00b",
    "NUL in words": "_q=%00",
    "NUL in alternatives": "_or=名称%3D%2500",
    "a bad byte": "名称=%ff%fe",
    "half a surrogate": "名称=%ED%A0%80",
    "a regular expression": "名称__contains=(a+)%2B$",
    "a pattern": "名称__contains=%25_\\",
    "quotes": "名称='%22%60;DROP TABLE data;--",
    "marks of direction": "名称=%E2%80%AE%E2%80%8F",
    "the last year": "成立日期__gt=9999-12-31",
}
"""Questions that are strange but have an answer."""


@pytest.fixture
def name(quick_house: House) -> str:
    """The name of an entry with a file of three rows."""
    return publish_table(quick_house).name


@pytest.mark.parametrize("place", PLACES, ids=["page", "API", "file"])
def test_a_question_that_is_wrong_is_refused_in_words_soon(client: FlaskClient, name: str, place: str) -> None:
    for why, query in REFUSED.items():
        limiter.reset()
        started = time.monotonic()
        answer = client.get(place.format(name), query_string=query)
        assert (why, answer.status_code) == (why, 422)
        assert (why, time.monotonic() - started < SECONDS) == (why, True)
        assert len(answer.data) < 4 * len(query) + 100_000, f"{why}: an answer of {len(answer.data)} bytes"


@pytest.mark.parametrize("place", PLACES, ids=["page", "API", "file"])
def test_a_strange_question_is_answered_soon(client: FlaskClient, name: str, place: str) -> None:
    for why, query in ANSWERED.items():
        limiter.reset()
        started = time.monotonic()
        answer = client.get(place.format(name), query_string=query)
        assert (why, answer.status_code) == (why, 200)
        assert (why, time.monotonic() - started < SECONDS) == (why, True)


def test_of_many_findings_the_first_ones_are_told(client: FlaskClient, name: str) -> None:
    told = client.get(PLACES[1].format(name), query_string=many(1_000, "x#=1")).get_json()["problems"]
    assert [problem["where"] for problem in told] == [f"x{number}" for number in range(MAX_PROBLEMS)]
    page = client.get(PLACES[0].format(name), query_string=many(1_000, "x#=1")).text
    assert page.count('name="_v"') == 52, "fifty conditions may hold, and two lines are spare"


@pytest.fixture
def large(quick_house: House) -> str:
    """The name of an entry whose file has 300,000 rows, each with a code of its own."""
    made = publish_table(quick_house)
    with quick_house.database.reading() as session:
        version = session.scalars(select(DataVersion)).one()
    path = quick_house.row_stores.path_of(version.row_store)
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE data AS SELECT i AS _row, md5(i::VARCHAR) AS c0, md5((i * 7)::VARCHAR) AS c1,"
            " '街道' || i % 9 AS c2, i % 1000 AS c3, DATE '1990-01-01' + (i % 9999)::INTEGER AS c4"
            " FROM range(1, 300001) AS t(i)"
        )
    return made.name


HEAVY = (
    "_group=学校代码&_measure=count,sum:学生数,mean:学生数",
    "_group=学校代码&_group=名称&_sort=-count&_offset=290000",
    "_q=a%20b%20c&_sort=名称&_offset=200000",
    "名称__contains=a&_sort=-学校代码&_offset=99999",
)


def test_twenty_heavy_questions_at_once_leave_the_pages_quick(app: Flask, large: str) -> None:
    visitor = app.test_client()
    pages = ("/", f"/dataset/{large}", f"/dataset/{large}/explore")
    assert {visitor.get(page).status_code for page in pages} == {200}
    answers: list[tuple[int, float]] = []

    def ask(number: int) -> None:
        started = time.monotonic()
        query = f"{HEAVY[number % len(HEAVY)]}&学生数__ge={number}"
        answer = app.test_client().get(PLACES[number % 2].format(large), query_string=query)
        answers.append((answer.status_code, time.monotonic() - started))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    waited = []
    while any(thread.is_alive() for thread in threads):
        for page in pages:
            started = time.monotonic()
            assert visitor.get(page).status_code == 200
            waited.append(time.monotonic() - started)
        time.sleep(0.05)
    assert {status for status, _ in answers} <= {200, 413, 503}
    assert 200 in {status for status, _ in answers}
    assert max(seconds for _, seconds in answers) < SECONDS + 2, "two for a free child, five for the answer"
    assert max(waited) < 1
