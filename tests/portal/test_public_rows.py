"""The page of rows: forms become addresses, addresses become rows, errors stand beside the form."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from datasets.query.grouping import BUCKETS, MEASURES
from datasets.query.operators import OPERATORS
from portal.house import House
from portal.pages.rows_form import address_of_form
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


def grouped(*keys: tuple[str, str], counted: tuple[tuple[str, str], ...] = (), **rest: str) -> list[tuple[str, str]]:
    """A sent form with things to group by (column, bucket) and to count (measure, column)."""
    fields = [pair for line in keys for pair in zip(("_gc", "_gb"), line, strict=True)]
    fields += [pair for line in counted for pair in zip(("_mk", "_mc"), line, strict=True)]
    return [*form(("", "eq", "")), *fields, *rest.items()]


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        (form(("n", "ge", "5"), ("m", "eq", "a&b"), _any="1"), "_or=n__ge%3D5%26m%3Da%2526b"),
        (form(("n", "ge", "5"), ("", "eq", ""), _any="1"), "n__ge=5"),
        (form(("n", "ge", "5"), ("m", "eq", "1"), _any=""), "n__ge=5&m=1"),
        (grouped(("d", "month"), ("", "")), "_group=d%3Amonth"),
        (grouped(("a", ""), ("b", ""), counted=(("sum", "n"), ("count", ""), ("", "n"))),
         "_group=a&_group=b&_measure=sum%3An&_measure=count"),
        (grouped(("a", ""), _sort="-n"), "_group=a"),
        (grouped(("a", ""), _sort="-n", _grouped="_group=a"), "_sort=-n&_group=a"),
        (grouped(("", ""), _sort="-n", _grouped="_group=a"), ""),
    ],
)  # fmt: skip
def test_a_sent_form_means_alternatives_and_groups(pairs: list[tuple[str, str]], query: str) -> None:
    assert address_of_form(pairs) == query


def test_any_of_the_conditions_may_hold(client: FlaskClient, explore: str) -> None:
    sent = form(("学生数", "ge", "900"), ("街道", "eq", "花湖街道"), _any="1")
    page = Page(client.get(client.get(explore, query_string=sent).headers["Location"]).text)
    assert "筛选出 2 行（共 3 行）" in page.text
    chosen = [a["value"] for a in page.all("option") if "selected" in a]
    assert chosen[:5] == ["1", "学生数", "ge", "街道", "eq"]


def test_groups_are_a_table_with_downloads_of_the_same_question(client: FlaskClient, explore: str) -> None:
    answer = client.get(f"{explore}?_group=成立日期:year&_measure=count,mean:学生数")
    page = Page(answer.text)
    assert "共 3 组" in page.text
    assert page.text.index("1986") < page.text.index("1999") < page.text.index("2008")
    assert "成立日期（年）" in page.text and "学生数平均" in page.text and "1203" in page.text
    link, in_gb18030 = page.links_with("/data.csv")
    assert in_gb18030 == link.replace("?", "?_encoding=gb18030&")
    assert "_group=%E6%88%90%E7%AB%8B%E6%97%A5%E6%9C%9F%3Ayear" in link and "_measure=mean" in link
    assert "/api/v1/dataset/" in answer.text and "rows?_group=" in answer.text
    assert "成立日期 (year)" in client.get(f"/en{explore}?_group=成立日期:year").text


def test_download_of_groups_holds_the_groups(client: FlaskClient, explore: str) -> None:
    page = Page(client.get(f"{explore}?_group=街道&_measure=count,sum:学生数&_sort=街道").text)
    links = {kind: page.links_with(f"/data.{kind}")[0] for kind in ("csv", "json")}
    assert client.get(links["csv"]).data.decode("utf-8-sig").splitlines() == [
        "街道,行数,学生数合计",
        "沈家营街道,1,1203",
        "花湖街道,1,845",
        "黄石港街道,1,",
    ]
    first = client.get(links["json"]).get_json(force=True)[0]
    assert first == {"街道": "沈家营街道", "count": 1, "sum_学生数": 1203}


def test_groups_are_sorted_by_their_own_columns(client: FlaskClient, explore: str) -> None:
    page = Page(client.get(f"{explore}?_group=街道&_measure=sum:学生数").text)
    assert page.links_with("_sort=-sum_") and page.links_with("_sort=%E8%A1%97")
    turned = Page(client.get(f"{explore}?_group=街道&_measure=sum:学生数&_sort=sum_学生数").text)
    assert turned.text.index("花湖街道") < turned.text.index("沈家营街道")
    assert {a["aria-sort"] for a in turned.all("th") if "aria-sort" in a} == {"ascending", "none"}


def test_wrong_group_is_told_beside_the_form(client: FlaskClient, explore: str) -> None:
    answer = client.get(f"{explore}?_group=街道:month&_measure=sum:名称")
    assert answer.status_code == 422
    assert "街道" in answer.text and "不能按“month”分组" in answer.text and "不能统计“sum”" in answer.text


def test_form_says_what_each_column_offers(client: FlaskClient, explore: str) -> None:
    options = [a for a in Page(client.get(explore).text).all("option") if a.get("value") == "成立日期"]
    offers = {a["data-offers"] for a in options}
    assert "year half quarter month week day weekday" in offers
    assert "count min max distinct" in offers


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


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_help_lists_what_can_be_asked_from_its_tables(client: FlaskClient, prefix: str) -> None:
    answer = client.get(f"{prefix}/help").text
    for table in (OPERATORS, BUCKETS, MEASURES):
        for key, row in table.items():
            name = row.en if prefix else row.zh
            assert f"<td><code>{key}</code></td><td>{name}</td>" in answer
