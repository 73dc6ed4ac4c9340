"""Real files of the kinds that offices deliver: what is refused, and facts beside those of the corpora."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import DomainError
from tests.datasets.ingesting import read_here, understand_once

TAIPEI, NBS = "tables/tw_taipei", "tables/cn_nbs"

REFUSED = [
    (f"{NBS}/zb_82表_目录树.zip", "zip_is_no_workbook"),
    ("tables/large/全国空气质量_202004_全部城市.csv.gz", "file_is_compressed"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("file", "code"), REFUSED)
def test_what_is_no_table_is_refused_with_a_reason(shared_data: Path, file: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(shared_data / file)
    assert caught.value.code == code


@pytest.mark.shared
def test_group_headings_of_the_college_list_are_no_records(shared_data: Path) -> None:
    reading = understand_once(shared_data / "tables/cn_moe/全国普通高等学校名单_20250620.xls")
    assert reading.title_lines == ["附件1：", "全国普通高等学校名单（截至2025年6月20日）"]
    assert reading.preview[0] == ["1", "北京大学", "4111010001", "教育部", "北京市", "本科", ""]
    [warning] = reading.warnings
    assert (warning["code"], warning["params"]["count"], warning["params"]["rows"][0]) == ("group_rows_left_out", 31, 4)


@pytest.mark.shared
def test_statistics_export_keeps_titles_and_footnotes_apart(shared_data: Path) -> None:
    reading = understand_once(shared_data / f"{NBS}/分省年度数据.csv")
    assert reading.title_lines == ["数据库：分省年度数据", "指标：地区生产总值(亿元)", "时间：最近20年"]
    assert reading.notes[-1] == "数据来源：国家统计局"
    assert reading.preview[0][:3] == ["北京市", "49670.2", "47353.7"]
    assert {column.type for column in reading.columns[1:]} == {"decimal"}


@pytest.mark.shared
def test_merged_header_is_joined(shared_data: Path) -> None:
    reading = understand_once(shared_data / "parsers/frictionless/multiline-headers.xlsx")
    assert [column.name for column in reading.columns] == [
        "Region",
        "Caloric contribution_(%)",
        "Cumulative impact of changes on cost of food basket_from previous quarter",
        "Cumulative impact of changes on cost of food basket_from baseline (%)",
    ]


@pytest.mark.shared
def test_text_destroyed_by_an_earlier_conversion_warns(shared_data: Path) -> None:
    reading = understand_once(shared_data / f"{TAIPEI}/low-carbon-sustainable-communities/source.csv")
    assert ("replacement_characters", 6276) in [(w["code"], w["params"].get("count")) for w in reading.warnings]


@pytest.mark.shared
def test_personal_data_of_passengers_blocks(shared_data: Path) -> None:
    reading = understand_once(shared_data / "pii_synthetic/乘客信息_300.csv")
    found = {(item.column, item.kind): (item.severity, item.count) for item in reading.findings}
    assert found[("身份证号", "id_card")] == ("block", 300)
    assert found[("手机号", "mobile")] == ("block", 300)
    assert found[("姓名", "name")] == ("warn", 300)
    assert not any("230708194906183748" in sample for item in reading.findings for sample in item.samples)
