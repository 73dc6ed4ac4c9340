"""Tables of China's cities: air, areas, schools, epidemic figures, made-up passengers."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from tests.datasets.corpus import Table, check_table

AIR, AREA, MOE = "tables/cn_air", "tables/cn_area", "tables/cn_moe"

AIR_FILES = [
    Table(
        f"{AIR}/黄石.csv",
        "utf-8",
        [1],
        (2, 659),
        658,
        13,
        ("Date", "SO2"),
        [(1, "WatchPoint", "沈家营"), (1, "Hour", "08"), (3, "AQI", "NaN"), (658, "SO2", "15")],
    ),
    Table(
        f"{AIR}/武汉.csv",
        "utf-8",
        [1],
        (2, 1079),
        1078,
        13,
        ("Date", "SO2"),
        [(1, "CO", "0.7"), (5, "PM10", "NaN"), (1078, "WatchPoint", "民族大道182号")],
    ),
    Table(
        f"{AIR}/2020041119.csv",
        "utf-8",
        [1],
        (2, 358),
        357,
        23,
        ("未命名1", "SO2rank"),
        [(1, "未命名1", "251"), (1, "_id", "5e91b48f690d8b21f92947e8"), (357, "SO2rank", "0.8683473389355743")],
        warned=["header_blank"],
    ),
]

AREA_FILES = [
    Table(
        f"{AREA}/黄石港区_街道社区_2023.csv",
        "utf-8",
        [1],
        (2, 34),
        33,
        6,
        ("code", "areaCode"),
        [(1, "code", "420202005001"), (33, "name", "江北虚拟社区"), (33, "provinceCode", "42")],
    ),
    Table(
        f"{AREA}/县级以上行政区划变更_1980-2024.csv",
        "utf-8-sig",
        [1],
        (2, 6824),
        6823,
        9,
        ("代码", "新代码"),
        [(1, "二级行政区", ""), (4, "新代码", "110101"), (6823, "名称", "澳门特别行政区")],
    ),
    Table(
        f"{AREA}/行政区划代码_2024_制表符无表头.txt",
        "utf-8",
        [],
        (1, 3213),
        3213,
        2,
        ("列1", "列2"),
        [(1, "列1", "110000"), (1, "列2", "北京市"), (3213, "列2", "澳门特别行政区")],
        warned=["no_header"],
    ),
    Table(
        f"{AREA}/区划中心点_GCJ02.csv",
        "utf-8",
        [1],
        (2, 3512),
        3511,
        4,
        ("adcode", "latitude"),
        [(1, "adcode", "500233000000"), (3508, "longitude", ""), (3511, "latitude", "34.825638")],
    ),
    Table(
        f"{AREA}/全国街道乡镇_2023.csv",
        "utf-8",
        [1],
        (2, 41353),
        41352,
        5,
        ("code", "cityCode"),
        [(1, "name", "东华门街道"), (41352, "code", "659012505"), (41352, "cityCode", "6590")],
    ),
]

MOE_FILES = [
    Table(
        f"{MOE}/全国普通高等学校名单_20250620.xls",
        None,
        [3],
        (4, 2953),
        2919,
        7,
        ("序号", "备注"),
        [(1, "学校标识码", "4111010001"), (2919, "序号", "2919"), (2919, "所在地", "昌吉回族自治州")],
        ["附件1：", "全国普通高等学校名单（截至2025年6月20日）"],
        warned=["group_rows_left_out"],
    ),
    Table(
        f"{MOE}/全国成人高等学校名单_20250620.xls",
        None,
        [3],
        (4, 281),
        248,
        5,
        ("序号", "备注"),
        [
            (1, "学校名称", "北京市海淀区职工大学"),
            (246, "主管部门", "新疆生产建设兵团"),
            (248, "学校标识码", "4265051717"),
        ],
        ["附件2：", "全国成人高等学校名单（截至2025年6月20日）"],
        warned=["group_rows_left_out"],
    ),
]

OTHERS = [
    Table(
        "tables/cn_wide/上海每日疫情统计_205列.csv",
        "utf-8",
        [1],
        (2, 166),
        165,
        205,
        ("日期", "来源"),
        [(1, "日期", "2022-05-11"), (1, "阳性感染者", "1450"), (165, "日期", "2021-11-28")],
    ),
    Table(
        "pii_synthetic/乘客信息_300.csv",
        "utf-8-sig",
        [1],
        (2, 301),
        300,
        5,
        ("姓名", "地区"),
        [(3, "身份证号", "62040119750627219X"), (300, "地区", "Chinese Taiwan")],
    ),
]

ALL = [*AIR_FILES, *AREA_FILES, *MOE_FILES, *OTHERS]


@pytest.mark.shared
@pytest.mark.parametrize("table", ALL, ids=lambda table: table.file)
def test_table_is_read_as_a_person_reads_it(shared_data: Path, table: Table) -> None:
    check_table(shared_data / table.file, table)


@pytest.mark.shared
def test_large_table_with_line_breaks_in_cells_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "air.csv"
    with (
        gzip.open(shared_data / "tables/large/全国空气质量_202004_全部城市.csv.gz") as packed,
        path.open("wb") as plain,
    ):
        shutil.copyfileobj(packed, plain)
    cells = [(1, "City", "七台河"), (1, "Hour", "08"), (177285, "WatchPoint", "龙岩学院"), (177285, "PM2.5", "21")]
    check_table(path, Table("", "utf-8", [1], (2, 177286), 177285, 14, ("City", "SO2"), cells))
