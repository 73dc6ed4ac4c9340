"""A table of layouts: totals, groups, printed pages, several tables, notes and signatures."""

from __future__ import annotations

import pytest

from datasets.ingest.raw_table import RawTable
from tests.datasets.ingesting import read_text
from tests.datasets.layouts import Layout, check_layout

INSIDE = {
    "total at the end": Layout(
        "街道,户数\n花湖,10\n红旗桥,20\n合 计,30\n",
        [1],
        ["街道", "户数"],
        3,
        ["花湖", "10"],
        warned={"total_row_in_data": [4]},
    ),
    "total at the beginning": Layout(
        "街道,户数\n全区合计,30\n花湖,10\n红旗桥,20\n",
        [1],
        ["街道", "户数"],
        3,
        ["全区合计", "30"],
        warned={"total_row_in_data": [2]},
    ),
    "subtotals inside, total below, note under it": Layout(
        "街道,社区,户数\n花湖,磁湖,1\n花湖,青山湖,2\n,小计,3\n红旗桥,锁前,4\n,小计（红旗桥）,4\n总计,,7\n注：年末数。,,\n",
        [1],
        ["街道", "社区", "户数"],
        6,
        ["花湖", "磁湖", "1"],
        notes=["注：年末数。"],
        warned={"total_row_in_data": [4, 6, 7]},
    ),
    "total in English": Layout(
        "Street,Households\nHuahu,10\nHongqi,20\nGrand Total,30\n",
        [1],
        ["Street", "Households"],
        3,
        ["Huahu", "10"],
        warned={"total_row_in_data": [4]},
    ),
    "total in traditional signs": Layout(
        "行政區,戶數\n中山區,10\n大安區,20\n總計,30\n",
        [1],
        ["行政區", "戶數"],
        3,
        ["中山區", "10"],
        warned={"total_row_in_data": [4]},
    ),
    "groups in the column of serial numbers": Layout(
        "序号,学校,代码\n北京市（2所）,,\n1,甲校,A\n2,乙校,B\n天津市（1所）,,\n3,丙校,C\n",
        [1],
        ["序号", "学校", "代码"],
        3,
        ["1", "甲校", "A"],
        warned={"group_rows_left_out": [2, 5]},
    ),
    "groups in a column of words stay": Layout(
        "指标,2024年,2025年\n一、农业,,\n粮食,1,2\n二、工业,,\n钢材,3,4\n水泥,5,6\n",
        [1],
        ["指标", "2024年", "2025年"],
        5,
        ["一、农业", "", ""],
        warned={"rows_hold_one_cell": [2, 4]},
    ),
    "header printed again on each page": Layout(
        "网点表,,\n序号,名称,地址\n1,甲,路1号\n2,乙,路2号\n网点表（续）,,\n序号,名称,地址\n3,丙,路3号\n续表,,\n序号,名称,地址\n4,丁,路4号\n",
        [2],
        ["序号", "名称", "地址"],
        4,
        ["1", "甲", "路1号"],
        ["网点表"],
        warned={"repeated_headers_left_out": [6, 8, 9], "group_rows_left_out": [5]},
    ),
    "two tables, the first as long": Layout(
        "表1 人口,,\n街道,男,女\n花湖,10,20\n红旗桥,30,40\n,,\n表2 面积,,\n街道,陆地,水面\n花湖,1,2\n红旗桥,3,4\n",
        [2],
        ["街道", "男", "女"],
        2,
        ["花湖", "10", "20"],
        ["表1 人口"],
        warned={"other_tables_left_out": [5]},
    ),
    "a short summary over the table": Layout(
        "项目,数量\n户数,10\n\n序号,姓名,人数\n1,甲,3\n2,乙,4\n3,丙,3\n",
        [4],
        ["序号", "姓名", "人数"],
        3,
        ["1", "甲", "3"],
        warned={"other_tables_left_out": [1]},
    ),
    "blank rows between records": Layout(
        "街道,户数,人数\n花湖,10,20\n\n红旗桥,30,40\n\n沈家营,5,6\n",
        [1],
        ["街道", "户数", "人数"],
        3,
        ["花湖", "10", "20"],
    ),
    "two tables of two columns": Layout(
        "街道,户数\n花湖,10\n红旗桥,20\n表二：面积,\n街道,面积\n花湖,1.5\n红旗桥,2.5\n",
        [1],
        ["街道", "户数"],
        2,
        ["花湖", "10"],
        warned={"other_tables_left_out": [4]},
    ),
    "two tables without titles": Layout(
        "街道,户数,人数\n花湖,10,30\n红旗桥,20,60\n,,\n类别,数量,金额\n低保,5,100\n特困,6,200\n",
        [1],
        ["街道", "户数", "人数"],
        2,
        ["花湖", "10", "30"],
        warned={"other_tables_left_out": [4]},
    ),
    "the same names again at the right": Layout(
        "序号,街道,户数,序号,街道,户数\n1,花湖,10,3,沈家营,30\n2,红旗桥,20,4,黄石港,40\n",
        [1],
        ["序号", "街道", "户数"],
        2,
        ["1", "花湖", "10"],
        warned={"table_beside_left_out": []},
    ),
    "another table behind a blank column": Layout(
        "街道,户数,,类别,人数\n花湖,10,,党员,5\n红旗桥,20,,群众,6\n沈家营,30,,,\n",
        [1],
        ["街道", "户数"],
        3,
        ["花湖", "10"],
        warned={"table_beside_left_out": []},
    ),
}

