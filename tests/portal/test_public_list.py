"""The list: addresses that mean one question, facets that add and take back, search with marks, pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from portal.house import House
from portal.pages.public_list import ListQuery, parse_list_query
from tests.portal.pages import Page
from tests.portal.public_data import publish_bare, publish_table

pytestmark = pytest.mark.usefixtures("quick_house")


def parse(*pairs: tuple[str, str]) -> ListQuery:
    """The question of an address."""
    return parse_list_query(MultiDict(pairs))


def test_address_and_question_say_the_same() -> None:
    query = parse(
        ("q", " 学校  名单 "), ("domain", "health"), ("domain", "education"), ("sort", "title"), ("page", "3")
    )
    assert query.q == "学校 名单"
    assert query.href == "?q=%E5%AD%A6%E6%A0%A1+%E5%90%8D%E5%8D%95&domain=health&domain=education&sort=title&page=3"


def test_choosing_and_taking_back_begin_at_the_first_page() -> None:
    query = parse(("domain", "health"), ("page", "3"))
    assert query.with_value("format", "csv").href == "?domain=health&format=csv"
    assert query.without_value("domain", "health").href == "?"


@pytest.mark.parametrize(
    ("pairs", "href"),
    [
        ([("page", "0")], "?"),
        ([("page", "-1")], "?"),
        ([("page", "1e9")], "?"),
        ([("page", "99999999999999999999")], "?"),
        ([("page", "٣")], "?"),
        ([("sort", "drop table")], "?"),
        ([("utm_source", "x")], "?"),
        ([("domain", "")], "?"),
        ([("domain", "x" * 81)], "?"),
        ([("domain", "a"), ("domain", "a")], "?domain=a"),
        ([("q", "a\x00b")], "?q=a+b"),
    ],
)
def test_what_makes_no_sense_is_left_out(pairs: list[tuple[str, str]], href: str) -> None:
    assert parse(*pairs).href == href


def test_twenty_values_of_a_facet_are_read_at_most() -> None:
    query = parse(*[("department", f"d{number}") for number in range(50)])
    assert len(query.chosen["department"]) == 20


def test_facets_lead_to_fewer_and_back(client: FlaskClient, house: House) -> None:
    publish_table(house)
    publish_bare(house, "低保统计", ordinal=2, domain="social_aid")
    page = Page(client.get("/dataset").text)
    assert "共 2 个数据集" in page.text
    assert "?domain=education" in page.links_with("domain=")
    narrowed = Page(client.get("/dataset?domain=education").text)
    assert "共 1 个数据集" in narrowed.text
    assert "低保统计" not in narrowed.text
    assert [a["href"] for a in narrowed.all("a") if "chip" in a.get("class", "")] == ["?"]


def test_search_marks_what_it_found_and_keeps_the_filters(client: FlaskClient, house: House) -> None:
    publish_table(house)
    answer = client.get("/dataset?q=小学&domain=education")
    assert "<mark>小学</mark>" in answer.text
    hidden = [(a["name"], a["value"]) for a in Page(answer.text).all("input") if a.get("type") == "hidden"]
    assert hidden == [("domain", "education")]


def test_nothing_found_helps_on(client: FlaskClient, house: House) -> None:
    publish_table(house)
    page = Page(client.get("/dataset?q=不存在的词&domain=health").text)
    assert "没有找到数据集" in page.text
    assert "/dataset" in page.links_with("/dataset")


def test_a_page_past_the_end_leads_back(client: FlaskClient, house: House) -> None:
    publish_table(house)
    answer = client.get("/dataset?page=7")
    assert answer.status_code == 200
    assert "回到第一页" in answer.text


def test_long_lists_have_pages(client: FlaskClient, house: House) -> None:
    for number in range(41):
        publish_bare(house, f"目录{number}", ordinal=number + 1)
    first = Page(client.get("/dataset").text)
    assert len([a for a in first.all("li") if a.get("class") == "entry-card"]) == 20
    assert {"?page=2", "?page=3"} <= set(first.links_with("page="))
    assert len([a for a in Page(client.get("/dataset?page=3").text).all("li") if a.get("class") == "entry-card"]) == 1


def test_home_reaches_the_csv_in_three_clicks(client: FlaskClient, house: House) -> None:
    """Front page → dataset → CSV: two clicks from the list of recent updates."""
    made = publish_table(house)
    home = Page(client.get("/").text)
    entry = next(link for link in home.links_with(f"/dataset/{made.name}"))
    csv = next(link for link in Page(client.get(entry).text).links_with("/data.csv"))
    answer = client.get(csv)
    assert answer.status_code == 200
    assert answer.data.decode("utf-8-sig").splitlines()[1].startswith("00042,磁湖小学")
