"""Real files of the kinds that offices deliver. The expected values were written down by looking at each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import DomainError
from tests.datasets.ingesting import read_here

TAIPEI, NBS, AREA, ODD = "tables/tw_taipei", "tables/cn_nbs", "tables/cn_area", "parsers"
TENDERS = "tables/tw_monthly_series/臺北捷運公司採購案件預定招標時程資訊_202401.csv"
TIMED = f"{TAIPEI}/timed-collection-points/●115年開放時間 (限時收受點csv) 1150223.csv"
TOILETS = f"{TAIPEI}/family-friendly-toilets/臺北市親子友善廁所點位資訊.csv"

READ = [  # file, encoding, header rows, rows, columns, first name, last name
    ("tables/cn_air/黄石.csv", "utf-8", [1], 658, 13, "Date", "SO2"),
    ("tables/cn_air/武汉.csv", "utf-8", [1], 1078, 13, "Date", "SO2"),
    ("tables/cn_air/2020041119.csv", "utf-8", [1], 357, 23, "未命名1", "SO2rank"),
    (f"{AREA}/黄石港区_街道社区_2023.csv", "utf-8", [1], 33, 6, "code", "areaCode"),
    (f"{AREA}/县级以上行政区划变更_1980-2024.csv", "utf-8-sig", [1], 6823, 9, "代码", "新代码"),
    (f"{AREA}/行政区划代码_2024_制表符无表头.txt", "utf-8", [], 3213, 2, "列1", "列2"),
    (f"{AREA}/区划中心点_GCJ02.csv", "utf-8", [1], 3511, 4, "adcode", "latitude"),
    (f"{AREA}/全国街道乡镇_2023.csv", "utf-8", [1], 41352, 5, "code", "cityCode"),
    ("tables/cn_moe/全国普通高等学校名单_20250620.xls", None, [3], 2919, 7, "序号", "备注"),
    ("tables/cn_moe/全国成人高等学校名单_20250620.xls", None, [3], 248, 5, "序号", "备注"),
    (f"{NBS}/分省年度数据.csv", "gb18030", [4], 31, 20, "地区", "2006年"),
    (f"{NBS}/分省年度数据 (1).csv", "gb18030", [4], 31, 21, "地区", "2006年"),
    (f"{NBS}/分省年度数据 (3).csv", "gb18030", [4], 31, 21, "地区", "2006年"),
    (f"{NBS}/分省年度数据 (5).csv", "gb18030", [4], 31, 21, "地区", "2006年"),
    (f"{NBS}/月度数据_带长注释.csv", "gb18030", [3], 50, 12, "时间", "进口总值当期值(千美元)"),
    (f"{NBS}/分省年度数据_新版导出_BOM.csv", "utf-8-sig", [3], 21, 10, "指标", "2016年"),
    (f"{NBS}/分省年度数据_新版导出_BOM_制表符.csv", "utf-8-sig", [3], 31, 16, "地区", "2011年"),
    (f"{NBS}/分省年度数据.xls", None, [4], 31, 6, "地区", "2015年"),
    (f"{NBS}/ExportData_指标行列.xls", None, [1, 2, 3, 4], 24, 27, "指标_地区_频度", None),
    ("tables/cn_wide/上海每日疫情统计_205列.csv", "utf-8", [1], 165, 205, "日期", None),
    (f"{TAIPEI}/crime/臺北市自行車竊盜點位資訊-UTF8-BOM.csv", "cp950", [1], 3856, 5, "編號", "發生地點"),
    (
        TOILETS,
        "cp950",
        [1],
        393,
        13,
        "行政區",
        "親子友善評鑑獲獎",
    ),
    (f"{TAIPEI}/lactation-rooms/台北哺乳室建置資料清單-1141231.csv", "cp950", [1], 526, 13, "行政區", "貼心小提醒"),
    (f"{TAIPEI}/recycling-analytics/source.csv", "cp950", [1], 702, 5, "年度", "回收量（噸）"),
    (f"{TAIPEI}/riverside-toilets/115年度河濱公廁點位(含景觀)0209.csv", "cp950", [1], 334, 10, "NO", "Lat_WD97"),
    (f"{TAIPEI}/designated-smoking-areas/臺北市指定吸菸區.csv", "utf-8-sig", [1], 202, 12, "行政區", "備註"),
    (
        TIMED,
        "cp950",
        [1],
        30,
        7,
        "行政區",
        "緯度",
    ),
    (
        TENDERS,
        "cp950",
        [1],
        40,
        5,
        "序號/編號",
        "統計期_民國年月",
    ),
    (f"{ODD}/messytables/characters.csv", "cp950", [1], 382, 18, "id", None),
    (f"{ODD}/messytables/utf-16le_encoded.csv", "utf-16-le", [1], 327, 19, "Organisation_code", None),
    (f"{ODD}/messytables/excel_pasting.csv", "utf-8", [4], 14, 9, "Year", "2007"),
    (f"{ODD}/messytables/weird_head_padding.csv", "utf-8", [12], 76, 10, "未命名1", "2010"),
    (f"{ODD}/csvsniffer/Sun2014-Rs.csv", "utf-8", [1, 2], 10, 4, "Sun2014-bp_X", "Sun2014-lg_Y"),
    (f"{ODD}/csvsniffer/file_record_delimiter_0xD.csv", "utf-8", [1], 83, 9, "DATE", "Comments"),
    (f"{ODD}/csvsniffer/Multiple commas in fields.csv", "utf-8", [1], 5, 2, "id", "value"),
    (f"{ODD}/frictionless/multiline-headers.xlsx", None, [1, 2, 3, 4, 5], 1, 4, "Region", None),
    (f"{ODD}/frictionless/skip-rows.xlsx", None, [2], 2, 2, "A", "B"),
]

REFUSED = [
    (f"{NBS}/zb_82表_目录树.zip", "zip_is_no_workbook"),
    ("tables/large/全国空气质量_202004_全部城市.csv.gz", "file_is_compressed"),
    (f"{ODD}/messytables/encrypted_no_password.xls", "workbook_is_encrypted"),
    (f"{ODD}/messytables/simple.unknown", "file_is_empty"),
    (f"{ODD}/frictionless/wide.csv", "too_many_columns"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("file", "encoding", "header", "rows", "columns", "first", "last"), READ)
def test_real_file_is_read_as_a_person_reads_it(
    shared_data: Path,
    file: str,
    encoding: str | None,
    header: list[int],
    rows: int,
    columns: int,
    first: str,
    last: str | None,
) -> None:
    reading = read_here(shared_data / file)
    found = (reading.encoding, reading.header_rows, reading.row_count, len(reading.columns), reading.columns[0].name)
    assert found == (encoding, header, rows, columns, first)
    assert reading.encoding_is_certain
    assert last is None or reading.columns[-1].name == last


@pytest.mark.shared
@pytest.mark.parametrize(("file", "code"), REFUSED)
def test_what_is_no_table_is_refused_with_a_reason(shared_data: Path, file: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(shared_data / file)
    assert caught.value.code == code


@pytest.mark.shared
def test_group_headings_of_the_college_list_are_no_records(shared_data: Path) -> None:
    reading = read_here(shared_data / "tables/cn_moe/全国普通高等学校名单_20250620.xls")
    assert reading.title_lines == ["附件1：", "全国普通高等学校名单（截至2025年6月20日）"]
    assert reading.preview[0] == ["1", "北京大学", "4111010001", "教育部", "北京市", "本科", ""]
    [warning] = reading.warnings
    assert (warning["code"], warning["params"]["count"], warning["params"]["rows"][0]) == ("group_rows_left_out", 31, 4)


@pytest.mark.shared
def test_statistics_export_keeps_titles_and_footnotes_apart(shared_data: Path) -> None:
    reading = read_here(shared_data / f"{NBS}/分省年度数据.csv")
    assert reading.title_lines == ["数据库：分省年度数据", "指标：地区生产总值(亿元)", "时间：最近20年"]
    assert reading.notes[-1] == "数据来源：国家统计局"
    assert reading.preview[0][:3] == ["北京市", "49670.2", "47353.7"]
    assert {column.type for column in reading.columns[1:]} == {"decimal"}


@pytest.mark.shared
def test_merged_header_is_joined(shared_data: Path) -> None:
    reading = read_here(shared_data / "parsers/frictionless/multiline-headers.xlsx")
    assert [column.name for column in reading.columns] == [
        "Region",
        "Caloric contribution_(%)",
        "Cumulative impact of changes on cost of food basket_from previous quarter",
        "Cumulative impact of changes on cost of food basket_from baseline (%)",
    ]


@pytest.mark.shared
def test_text_destroyed_by_an_earlier_conversion_warns(shared_data: Path) -> None:
    reading = read_here(shared_data / f"{TAIPEI}/low-carbon-sustainable-communities/source.csv")
    assert ("replacement_characters", 6276) in [(w["code"], w["params"].get("count")) for w in reading.warnings]


@pytest.mark.shared
def test_personal_data_of_passengers_blocks(shared_data: Path) -> None:
    reading = read_here(shared_data / "pii_synthetic/乘客信息_300.csv")
    found = {(item.column, item.kind): (item.severity, item.count) for item in reading.findings}
    assert found[("身份证号", "id_card")] == ("block", 300)
    assert found[("手机号", "mobile")] == ("block", 300)
    assert found[("姓名", "name")] == ("warn", 300)
    assert not any("230708194906183748" in sample for item in reading.findings for sample in item.samples)