KEPT = {
    "records behind a blank row": Layout(
        "名称,街道,人数\n甲一,花湖,1\n乙一,花湖,1\n,,\n丙,花湖,约300\n丁,花湖,\n戊,花湖,5\n",
        [1],
        ["名称", "街道", "人数"],
        5,
        ["甲一", "花湖", "1"],
    ),
    "words for a missing number behind blank rows": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n,,\n,,\n沈家营,未报,缺测\n黄石港,5,6\n胜阳港,7,8\n",
        [1],
        ["街道", "男", "女"],
        5,
        ["花湖", "1", "2"],
    ),
    "a number of words behind a blank row, not said to be a header": Layout(
        "街道,人数\n花湖,10\n红旗桥,20\n\n沈家营,若干\n黄石港,5\n",
        [1],
        ["街道", "人数"],
        4,
        ["花湖", "10"],
        warned={"rows_may_be_headers": [5]},
    ),
    "a word in a column of numbers that do not count": Layout(
        "id,name,age\n1101,John,30\n1102,Julie,26\ni_should_be_a_number,,\n1103,Ann,27\n",
        [1],
        ["id", "name", "age"],
        4,
        ["1101", "John", "30"],
        warned={"rows_hold_one_cell": [4]},
    ),
    "a lone total in the column of serial numbers": Layout(
        "序号,街道,户数\n1,花湖,10\n2,红旗桥,20\n合计,,\n3,沈家营,5\n",
        [1],
        ["序号", "街道", "户数"],
        4,
        ["1", "花湖", "10"],
        warned={"rows_hold_one_cell": [4], "total_row_in_data": [4]},
    ),
    "a total without its number": Layout(
        "id,name\n1,a\n2,b\n,TOTAL\n", [1], ["id", "name"], 3, ["1", "a"], warned={"total_row_in_data": [4]}
    ),
    "the header again with a name missing": Layout(
        "街道,男,女,备注\n花湖,1,2,无\n街道,男,女\n红旗桥,3,4\n",
        [1],
        ["街道", "男", "女", "备注"],
        2,
        ["花湖", "1", "2", "无"],
        warned={"repeated_headers_left_out": [3]},
    ),
    "another title over the same header": Layout(
        "一月\n街道,户数\n花湖,10\n红旗桥,20\n,\n二月\n,\n街道,户数\n花湖,11\n",
        [2],
        ["街道", "户数"],
        3,
        ["花湖", "10"],
        ["一月"],
        warned={"group_rows_left_out": [6], "repeated_headers_left_out": [8]},
    ),
    "a header without records over another one": Layout(
        "单位,费用\n\n单位名,费用名\n甲局,10\n乙局,20\n丙局,30\n",
        [3],
        ["单位名", "费用名"],
        3,
        ["甲局", "10"],
        warned={"other_tables_left_out": [1]},
    ),
    "two files joined with their BOM": Layout(
        "街道,户数\n花湖,10\n\ufeff街道,户数\n红旗桥,20\n",
        [1],
        ["街道", "户数"],
        2,
        ["花湖", "10"],
        warned={"repeated_headers_left_out": [3]},
    ),
    "a record of one cell above the header printed again": Layout(
        "街道,户数\n花湖,10\n红旗桥,\n街道,户数\n沈家营,5\n",
        [1],
        ["街道", "户数"],
        3,
        ["花湖", "10"],
        warned={"repeated_headers_left_out": [4]},
    ),
    "the last record behind a blank row": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n,,\n沈家营,,\n",
        [1],
        ["街道", "男", "女"],
        3,
        ["花湖", "1", "2"],
        warned={"rows_hold_one_cell": [5]},
    ),
    "a last record whose name begins like a note": Layout(
        "科室,男,女\n办公室,1,2\n注册科,,\n",
        [1],
        ["科室", "男", "女"],
        2,
        ["办公室", "1", "2"],
        warned={"rows_hold_one_cell": [3]},
    ),
    "lines without names over a longer table": Layout(
        "调查说明\n表一,各街道情况,摘自年报,*为估计,补充,其他\n表二,各社区情况,摘自月报,,,\n,,,,,\n"
        "来源,字段,格式,,,\n表一,户数,整数,,,\n表一,人数,整数,,,\n表二,户数,整数,,,\n表二,面积,小数,,,\n表二,单位,文字,,,\n",
        [5],
        ["来源", "字段", "格式"],
        5,
        ["表一", "户数", "整数"],
        warned={"other_tables_left_out": [1]},
    ),
}

