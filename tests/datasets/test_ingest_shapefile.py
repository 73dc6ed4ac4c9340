"""Shapefiles and single tables in a zip. The shapes here are written by hand after ESRI's description."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from datasets.errors import DomainError
from datasets.ingest.reading import ReadOptions
from tests.datasets.ingesting import read_here, stored_rows

FIELDS = [(b"NAME", b"C", 20), (b"AREA", b"N", 8), (b"D", b"D", 8), (b"L", b"L", 1)]
CGCS2000 = 'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM[]]'


def make_dbf(rows: list[list[bytes]], fields: list[tuple[bytes, bytes, int]] = FIELDS, *, language: int = 0) -> bytes:
    head = b"".join(struct.pack("<11sc4xBB14x", name, kind, width, 0) for name, kind, width in fields) + b"\r"
    size = 1 + sum(width for _, _, width in fields)
    cells = [b" " + b"".join(cell.ljust(field[2]) for cell, field in zip(row, fields, strict=True)) for row in rows]
    return (
        struct.pack("<BBBBLHH17xBxx", 3, 126, 1, 1, len(rows), 32 + len(head), size, language) + head + b"".join(cells)
    )


def make_shp(kind: int, shapes: list[bytes]) -> bytes:
    body = b"".join(struct.pack(">2i", n, len(shape) // 2) + shape for n, shape in enumerate(shapes, 1))
    head = struct.pack(">i20xi", 9994, 50 + len(body) // 2) + struct.pack("<2i", 1000, kind)
    return head + struct.pack("<8d", 0, 0, 120, 40, 0, 0, 0, 0) + body


def point(x: float, y: float) -> bytes:
    return struct.pack("<i2d", 1, x, y)


def parts(kind: int, *rings: list[tuple[float, float]]) -> bytes:
    starts = [sum(map(len, rings[:index])) for index in range(len(rings))]
    flat = [number for ring in rings for place in ring for number in place]
    head = struct.pack("<i4d2i", kind, 0, 0, 9, 9, len(rings), len(flat) // 2)
    return head + struct.pack(f"<{len(starts)}i{len(flat)}d", *starts, *flat)


def pack(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


ROW = ["黄石港区", "1.50", "20260102", "T"]


@pytest.mark.parametrize(
    ("encoding", "note", "language"),
    [("gbk", None, 0), ("gbk", "936", 0), ("gbk", None, 0x4D), ("utf-8", None, 0), ("utf-8", "UTF-8", 0x4D)],
)
def test_points_are_columns_and_attributes_stay_as_written(
    tmp_path: Path, encoding: str, note: str | None, language: int
) -> None:
    dbf = make_dbf([[cell.encode(encoding) for cell in ROW], [b"B", b"********", b"", b"?"]], language=language)
    shp = make_shp(1, [point(115.065, 30.21), struct.pack("<i", 0)])
    members: dict[str, bytes | str] = {"图/点位.shp": shp, "图/点位.dbf": dbf, "图/点位.prj": CGCS2000}
    if note:
        members["图/点位.cpg"] = note
    reading = read_here(pack(tmp_path / "points.zip", members), store=tmp_path / "rows.duckdb")
    assert (reading.file_format, reading.sheet) == ("shp", "点位")
    assert [column.name for column in reading.columns] == ["NAME", "AREA", "D", "L", "经度", "纬度"]
    rows = stored_rows(tmp_path / "rows.duckdb", reading.columns)
    assert rows[0] == ["黄石港区", "1.50", "2026-01-02", "true", "115.065", "30.21"]
    assert rows[1] == ["B", None, None, None, None, None]
    system = {"system": "GCS_China_Geodetic_Coordinate_System_2000"}
    assert [warning["params"] for warning in reading.warnings if warning["code"] == "coordinates_in"] == [system]


def test_metres_are_not_called_longitude(tmp_path: Path) -> None:
    members = {"p.shp": make_shp(1, [point(500000.5, 3344000)]), "p.prj": 'PROJCS["CGCS2000_3_Degree_GK_CM_114E"]'}
    reading = read_here(pack(tmp_path / "plane.zip", members))
    assert ([column.name for column in reading.columns], reading.preview) == (["X", "Y"], [["500000.5", "3344000.0"]])


def test_hole_lies_in_its_ring(tmp_path: Path) -> None:
    outer = [(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (0.0, 0.0)]
    hole = [(1.0, 2.0), (2.0, 3.0), (1.0, 3.0), (1.0, 2.0)]
    far = [(20.0, 20.0), (20.0, 29.0), (29.0, 29.0), (20.0, 20.0)]
    lines = make_shp(3, [parts(3, [(1, 2), (3, 4.5)])])
    shapes = make_shp(5, [parts(5, outer, hole), parts(5, outer, far)])
    (tmp_path / "a").mkdir()
    read = read_here(pack(tmp_path / "a" / "area.zip", {"a.shp": shapes}), store=tmp_path / "rows.duckdb")
    rows = stored_rows(tmp_path / "rows.duckdb", read.columns)
    assert rows == [
        [
            '{"type":"Polygon","coordinates":[[[0.0,0.0],[9.0,9.0],[0.0,9.0],[0.0,0.0]],'
            "[[1.0,2.0],[1.0,3.0],[2.0,3.0],[1.0,2.0]]]}"
        ],
        [
            '{"type":"MultiPolygon","coordinates":[[[[0.0,0.0],[9.0,9.0],[0.0,9.0],[0.0,0.0]]],'
            "[[[20.0,20.0],[29.0,29.0],[20.0,29.0],[20.0,20.0]]]]}"
        ],
    ]
    line = read_here(pack(tmp_path / "line.zip", {"l.shp": lines}))
    assert line.preview == [['{"type":"LineString","coordinates":[[1.0,2.0],[3.0,4.5]]}']]


def test_islands_may_be_many_but_not_holes_in_many_islands(tmp_path: Path) -> None:
    island, hole = [(0.0, 0.0), (0.0, 9.0), (9.0, 0.0), (0.0, 0.0)], [(1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (1.0, 1.0)]
    assert read_here(pack(tmp_path / "a.zip", {"a.shp": make_shp(5, [parts(5, *[island] * 6_000)])})).row_count == 1
    with pytest.raises(DomainError) as caught:
        read_here(pack(tmp_path / "b.zip", {"b.shp": make_shp(5, [parts(5, *[island] * 2_501, *[hole] * 2_500)])}))
    assert (caught.value.code, caught.value.params) == ("shape_has_too_many_rings", {"count": 5_001})


def test_layers_are_sheets(tmp_path: Path) -> None:
    one, two = make_shp(1, [point(1, 2)]), make_shp(1, [point(3, 4), point(5, 6)])
    path = pack(
        tmp_path / "layers.zip", {"甲.shp": one, "乙.shp": two, "乙.dbf": make_dbf([[b"x", b"1", b"", b""]] * 2)}
    )
    assert [(sheet["name"], sheet["rows"]) for sheet in read_here(path).sheets] == [("甲", 0), ("乙", 2)]
    assert read_here(path, ReadOptions(sheet="乙")).row_count == 2
    with pytest.raises(DomainError, match="worksheet_not_found"):
        read_here(path, ReadOptions(sheet="丙"))


@pytest.mark.parametrize(
    "members",
    [
        {"a.shp": b"no shape"},
        {"a.shp": make_shp(1, [point(1, 2)])[:-3]},
        {"a.shp": make_shp(5, [struct.pack("<i4d2i", 5, 0, 0, 1, 1, 1_000_000, 1_000_000)])},
        {"a.shp": make_shp(1, [point(1, 2)]), "a.dbf": b"\x03"},
        {"a.shp": make_shp(1, [point(1, 2)]), "a.dbf": make_dbf([[b"x", b"1", b"", b""]])[:-9]},
    ],
)
def test_broken_shapefile_is_refused(tmp_path: Path, members: dict[str, bytes | str]) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(pack(tmp_path / "broken.zip", members))
    assert caught.value.code == "shapefile_is_broken"


def test_one_table_in_a_zip_is_read(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "one.zip", {"数据/表.csv": "编号,名称\n001,东站\n", "说明.pdf": "x", "__MACOSX/._表.csv": "y"}
    )
    reading = read_here(path)
    assert (reading.file_format, reading.preview) == ("zip", [["001", "东站"]])
    ignored = {"name": "数据/表.csv", "others": ["说明.pdf"]}
    assert [warning["params"] for warning in reading.warnings if warning["code"] == "zip_members_ignored"] == [ignored]


def test_zip_of_several_tables_names_them(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(pack(tmp_path / "two.zip", {"a.csv": "a\n1\n", "b.csv": "b\n2\n"}))
    assert (caught.value.code, caught.value.params) == ("zip_is_no_workbook", {"count": 2, "names": ["a.csv", "b.csv"]})


def test_zip_in_a_zip_is_refused(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"a.csv": "a\n1\n"}).read_bytes()
    with pytest.raises(DomainError) as caught:
        read_here(pack(tmp_path / "outer.zip", {"a.csv": inner}))
    assert caught.value.code == "zip_is_no_workbook"
