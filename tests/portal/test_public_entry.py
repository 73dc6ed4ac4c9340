"""The page of a dataset: what it says, how it describes itself to programs, and that no text of others can run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from catalog.feeds.records import FeedRecord, RecordItem, RecordResource
from portal.house import House
from portal.pages.public_citation import cite, describe, escape_for_script
from tests.catalog.records import withdraw
from tests.portal.pages import Page
from tests.portal.public_data import SCHOOLS, publish_bare, publish_table

pytestmark = pytest.mark.usefixtures("quick_house")

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><a href='javascript:alert(1)'>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;\u2028\u2029\u202e",
    "javascript:alert(1)",
)


def hostile_facts(text: str) -> dict[str, Any]:
    """Every free text of a record set to `text`."""
    return {
        "title": text, "title_en": text, "summary": text, "tags": [text], "code": text, "provider_unit": text,
        "contact_name": text, "contact_phone": text, "contact_email": text, "open_condition": text,
        "closed_basis_text": text, "cycle_reason": text, "masking_note": text, "origin": text,
        "opened_upstream_url": text, "region_code": text, "industry": text, "domain": text, "license": text,
        "items": [RecordItem(text, text, text, 1, 1, True, True, text, text, text)],
    }  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("open_type", ["unconditional", "conditional", "closed"])
def test_no_text_of_an_entry_becomes_markup(client: FlaskClient, house: House, text: str, open_type: str) -> None:
    facts = hostile_facts(text)
    link = RecordResource("00000000-0000-0000-0000-000000000001", "link", text, text, None)
    made = publish_bare(house, facts.pop("title"), **facts, open_type=open_type, resources=[link])
    for path in (f"/dataset/{made.name}", f"/en/dataset/{made.name}", "/dataset", "/", f"/dataset?q={text}"):
        page = Page(client.get(path).text)
        assert page.open_tags == [], path
        assert not [a for _, a in page.elements if any(name.startswith("on") for name in a)], path
        assert not [a for a in page.all("a") if a.get("href", "").lower().startswith(("javascript:", "data:"))], path
        for attributes, body in page.scripts:
            if attributes.get("type") == "application/ld+json":
                assert json.loads(body)["name"]
            else:
                assert attributes["src"].startswith("/static/")


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_no_header_or_cell_becomes_markup(client: FlaskClient, house: House, text: str) -> None:
    quoted = text.replace('"', '""')
    made = publish_table(house, deliveries=(f'编号,"{quoted}"\r\n1,"{quoted}"\r\n2,乙\r\n'.encode(),))
    for path in (f"/dataset/{made.name}", f"/dataset/{made.name}/explore"):
        page = Page(client.get(path).text)
        assert page.open_tags == []
        assert text in page.text
        assert len(page.all("script")) == 3


def test_page_says_what_people_need(client: FlaskClient, house: House) -> None:
    made = publish_table(
        house,
        code="30642020003/000003",
        contact_phone="0714-1234567",
        update_cycle="yearly",
        tags=["学校"],
        items=[RecordItem("名称", "name", "C", 64, None, True, True, None, None, "学校全称")],
    )
    text = Page(client.get(f"/dataset/{made.name}").text).text
    for said in (
        "黄石港区教育局",
        "无条件开放",
        "3 行",
        "5 列",
        "每年",
        "0714-1234567",
        "30642020003/000003",
        "学校全称",
    ):
        assert said in text, said
    version = made.files[0].version
    assert version is not None and version.csv_sha256 in text and version.sha256 in text


def test_preview_shows_cells_as_delivered(client: FlaskClient, house: House) -> None:
    page = Page(client.get(f"/dataset/{publish_table(house).name}").text)
    assert "00042" in page.text
    assert [a for a in page.all("td") if a.get("class") == "blank num"] or [
        a for a in page.all("td") if "blank" in a.get("class", "")
    ]


def test_former_versions_have_their_addresses(client: FlaskClient, house: House) -> None:
    page = Page(client.get(f"/dataset/{publish_table(house, deliveries=(SCHOOLS, SCHOOLS * 1 + b'')).name}").text)
    assert len(page.links_with("/version/1/data.csv")) == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"open_type": "closed", "closed_basis": "personal_privacy", "closed_basis_text": "第九条"},
            "依据：个人隐私。第九条",
        ),
        ({"open_type": "conditional", "open_condition": "签署使用承诺书"}, "签署使用承诺书"),
        ({}, "部门还没有上传数据文件"),
        ({"state": "withdrawal_review"}, "正在办理下架"),
        ({"update_cycle": "static", "cycle_reason": "普查数据"}, "普查数据"),
    ],
)
def test_every_kind_of_entry_explains_itself(
    client: FlaskClient, house: House, facts: dict[str, Any], said: str
) -> None:
    made = publish_bare(house, "目录", **facts)
    page = Page(client.get(f"/dataset/{made.name}").text)
    assert said in page.text
    assert not page.links_with("/data.csv")


def test_withdrawn_entry_leaves_its_notice(client: FlaskClient, house: House) -> None:
    made = publish_bare(house, "旧目录")
    with house.database.work() as session:
        withdraw(session, made, reason="数据已并入另一目录")
    answer = client.get(f"/dataset/{made.name}")
    assert answer.status_code == 410
    assert "数据已并入另一目录" in answer.text
    assert "2026-07-10" in answer.text
    assert client.get(f"/en/dataset/{made.name}").status_code == 410


def test_suspended_entry_keeps_its_title_to_itself(client: FlaskClient, house: House) -> None:
    made = publish_bare(house, "含有个人信息的标题")
    with house.database.work() as session:
        withdraw(session, made, "suspended", reason="核查中")
    answer = client.get(f"/dataset/{made.name}")
    assert answer.status_code == 403
    assert "核查中" in answer.text
    assert "含有个人信息的标题" not in answer.text


def test_json_ld_describes_the_dataset_with_absolute_addresses(client: FlaskClient, house: House) -> None:
    made = publish_table(house, items=[RecordItem("名称", None, "C", None, None, False, False, None, None, None)])
    page = Page(client.get(f"/dataset/{made.name}").text)
    data = json.loads(next(body for attributes, body in page.scripts if "type" in attributes))
    base = house.settings.base_url
    assert data["@type"] == "Dataset"
    assert data["url"] == f"{base}/dataset/{made.name}"
    assert 50 <= len(data["description"]) <= 5000
    assert data["distribution"][0]["encodingFormat"] == "text/csv"
    for one in data["distribution"]:
        assert one["contentUrl"].startswith(f"{base}/dataset/{made.name}/resource/")
        assert client.get(one["contentUrl"].removeprefix(base)).status_code == 200
    links = {
        a["rel"]: a["href"] for a in page.all("link") if a.get("rel") == "canonical" or "ld+json" in a.get("type", "")
    }
    assert links == {"canonical": data["url"], "alternate": f"{base}/dataset/{made.name}.jsonld"}


def test_short_summaries_are_lengthened_for_search_engines(house: House) -> None:
    made = publish_bare(house, "目录", summary="短")
    assert len(describe(made, "某平台")) >= 50
    assert describe(made, "某平台").startswith("短")


def test_citation_names_body_title_date_and_address(house: House) -> None:
    made: FeedRecord = publish_bare(house, "低保统计")
    text = cite(made, "https://data.example/d", "zh", publisher="某平台", today=house.today())
    assert text == "黄石港区民政局. 低保统计[DS/OL]. 某平台, 2026-07-01[2026-07-10]. https://data.example/d."


def test_data_in_a_script_cannot_end_it() -> None:
    assert escape_for_script('{"a":"</script><!--&\u2028"}') == '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028"}'
    assert json.loads(escape_for_script('{"a":"</script>"}')) == {"a": "</script>"}


def test_a_view_is_counted_also_when_the_page_was_kept(client: FlaskClient, house: House) -> None:
    made = publish_bare(house, "目录")
    for _ in range(2):
        client.get(f"/dataset/{made.name}", headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/140"})
    spooled = "".join(path.read_text("utf-8") for path in (house.home / "usage").rglob("*") if path.is_file())
    assert spooled.count(made.id) + spooled.count(made.uuid.hex) == 2
