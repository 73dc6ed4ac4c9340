"""What the page of a dataset tells about each column, and how pages of wide tables stay pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from datasets.columns import columns_from
from datasets.query.parse import parse
from portal.house import House
from portal.pages.public_entry import PREVIEW_COLUMNS
from portal.pages.public_profiles import SHOWN_COLUMNS
from portal.pages.public_rows import SHOWN_COLUMNS as SHOWN_IN_ROWS
from portal.pages.rows_told import tell_question
from tests.portal.pages import Page
from tests.portal.public_data import publish_table

pytestmark = pytest.mark.usefixtures("quick_house")

STREETS = (
    "编号,街道,泊位\r\n" + "".join(f"T{n},{'甲' if n < 4 else '乙'}街,{n * 10 if n else ''}\r\n" for n in range(5))
).encode()
"""Five rows: each number differs, 甲街 stands in four of them, one of five cells of 泊位 is blank: 10, 20, 30, 40."""
WIDE = 70


def wide_table() -> bytes:
    """Two rows of 70 columns."""
    return "\r\n".join(
        [",".join(f"列{n}" for n in range(WIDE)), ",".join(["1"] * WIDE), ",".join(["2"] * WIDE), ""]
    ).encode()


def test_columns_are_told_with_shares_and_figures(client: FlaskClient, house: House) -> None:
    entry = publish_table(house, deliveries=(STREETS,))
    text = "".join(Page(client.get(f"/dataset/{entry.name}").text).text.split())
    assert "每行各不相同" in text
    assert "甲街80" in text
    assert "填写80" in text
    assert "平均25" in text


def test_wide_tables_show_their_first_columns_and_say_so(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(wide_table(),)).name
    page = client.get(f"/dataset/{name}").text
    assert page.count('class="profile"') == SHOWN_COLUMNS == 40
    assert f"另有 {WIDE - PREVIEW_COLUMNS} 列" in page
    rows = client.get(f"/dataset/{name}/explore?列69__ge=2").text
    assert f"共 {WIDE} 列，这里显示 {SHOWN_IN_ROWS + 1} 列" in rows, "the first ones, and the one that is asked about"


def test_chosen_columns_are_shown_as_chosen(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(wide_table(),)).name
    rows = client.get(f"/dataset/{name}/explore?_columns=列69").text
    assert rows.count('class="sort"') == 1
    assert "这里显示" not in rows


@pytest.mark.parametrize(
    ("pairs", "zh", "en"),
    [
        ([("泊位__ge", "20")], ("泊位 大于等于 20",), ("泊位 is at least 20",)),
        ([("泊位__blank", "1"), ("_q", "甲 乙")], ("泊位 为空", "任意列包含“甲”", "任意列包含“乙”"), None),
        ([("_or", "街道=甲街&泊位__lt=5"), ("_sort", "-泊位")], ("泊位 小于 5 或 街道 等于 甲街", "按泊位降序"), None),
        ([("_group", "街道"), ("_measure", "sum:泊位")], ("按街道分组",), ("grouped by 街道",)),
        ([("_measure", "count")], ("全部合为一组",), ("all in one group",)),
        ([], (), ()),
    ],
)
def test_questions_are_told_in_words(
    house: House, pairs: list[tuple[str, str]], zh: tuple[str, ...], en: tuple[str, ...] | None
) -> None:
    version = publish_table(house, deliveries=(STREETS,)).files[0].version
    assert version is not None
    query = parse(pairs, columns_from(version.columns))
    assert tell_question(query, "zh") == zh
    if en is not None:
        assert tell_question(query, "en") == en


def test_an_answer_stands_over_a_closed_form_with_its_question(client: FlaskClient, house: House) -> None:
    name = publish_table(house, deliveries=(STREETS,)).name
    fresh = client.get(f"/dataset/{name}/explore").text
    assert '<details class="filters fold" open>' in fresh
    answered = client.get(f"/dataset/{name}/explore?泊位__ge=20").text
    assert '<details class="filters fold">' in answered
    assert "泊位 大于等于 20" in Page(answered).text
    wrong = client.get(f"/dataset/{name}/explore?泊位__ge=x").text
    assert '<details class="filters fold" open>' in wrong
