"""Word lists of few-valued text columns: they answer as the cells do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.columns import Column
from datasets.errors import Invalid
from datasets.query.engine import RowReader
from datasets.query.operators import operators_for
from datasets.query.parse import parse
from datasets.query.question import Query
from datasets.query.sql import where_clause
from datasets.rows import open_rows
from tests.datasets.ingesting import read_here

STREETS = ["沈家营街道", "花湖街道", "Abc街", "abc街", "", "a%c", "花湖街道办"]
COUNT = 10_010
HEADER = "编号,街道,备注,评分"


@pytest.fixture(scope="module")
def columns_and_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Column], Path]:
    """10,010 rows: a number of its own, one of seven streets (one blank), a remark of its own, mostly a number."""
    folder = tmp_path_factory.mktemp("words")
    rows = (f"A{n:05},{STREETS[n % 7]},备注{n}号,{'无' if n % 40 == 2 else n % 9}" for n in range(COUNT))
    (folder / "delivered.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    reading = read_here(folder / "delivered.csv", store=folder / "rows.duckdb")
    return reading.columns, folder / "rows.duckdb"


@pytest.fixture(scope="module")
def readers(columns_and_store: tuple[list[Column], Path]) -> Any:
    """The same store twice: with its lists, and asked by its cells."""
    columns, store = columns_and_store
    with open_rows(store) as connection:
        plain = RowReader(connection, columns)
        plain.words.values = {}
        yield RowReader(connection, columns), plain


def test_few_valued_columns_have_a_list_in_order_with_its_rows(columns_and_store):
    _, store = columns_and_store
    with duckdb.connect(str(store), read_only=True) as connection:
        found = connection.execute("SELECT * FROM words WHERE column_index = 1 ORDER BY place").fetchall()
        listed = connection.execute("SELECT DISTINCT column_index FROM words ORDER BY 1").fetchall()
        places = connection.execute("SELECT d1 FROM data ORDER BY _row LIMIT 7").fetchall()
    values = ["Abc街", "a%c", "abc街", "沈家营街道", "花湖街道", "花湖街道办"]
    assert found == [(1, place, value, 1430) for place, value in enumerate(values)]
    assert listed == [(1,), (3,)]
    assert places == [(3,), (4,), (0,), (2,), (None,), (1,), (5,)]


VALUES = ["花湖街道", "abc街", "街", "A", "沈家营街道,花湖街道", "没有", "a%c", "5", "无", "a..花湖街道", "3..7"]


@pytest.mark.parametrize("key", [operator.key for operator in operators_for("text", "decimal")])
@pytest.mark.parametrize("column", ["街道", "评分"])
def test_answers_by_list_are_answers_by_cells(readers, columns_and_store, key, column):
    listed, plain = readers
    asked = 0
    for value in ["1"] if key in ("blank", "notblank") else VALUES:
        for sort in ("", "街道", "-街道", "-评分,街道"):
            pairs = [(f"{column}__{key}", value), ("_sort", sort), ("_limit", "30")]
            try:
                query = parse(pairs, columns_and_store[0])
            except Invalid:
                continue
            asked += 1
            one, other = listed.page(query), plain.page(query)
            assert (one.numbers, one.total, one.rows) == (other.numbers, other.total, other.rows)
    assert asked


def test_pages_by_after_go_on_in_the_order_of_the_list(readers, columns_and_store):
    listed, plain = readers
    query = parse([("_sort", "-街道"), ("_limit", "1000")], columns_and_store[0])
    numbers: list[int] = []
    page = listed.page(query)
    while True:
        numbers += page.numbers
        if page.next_after is None:
            break
        page = listed.page(query.at(after=page.next_after))
    assert numbers[:10_000] == plain.page(query.at(limit=10_000)).numbers
    assert sorted(numbers) == list(range(1, COUNT + 1))


def test_groups_by_list_are_groups_by_cells(readers, columns_and_store):
    listed, plain = readers
    for pairs in ([("_group", "街道")], [("_group", "街道,评分"), ("_measure", "count,sum:评分,max:街道")]):
        query = parse([*pairs, ("街道__contains", "街")], columns_and_store[0])
        assert listed.page(query).rows == plain.page(query).rows
    rows = listed.page(parse([("_group", "街道"), ("_sort", "街道")], columns_and_store[0])).rows
    assert rows[0] == ["Abc街", 1430] and rows[-1] == [None, 1430]


def test_total_of_one_condition_is_known_from_the_list(readers, columns_and_store):
    listed, _ = readers
    assert listed.words.count(parse([("街道__starts", "花湖")], columns_and_store[0])) == 2860
    assert listed.words.count(parse([("街道__ne", "花湖街道")], columns_and_store[0])) is None, "blanks fit too"
    assert listed.words.count(Query()) is None


def test_small_tables_and_own_values_have_no_list(tmp_path):
    (tmp_path / "a.csv").write_text("街道\n" + "甲\n乙\n" * 50, "utf-8")
    read_here(tmp_path / "a.csv", store=tmp_path / "rows.duckdb")
    with open_rows(tmp_path / "rows.duckdb") as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert tables == [("data",), ("facts",)]


def test_columns_without_a_sign_beyond_ascii_are_not_searched_for_one(readers, columns_and_store):
    listed, _ = readers
    columns = columns_and_store[0]
    assert [listed.words.is_ascii(column) for column in columns] == [True, False, False, False]
    query = parse([("_q", "花湖街道办 备注6号")], columns)
    assert "c0" not in where_clause(query, columns, listed.words).sql
    assert listed.page(query).numbers == [7]
    assert listed.page(parse([("_q", "a00006")], columns)).numbers == [7]
