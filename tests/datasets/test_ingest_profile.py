"""Profiles of columns: every figure here can be counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.columns import Column
from datasets.ingest.column_profile import DETAILED, counting, profile_columns
from datasets.ingest.column_profile.figures import bin_width
from tests.datasets.ingesting import read_text


def facts_of(header: str, cells: list[str]) -> dict[str, Any]:
    """The facts about a second column with these cells."""
    reading = read_text(f"名称,{header}\n" + "".join(f'花湖街道,"{cell}"\n' for cell in cells))
    return dict(reading.profile["columns"][1])


def test_numbers_have_mean_spread_quantiles_and_a_histogram() -> None:
    facts = facts_of("人数", [str(number) for number in range(1, 42)])
    assert (facts["count"], facts["blank_count"], facts["distinct"], facts["is_estimate"]) == (41, 0, 41, False)
    assert (facts["least"], facts["greatest"], facts["mean"]) == (1, 41, 21.0)
    assert facts["std"] == pytest.approx(140**0.5)  # (41² - 1) / 12
    assert facts["quantiles"] == {"5": 3.0, "25": 11.0, "50": 21.0, "75": 31.0, "95": 39.0}
    assert facts["histogram"]["bounds"] == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40, 43]
    assert facts["histogram"]["counts"] == [3] * 13 + [2]
    assert not facts.keys() & {"top", "length", "patterns", "sample"}


def test_blank_cells_count_for_nothing_but_themselves() -> None:
    facts = facts_of("人数", ["10", "", "10", "40"])
    assert (facts["count"], facts["blank_count"], facts["distinct"], facts["mean"]) == (3, 1, 2, 20.0)
    assert facts["top"] == [["10", 2], ["40", 1]]
    assert sum(facts["histogram"]["counts"]) == 3


def test_column_of_blanks_only_has_counts_only() -> None:
    facts = facts_of("备注", ["", ""])
    assert facts == {
        "count": 0, "blank_count": 2, "distinct": 0, "is_estimate": False, "least": None, "greatest": None,
    }  # fmt: skip


def test_days_have_quantiles_that_occur_and_bins_of_whole_days() -> None:
    facts = facts_of("日期", [f"2026-01-{day:02}" for day in range(1, 32)])
    assert facts["quantiles"] == {
        "5": "2026-01-02", "25": "2026-01-08", "50": "2026-01-16", "75": "2026-01-24", "95": "2026-01-30",
    }  # fmt: skip
    assert facts["histogram"]["counts"] == [2] * 15 + [1]
    assert facts["histogram"]["bounds"][:2] == ["2026-01-01", "2026-01-03"]
    assert "mean" not in facts


def test_text_with_a_shadow_has_the_figures_of_the_shadow() -> None:
    facts = facts_of("占比", ["10%", "30%", "暂缺"])
    assert (facts["least"], facts["greatest"], facts["mean"], facts["count"]) == (10.0, 30.0, 20.0, 3)
    assert facts["length"] == [2, 2.67, 3]
    assert facts["histogram"] == {"bounds": [float(bound) for bound in range(10, 31)], "counts": [1, *[0] * 18, 1]}


def test_codes_are_not_counted_with() -> None:
    facts = facts_of("单号", ["2", "10", "10"])
    assert (facts["least"], facts["greatest"]) == (2, 10)
    assert not facts.keys() & {"mean", "std", "quantiles", "histogram"}
    assert facts["patterns"] == [["99", 0.6667], ["9", 0.3333]]


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [("2026年1月", "9999汉9汉"), ("鄂B-1a", "汉A-9a"), ("ＡＢ", "ＡＢ"), ("x" * 50, "a" * 40), ("㐀𠀀", "汉汉")],
)
def test_pattern_shows_the_class_of_each_sign(cell: str, pattern: str) -> None:
    assert facts_of("说明", [cell, cell])["patterns"] == [[pattern, 1.0]]


def test_common_values_are_the_commonest_twelve_ties_in_order() -> None:
    facts = facts_of("街道", [f"街{letter}" for letter in "abcdefghijklmn"] + ["街n"])
    assert facts["top"] == [["街n", 2], *[[f"街{letter}", 1] for letter in "abcdefghijk"]]
    assert facts["distinct"] == 14


@pytest.mark.parametrize(
    ("kind", "least", "greatest", "expected"),
    [
        ("integer", 1, 20, (1, 20)),
        ("integer", 1, 21, (2, 11)),
        ("integer", 5, 5, (1, 1)),
        ("date", 0, 86_400 * 40, (86_400 * 3, 14)),
        ("decimal", 0.0, 10.0, (0.5, 20)),
        ("decimal", 2.5, 2.5, (1.0, 1)),
    ],
)
def test_bins_are_equal_and_cut_no_whole_number(
    kind: str, least: float, greatest: float, expected: tuple[float, int]
) -> None:
    assert bin_width(kind, least, greatest) == expected


def test_long_table_says_what_is_an_estimate_or_a_sample(tmp_path: Path) -> None:
    columns = [Column(0, "n", "数", "integer"), Column(1, "t", "文"), Column(2, "k", "类")]
    with duckdb.connect(str(tmp_path / "rows.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE data AS SELECT i AS _row, i AS c0, '第' || i || '号' AS c1, 'K' || i % 10 AS c2"
            " FROM range(1, 300001) t(i)"
        )
        number, text, kind = profile_columns(connection, "data", columns)
        again = profile_columns(connection, "data", columns)
    assert again == [number, text, kind]
    assert (number["count"], number["mean"], number["is_estimate"]) == (300_000, 150_000.5, True)
    assert number["distinct"] == pytest.approx(300_000, rel=0.05)
    assert number["sample"] == pytest.approx(100_000, rel=0.02)
    assert number["quantiles"]["50"] == pytest.approx(150_000, rel=0.01)
    assert number["histogram"]["counts"] == [15_000] * 20
    assert (kind["distinct"], kind["is_estimate"], kind["top"][0]) == (10, False, ["K0", 30_000])
    assert text["patterns"][0][0] == "汉999999汉"


def test_profile_of_the_widest_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [Column(index, f"k{index}", f"列{index}", "integer") for index in range(300)]
    with duckdb.connect() as connection:
        cells = ", ".join(f"i * {index} AS c{index}" for index in range(300))
        connection.execute(f"CREATE TABLE data AS SELECT i AS _row, {cells} FROM range(1, 51) t(i)")
        facts = profile_columns(connection, "data", columns)
        monkeypatch.setattr(counting, "DETAILED_CELLS", 100)
        few = profile_columns(connection, "data", columns)
    assert ["histogram" in fact for fact in facts] == [True] * DETAILED + [False] * (300 - DETAILED)
    assert ["histogram" in fact for fact in few] == [True] * 2 + [False] * 298
    assert all(fact["count"] == 50 for fact in facts)
    assert len(json.dumps(facts)) < 1000 * DETAILED + 150 * 300
