"""What changed between two versions: each count can be checked by eye, a plain comparison checks random ones."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.differences import Difference, Table, compare, difference_columns, read_difference
from datasets.errors import Invalid
from datasets.query.engine import run
from datasets.query.parse import parse
from tests.datasets.conftest import MakeStore, text_columns

SITES = [["A01", "一中", "12"], ["A02", "二中", "9"], ["A03", "三中", "7"]]
NAMES = ("编号", "名称", "班级数")


def _table(make_store: MakeStore, rows: Sequence[Sequence[Any]], columns: Sequence[Column] | None = None) -> Table:
    chosen = list(columns or text_columns(*NAMES))
    return Table(make_store(chosen, rows), chosen)


def _listed(store: Path, old: Table, new: Table, *pairs: tuple[str, str]) -> list[list[Any]]:
    columns = difference_columns(old.columns, new.columns)
    return run(store, columns, parse(pairs, columns), as_text=True).rows


def test_rows_are_told_apart_by_their_code(make_store: MakeStore, tmp_path: Path) -> None:
    old = _table(make_store, SITES)
    new = _table(make_store, [["A04", "四中", "3"], SITES[0], ["A02", "二中", "10"]])
    result = tmp_path / "difference.duckdb"
    found = compare(old, new, result=result)
    assert found == Difference(key=["编号"], added=1, removed=1, changed=1, unchanged=1, changed_cells={"班级数": 1})
    assert _listed(result, old, new) == [
        ["新增", None, "1", "A04", "四中", "3"],
        ["修改前", "2", "3", "A02", "二中", "9"],
        ["修改后", "2", "3", "A02", "二中", "10"],
        ["删除", "3", None, "A03", "三中", "7"],
    ]
    assert read_difference(result) == found
    assert _listed(result, old, new, ("change", "新增")) == [["新增", None, "1", "A04", "四中", "3"]]


def test_the_order_of_rows_is_no_change(make_store: MakeStore) -> None:
    found = compare(_table(make_store, SITES), _table(make_store, SITES[::-1]))
    assert found.is_empty and found.unchanged == 3


def test_rows_without_a_key_are_compared_whole_and_counted_with_their_copies(make_store: MakeStore) -> None:
    columns = text_columns("街道", "事项")
    old = _table(make_store, [["花湖", "噪声"], ["花湖", "噪声"], ["花湖", "噪声"], ["胜阳港", "占道"]], columns)
    new = _table(make_store, [["花湖", "噪声"], ["花湖", "噪声"], ["胜阳港", "油烟"], ["胜阳港", "占道"]], columns)
    found = compare(old, new)
    assert (found.key, found.added, found.removed, found.changed, found.unchanged) == ([], 1, 1, 0, 3)


def test_a_serial_number_is_no_key(make_store: MakeStore) -> None:
    """A row put in first moves every serial number: it names the place in the file, not the thing."""
    columns = [Column(0, "序号", "序号", "integer"), *text_columns("x", "名称")[1:]]
    old = _table(make_store, [[1, "一中"], [2, "二中"]], columns)
    new = _table(make_store, [[1, "新校"], [2, "一中"], [3, "二中"]], columns)
    found = compare(old, new)
    assert (found.key, found.added, found.removed, found.changed) == (["名称"], 1, 0, 2)
    assert found.changed_cells == {"序号": 2}


def test_a_day_and_a_place_together_are_a_key(make_store: MakeStore) -> None:
    columns = [Column(0, "日期", "日期", "date"), Column(1, "站点", "站点"), Column(2, "数", "数", "integer")]
    rows = [["2026-01-01", "甲", 5], ["2026-01-01", "乙", 5], ["2026-01-02", "甲", 5], ["2026-01-02", "乙", 6]]
    changed = [*rows[:3], ["2026-01-02", "乙", 8]]
    found = compare(_table(make_store, rows, columns), _table(make_store, changed, columns))
    assert (found.key, found.changed, found.changed_cells) == (["日期", "站点"], 1, {"数": 1})


def test_a_blank_or_repeated_code_is_no_key_in_either_version(make_store: MakeStore) -> None:
    blank = [*SITES, [None, "四中", "1"]]
    assert compare(_table(make_store, SITES), _table(make_store, blank)).key == ["名称"]
    repeated = [*SITES, ["A01", "四中", "1"]]
    assert compare(_table(make_store, repeated), _table(make_store, SITES)).key == ["名称"]


def test_columns_that_came_and_went_are_told_and_change_no_row(make_store: MakeStore, tmp_path: Path) -> None:
    old = _table(make_store, SITES)
    new = _table(make_store, [[row[0], row[1], "公办"] for row in SITES[:2]], text_columns("编号", "名称", "性质"))
    result = tmp_path / "difference.duckdb"
    found = compare(old, new, result=result)
    assert (found.columns_added, found.columns_removed, found.removed, found.changed) == (["性质"], ["班级数"], 1, 0)
    assert _listed(result, old, new) == [["删除", "3", None, "A03", "三中", None, "7"]]
    assert [column.name for column in difference_columns(old.columns, new.columns)][3:] == [
        "编号",
        "名称",
        "性质",
        "班级数",
    ]


def test_a_new_type_alone_changes_no_row(make_store: MakeStore) -> None:
    typed = [*text_columns("编号", "名称"), Column(2, "班级数", "班级数", "integer")]
    found = compare(_table(make_store, SITES), _table(make_store, [[a, b, int(c)] for a, b, c in SITES], typed))
    assert (found.changed, found.columns_retyped) == (0, [["班级数", "text", "integer"]])
    assert not found.is_empty


def test_a_given_key_must_fit(make_store: MakeStore) -> None:
    table = _table(make_store, [["A01", "一中", "1"], ["A02", "一中", "2"]])
    assert compare(table, table, key=["编号"]).unchanged == 2
    with pytest.raises(Invalid) as caught:
        compare(table, table, key=["名称"])
    assert (caught.value.code, caught.value.params) == ("key_is_not_unique", {"columns": ["名称"]})
    with pytest.raises(Invalid) as unknown:
        compare(table, table, key=["学校"])
    assert [problem.where for problem in unknown.value.problems] == ["学校"]


def test_data_may_have_columns_called_like_our_own(make_store: MakeStore) -> None:
    columns = difference_columns([], text_columns("change", "new_row"))
    assert [column.key for column in columns] == ["change_0", "old_row", "new_row_0", "change", "new_row"]


def test_no_common_column_means_all_rows_are_new(make_store: MakeStore) -> None:
    found = compare(_table(make_store, SITES), _table(make_store, [["x"]], text_columns("另一列")))
    assert (found.added, found.removed, found.unchanged) == (1, 3, 0)


cells = st.one_of(st.none(), st.sampled_from(["甲", "乙", "1", "1.0", '"', ",", "x\ny"]))
tables = st.lists(st.tuples(cells, cells), max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(old=tables, new=tables)
def test_whole_rows_differ_as_multisets_do(make_store: MakeStore, old: list[Any], new: list[Any]) -> None:
    columns = text_columns("a", "b")
    found = compare(_table(make_store, old, columns), _table(make_store, new, columns), key=[])
    former, present = Counter(old), Counter(new)
    assert found.removed == (former - present).total()
    assert found.added == (present - former).total()
    assert found.unchanged == (former & present).total()


keyed = st.dictionaries(st.integers(0, 12), st.tuples(cells, cells), max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(old=keyed, new=keyed)
def test_keyed_rows_differ_as_dictionaries_do(
    make_store: MakeStore, tmp_path: Path, old: dict[int, Any], new: dict[int, Any]
) -> None:
    columns = [Column(0, "id", "id", "integer"), *text_columns("id", "a", "b")[1:]]
    before, after = ([[key, *row] for key, row in side.items()] for side in (old, new))
    first, second = _table(make_store, before, columns), _table(make_store, after, columns)
    result = tmp_path / f"{uuid.uuid4().hex}.duckdb"
    found = compare(first, second, key=["id"], result=result)
    changed = [key for key in old.keys() & new.keys() if old[key] != new[key]]
    assert (found.added, found.removed, found.changed) == (len(new.keys() - old), len(old.keys() - new), len(changed))
    listed = _listed(result, first, second, ("change", "修改后"))
    assert {row[3]: (row[4], row[5]) for row in listed} == {str(key): new[key] for key in changed}