ENDS = {
    "footnotes below a drawn line": Layout(
        "街道,男,女,户数\n花湖,1,2,3\n红旗桥,3,4,5\n,,,\n**************,,,\n脚注,,,\n1.,户数为年末数,,\n甲：,街道上报,,\n",
        [1],
        ["街道", "男", "女", "户数"],
        2,
        ["花湖", "1", "2", "3"],
        notes=["**************", "脚注", "1. 户数为年末数", "甲： 街道上报"],
    ),
    "source and numbered notes": Layout(
        "地区,2025年\n湖北,1\n湖南,2\n注：1.快报数。\n　　2.不含港澳台。\n数据来源：统计局\n",
        [1],
        ["地区", "2025年"],
        2,
        ["湖北", "1"],
        notes=["注：1.快报数。", "2.不含港澳台。", "数据来源：统计局"],
    ),
    "signatures in one line": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n单位负责人：甲,填表人：乙,2026年1月5日\n",
        [1],
        ["街道", "男", "女"],
        2,
        ["花湖", "1", "2"],
        notes=["单位负责人：甲 填表人：乙 2026年1月5日"],
    ),
    "office and day at the lower right": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n,,黄石港区统计局\n,,2026年1月5日\n",
        [1],
        ["街道", "男", "女"],
        2,
        ["花湖", "1", "2"],
        notes=["黄石港区统计局", "2026年1月5日"],
    ),
    "remark after a blank row": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n,,\n以上为年末数,,\n",
        [1],
        ["街道", "男", "女"],
        2,
        ["花湖", "1", "2"],
        notes=["以上为年末数"],
    ),
    "note in two cells": Layout(
        "街道,男,女,户数\n花湖,1,2,3\n红旗桥,3,4,5\n备注：,年末数,,\n",
        [1],
        ["街道", "男", "女", "户数"],
        2,
        ["花湖", "1", "2", "3"],
        notes=["备注： 年末数"],
    ),
    "years without values": Layout(
        "年份,产值,税收\n1978年,,\n1979年,1,2\n1980年,3,4\n1981年,5,6\n",
        [1],
        ["年份", "产值", "税收"],
        4,
        ["1978年", "", ""],
    ),
    "title lines below the table": Layout(
        "指标,2023年,2024年\n产值,1,2\n税收,3,4\n数据来源：国家统计局,,\n数据库：年度数据,,\n时间：最近2年,,\n",
        [1],
        ["指标", "2023年", "2024年"],
        2,
        ["产值", "1", "2"],
        notes=["数据来源：国家统计局", "数据库：年度数据", "时间：最近2年"],
    ),
    "last record with one cell": Layout(
        "街道,男,女\n花湖,1,2\n红旗桥,3,4\n沈家营,,\n",
        [1],
        ["街道", "男", "女"],
        3,
        ["花湖", "1", "2"],
        warned={"rows_hold_one_cell": [4]},
    ),
}

ALL = {**INSIDE, **KEPT, **ENDS}


@pytest.mark.parametrize("name", ALL)
def test_layout_is_read_as_a_person_reads_it(name: str) -> None:
    check_layout(read_text(ALL[name].text), ALL[name])


def test_a_thousand_headings_of_groups_are_not_fetched_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each query costs milliseconds, in wide tables a second: headings once took minutes."""
    fetched: list[int] = []
    rows = RawTable.rows
    monkeypatch.setattr(
        RawTable, "rows", lambda table, start, count: fetched.append(start) or rows(table, start, count)
    )
    reading = read_text("序号,学校,代码\n" + "".join(f"第{n}类（1所）,,\n{n},甲校,A{n}\n" for n in range(1, 1001)))
    assert (reading.row_count, reading.preview[1]) == (1000, ["2", "甲校", "A2"])
    assert len(fetched) < 200
