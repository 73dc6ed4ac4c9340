"""Masking: what each method leaves, masked columns searched again, the same rows from the recipe, nothing left."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from datasets.errors import Invalid
from datasets.ingest.masking import METHODS, WITHHELD, list_methods, preview_masking
from datasets.ingest.masking.methods import LETTERS, mask_cell
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, read_text, stored_rows

ID_CARD, MOBILE = "11010519491231002X", "13812345678"
TABLE = (
    f"街道,姓名,身份证号,手机,人数\n花湖,张三,{ID_CARD},138 1234 5678,37\n红旗桥,欧阳锋,{ID_CARD},{MOBILE},1234\n"
    "花湖,李四,无,13987654321,8\n"
)

CELLS = [
    ("mask", "id_card", ID_CARD, "110105************"),
    ("mask", "mobile", "138 1234 5678", "138****5678"),
    ("mask", "mobile", "+86-13812345678", "+86-138****5678"),
    ("mask", "mobile", "联系人 13812345678/13987654321。", "联系人 138****5678/139****4321。"),
    ("mask", "mobile", f"{ID_CARD} 13812345678", "110105************ 138****5678"),
    ("mask", "bank_card", "6222021234567890128", "6222***********0128"),
    ("mask", "name", "欧阳锋", "欧**"),
    ("mask", "email", "zhang.san@hsg.gov.cn", "z***@hsg.gov.cn"),
    ("mask", "address", "湖北省黄石市黄石港区湖滨大道1号花园小区2栋", "湖北省黄石市黄石港区****"),
    ("mask", "id_card", "无", "无"),
    ("mask", "id_card", "110105194912310", "110*********310"),
    ("mask", "id_card", "1101051949123", "110*******123"),
    ("generalise", "id_card", ID_CARD, "110105 1949年"),
    ("generalise", "id_card_15", "110105491231002", "110105 1949年"),
    ("generalise", "mobile", MOBILE, "138"),
    ("generalise", "bank_card", "6222021234567890128", "622202"),
    ("generalise", "name", "张三", "张某"),
    ("generalise", "email", "zhang.san@hsg.gov.cn", "@hsg.gov.cn"),
    ("generalise", "address", "黄石港区湖滨大道 1 号", "黄石港区"),
    ("generalise", "", "2024-05-06", "2024"),
    ("generalise", "", "2024年5月6日", "2024"),
    ("generalise", "", "20240506", "2024"),
    ("generalise", "", "37", "30~39"),
    ("generalise", "", "1234.5", "1000~1999"),
    ("generalise", "", "-37", "-39~-30"),
]


def _masked(**masking: str) -> ReadOptions:
    return ReadOptions(masking=masking)


@pytest.mark.parametrize(("method", "kind", "cell", "expected"), CELLS)
def test_method_leaves_what_its_table_says(method: str, kind: str, cell: str, expected: str) -> None:
    assert mask_cell(cell, kind, method, "salt") == expected


def test_replacement_is_one_per_person_and_salt() -> None:
    code = mask_cell(MOBILE, "mobile", "replace", "salt")
    assert mask_cell("138-1234-5678", "mobile", "replace", "salt") == code
    assert mask_cell("13812345679", "mobile", "replace", "salt") != code
    assert mask_cell(MOBILE, "mobile", "replace", "other") != code
    assert len(code) == 11 and set(code) <= set(LETTERS)


def test_preview_hides_what_it_shows() -> None:
    assert preview_masking([MOBILE], "mobile", "mask") == [("13*******78", "138****5678")]
    assert preview_masking([MOBILE], "mobile", "remove") == [("13*******78", "")]
    assert set(list_methods("mobile")) == set(list_methods("")) == set(METHODS)


def test_masked_columns_are_stored_masked_everywhere(tmp_path: Path) -> None:
    store = tmp_path / "rows.duckdb"
    options = _masked(身份证号="mask", 手机="generalise", 姓名="replace", 人数="generalise")
    reading = read_text(TABLE, options, store=store)
    rows = stored_rows(store, reading.columns)
    assert [[row[0], *row[2:]] for row in rows] == [
        ["花湖", "110105************", "138", "30~39"],
        ["红旗桥", "110105************", "138", "1000~1999"],
        ["花湖", "无", "139", "0~9"],
    ]
    assert len({row[1] for row in rows}) == 3
    assert reading.blocking == [] and {column.type for column in reading.columns} == {"text"}
    kept = str({**reading.as_dict(), "recipe": ""}) + store.read_bytes().decode("latin-1")
    assert not [secret for secret in (ID_CARD, MOBILE, "13987654321", "欧阳锋") if secret in kept]


def test_removed_column_is_nowhere(tmp_path: Path) -> None:
    store = tmp_path / "rows.duckdb"
    reading = read_text(TABLE, _masked(身份证号="remove", 手机="remove"), store=store)
    assert [column.name for column in reading.columns] == ["街道", "姓名", "人数"]
    assert reading.preview[0] == ["花湖", "张三", "37"]
    with duckdb.connect(str(store), read_only=True) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = 'data'"
            ).fetchall()
        ]
    assert names == ["_row", "c0", "c1", "c2"]
    assert reading.blocking == []


def test_recipe_gives_the_same_rows_and_codes(tmp_path: Path) -> None:
    path, first, again = tmp_path / "a.csv", tmp_path / "1.duckdb", tmp_path / "2.duckdb"
    path.write_text("姓名,姓名,手机\n张三,甲,13812345678\n,,13912345678\n李四,乙,13712345678\n", encoding="utf-8")
    options = _masked(姓名="remove", 姓名_2="replace", 手机="remove")
    reading = read_here(path, options, store=first)
    rebuilt = read_here(
        path, store=again, recipe=Reading.from_dict(reading.as_dict()).recipe, options=reading.recipe.options()
    )
    assert [column.name for column in rebuilt.columns] == ["姓名_2"]
    assert stored_rows(first, reading.columns) == stored_rows(again, rebuilt.columns)
    assert (reading.row_count, rebuilt.content_sha256) == (2, reading.content_sha256)
    assert read_here(path, options).content_sha256 != reading.content_sha256


def test_what_stands_around_the_table_is_withheld_with_the_file() -> None:
    text = "街道,户数\n花湖,10\n红旗桥,20\n联系人：张三 13812345678\n"
    assert [finding.severity for finding in read_text(text).findings] == ["block"]
    withheld = read_text(text, ReadOptions(withholds_original=True))
    assert ([finding.severity for finding in withheld.findings], withheld.blocking) == ([WITHHELD], [])
    assert withheld.recipe.withholds_original


def test_other_columns_still_block() -> None:
    reading = read_text(TABLE, _masked(手机="mask"))
    assert [(finding.column, finding.kind) for finding in reading.blocking] == [("身份证号", "id_card")]


@pytest.mark.parametrize(
    ("masking", "code"),
    [
        ({"没有": "mask"}, "masked_column_not_found"),
        ({"手机": "burn"}, "masking_method_unknown"),
        (dict.fromkeys(("街道", "姓名", "身份证号", "手机", "人数"), "remove"), "all_columns_removed"),
    ],
)
def test_masking_that_cannot_be_is_refused(masking: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_text(TABLE, ReadOptions(masking=masking))
    assert refusal.value.code == code
