"""The page of rows: forms become addresses, addresses become rows, errors stand beside the form."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.house import House
from portal.pages.public_rows import address_of_form
from tests.portal.pages import Page
from tests.portal.public_data import SCHOOLS, publish_table

pytestmark = pytest.mark.usefixtures("quick_house")


@pytest.fixture
def explore(house: House) -> str:
    """The address of the rows of three schools."""
    return f"/dataset/{publish_table(house).name}/explore"


def form(*lines: tuple[str, str, str], **rest: str) -> list[tuple[str, str]]:
    """A sent form: its lines of column, operator and value, and its other fields."""
    fields = [pair for line in lines for pair in zip(("_c", "_o", "_v"), line, strict=True)]
    return [*rest.items(), *fields]


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        (form(("名称", "eq", "磁湖小学")), "%E5%90%8D%E7%A7%B0=%E7%A3%81%E6%B9%96%E5%B0%8F%E5%AD%A6"),
        (form(("n", "ge", " 5 "), ("", "eq", ""), ("m", "eq", "")), "n__ge=5"),
        (form(("n", "blank", "")), "n__blank=1"),
        (form(("n", "eq", "1"), ("n", "ne", "2"), _q="a b", _sort="-n"), "_q=a+b&_sort=-n&n=1&n__ne=2"),
        (form(("", "eq", "x"), _q=""), ""),
        ([("n__ge", "5"), ("_sort", "n")], None),
        ([], None),
    ],
)
def test_a_sent_form_means_an_address(pairs: list[tuple[str, str]], query: str | None) -> None:
    assert address_of_form(pairs) == query


def test_form_leads_to_the_address_that_can_be_shared(client: FlaskClient, explore: str) -> None:
    answer = client.get(explore, query_string=form(("学生数", "ge", "900")))
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{explore}?%E5%AD%A6%E7%94%9F%E6%95%B0__ge=900"
    page = Page(client.get(answer.headers["Location"]).text)
    assert "筛选出 1 行（共 3 行）" in page.text
    assert "磁湖小学" in page.text and "花湖小学" not in page.text


def test_english_form_stays_english(client: FlaskClient, explore: str) -> None:
    answer = client.get(f"/en{explore}", query_string=form(("学生数", "ge", "900")))
    assert answer.headers["Location"].startswith(f"/en{explore}?")


def test_columns_sort_by_their_type_and_turn_round(client: FlaskClient, explore: str) -> None:
    page = Page(client.get(f"{explore}?_sort=学生数").text)
    assert page.text.index("花湖小学") < page.text.index("磁湖小学") < page.text.index("黄石港小学")
    orders = {a["aria-sort"] for a in page.all("th")}
    assert orders == {"ascending", "none"}
    assert page.links_with("_sort=-") == ["?_sort=-%E5%AD%A6%E7%94%9F%E6%95%B0"]


def test_download_of_the_result_holds_the_same_question(client: FlaskClient, explore: str) -> None:
    page = Page(client.get(f"{explore}?街道=花湖街道&_sort=-学生数&_limit=1&_offset=0").text)
    link = next(one for one in page.links_with("/data.csv"))
    assert link.endswith("?%E8%A1%97%E9%81%93=%E8%8A%B1%E6%B9%96%E8%A1%97%E9%81%93&_sort=-%E5%AD%A6%E7%94%9F%E6%95%B0")
    assert len(client.get(link).data.decode("utf-8-sig").splitlines()) == 2


def test_wrong_conditions_are_told_and_the_form_keeps_them(client: FlaskClient, explore: str) -> None:
    answer = client.get(f"{explore}?学生数__ge=很多&没有这列=1")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "没有这列" in page.text
    assert "很多" in {a.get("value") for a in page.all("input")}
    assert client.get(f"/en{explore}?学生数__ge=很多").status_code == 422


def test_long_tables_have_pages(client: FlaskClient, house: House) -> None:
    rows = "".join(f"{number:05},学校{number},街道,1,2000-01-01\r\n" for number in range(120)).encode()
    path = f"/dataset/{publish_table(house, deliveries=(SCHOOLS.splitlines(keepends=True)[0] + rows,)).name}/explore"
    first = Page(client.get(path).text)
    assert "当前第 1–50 行" in first.text
    assert first.links_with("_offset") == ["?_offset=50"]
    last = Page(client.get(f"{path}?_offset=100").text)
    assert "当前第 101–120 行" in last.text
    assert "?_offset=50" in last.links_with("_offset")
    assert "?_offset=150" not in last.links_with("_offset")


def test_nothing_that_fits_helps_on(client: FlaskClient, explore: str) -> None:
    answer = client.get(f"{explore}?名称=没有")
    assert answer.status_code == 200
    assert "没有符合条件的行" in answer.text
    assert not Page(answer.text).links_with("/data.csv")


def test_an_entry_without_files_has_no_rows_page(client: FlaskClient, house: House) -> None:
    from tests.portal.public_data import publish_bare

    assert client.get(f"/dataset/{publish_bare(house, '无文件').name}/explore").status_code == 404
