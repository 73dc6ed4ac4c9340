"""Exports of 国家统计局: by province and month, CSV and XLS, old and new form, and the tree of yearly tables."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from datasets.ingest.raw_table import RawTable, clean_row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.table_search import find_table
from tests.datasets.corpus import Table, check_table

NBS = "tables/cn_nbs"
TITLE = "数据库：分省年度数据"

FILES = [
    Table(
        f"{NBS}/分省年度数据.csv",
        "gb18030",
        [4],
        (5, 35),
        31,
        20,
        ("地区", "2006年"),
        [(1, "2024年", "49670.2"), (31, "地区", "新疆维吾尔自治区"), (31, "2006年", "2984.5")],
        [TITLE, "指标：地区生产总值(亿元)", "时间：最近20年"],
        2,
    ),
    Table(
        f"{NBS}/分省年度数据 (1).csv",
        "gb18030",
        [4],
        (5, 35),
        31,
        21,
        ("地区", "2006年"),
        [(1, "2025年", ""), (1, "2015年", "335775"), (31, "2020年", "")],
        [TITLE, "指标：人口数(人口抽样调查)(人)", "时间：最近20年"],
        3,
    ),
    Table(
        f"{NBS}/分省年度数据 (3).csv",
        "gb18030",
        [4],
        (5, 35),
        31,
        21,
        ("地区", "2006年"),
        [(1, "2024年", "763.6"), (2, "2024年", "226.0"), (1, "2006年", "")],
        [TITLE, "指标：城镇单位就业人员(万人)", "时间：最近20年"],
        4,
    ),
    Table(
        f"{NBS}/分省年度数据 (5).csv",
        "gb18030",
        [4],
        (5, 35),
        31,
        21,
        ("地区", "2006年"),
        [(1, "2024年", "-4.7"), (1, "2017年", ""), (31, "2018年", "-20.7")],
        [TITLE, "指标：固定资产投资(不含农户)实际到位资金_比上年增长(%)", "时间：最近20年"],
        1,
    ),
    Table(
        f"{NBS}/月度数据_带长注释.csv",
        "gb18030",
        [3],
        (4, 53),
        50,
        12,
        ("时间", "进口总值当期值(千美元)"),
        [(1, "时间", "2020年2月"), (1, "进口总值当期值(千美元)", ""), (3, "出口总值当期值(千美元)", "238267589")],
        ["数据库：月度数据", "时间：2016-"],
        3,
    ),
    Table(
        f"{NBS}/分省年度数据_新版导出_BOM.csv",
        "utf-8-sig",
        [3],
        (4, 24),
        21,
        10,
        ("指标", "2016年"),
        [(1, "指标", "地方财政一般公共预算支出 (亿元)"), (2, "2024年", ""), (21, "2016年", "212.72")],
        [TITLE, "时间："],
        2,
        ["tabs_removed"],
    ),
    Table(
        f"{NBS}/分省年度数据_新版导出_BOM_制表符.csv",
        "utf-8-sig",
        [3],
        (4, 34),
        31,
        16,
        ("地区", "2011年"),
        [(1, "2025年", ""), (1, "2024年", "119635"), (31, "2011年", "302")],
        [TITLE, "时间：2011年-2025年"],
        1,
        ["tabs_removed"],
    ),
    Table(
        f"{NBS}/分省年度数据.xls",
        None,
        [4],
        (5, 35),
        31,
        6,
        ("地区", "2015年"),
        [(1, "2019年", "35371.28"), (2, "2018年", "13362.92"), (31, "2015年", "9324.8")],
        [TITLE, "指标：地区生产总值(亿元)", "时间：最近5年"],
        3,
    ),
    Table(
        f"{NBS}/ExportData_指标行列.xls",
        None,
        [1, 2, 3, 4],
        (5, 28),
        24,
        27,
        ("指标_地区_频度", "规模以上工业企业营业收入_累计_全国_月"),
        [(1, "指标_地区_频度", "2018-05"), (2, "GDP_累计_全国_季", "425997.9"), (24, "GDP_累计_全国_季", "")],
        warned=["other_sheets"],
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize("table", FILES, ids=lambda table: table.file)
def test_export_is_read_as_a_person_reads_it(shared_data: Path, table: Table) -> None:
    check_table(shared_data / table.file, table)


@pytest.mark.shared
def test_row_of_units_belongs_to_the_columns(shared_data: Path) -> None:
    reading = check_table(shared_data / FILES[-1].file, FILES[-1])
    units = {column.name: column.unit for column in reading.columns}
    assert (units["指标_地区_频度"], units["GDP_累计_全国_季"]) == (None, "亿元")
    assert units["居民人均可支配收入_累计_全国_月"] == "元/人"
    assert units["第二产业增加值实际增长指数(上年同期＝100)_当期_全国_季"] is None


@pytest.mark.shared
def test_every_yearly_table_of_the_tree_is_found(shared_data: Path, tmp_path: Path) -> None:
    """All have a blank corner, names beside it, the years 1978 to 2014 below; some rows hold only the year."""
    with zipfile.ZipFile(shared_data / NBS / "zb_82表_目录树.zip") as archive:
        members = [name for name in archive.namelist() if name.endswith(".csv")]
        assert len(members) == 82
        for member in members:
            names, *years = csv.reader(archive.read(member).decode().splitlines())
            assert (years[0][0], years[-1][0], len(years)) == ("1978年", "2014年", 37)
            table = RawTable(tmp_path)
            table.append(map(clean_row, [names, *years]))
            layout = find_table(table, [], ReadOptions())
            table.close()
            assert (layout.header_rows, layout.first_row, layout.last_row) == ([0], 1, 37), member
            assert (layout.left_out, layout.total_rows, layout.lone_rows, layout.columns) == ([], [], [], None), member


@pytest.mark.shared
def test_yearly_table_of_two_columns_is_read(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "retail.csv"
    with zipfile.ZipFile(shared_data / NBS / "zb_82表_目录树.zip") as archive:
        [member] = [name for name in archive.namelist() if name.endswith("社会消费品零售总额.csv")]
        path.write_bytes(archive.read(member))
    names, warned = ("未命名1", "社会消费品零售总额"), ["header_blank"]
    cells = [(1, "未命名1", "1978年"), (1, names[1], "1558.6"), (37, names[1], "271896.14333")]
    check_table(path, Table("", "utf-8", [1], (2, 38), 37, 2, names, cells, warned=warned))
