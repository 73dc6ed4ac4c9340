"""Answers to row questions, checked against a plain Python reading of the same rows."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.query.engine import RowReader, run
from datasets.query.operators import operators_for
from datasets.query.parse import parse
from datasets.query.question import Condition, Query
from datasets.rows import is_in_file_order, open_rows

COLUMNS = [
    Column(0, "name", "名称"),
    Column(1, "beds", "床位", "integer"),
    Column(2, "area", "面积", "decimal"),
    Column(3, "open", "开放", "boolean"),
    Column(4, "day", "日期", "date"),
    Column(5, "at", "时间", "datetime"),
    Column(6, "amount", "金额", "text", shadow_type="decimal"),
]
NAMES = ["黄石港", "黄石 港区", "Abc", "aBC", "é", "0017", "17", "100%", "a_c", "it's", '"', "=1", "花湖", "a,b"]


def make_rows(count: int) -> list[list[Any]]:
    """Rows with every kind of cell and many ties; always the same."""
    chance = random.Random(7)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.15 else value

    return [
        [
            maybe(chance.choice(NAMES)),
            maybe(chance.randrange(-5, 15)),
            maybe(Decimal(chance.randrange(-300, 300)) / 100),
            maybe(chance.random() < 0.5),
            maybe(dt.date(2023, 12, 25) + dt.timedelta(chance.randrange(400))),
            maybe(dt.datetime(2023, 12, 31, 23) + dt.timedelta(minutes=chance.randrange(200))),
            maybe(chance.choice(["1.50", "2", "-3.25", "10", "无", "见附件"])),
        ]
        for _ in range(count)
    ]


ROWS = make_rows(300)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("rows") / "rows.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute(
        "CREATE TABLE data (_row BIGINT, c0 VARCHAR, c1 BIGINT, c2 DECIMAL(18,2), c3 BOOLEAN, c4 DATE, c5 TIMESTAMP,"
        " c6 VARCHAR, s6 DOUBLE)"
    )
    marks = ", ".join("(?,?,?,?,?,?,?,?,TRY_CAST(? AS DOUBLE))" for _ in ROWS)
    cells = [cell for number, row in enumerate(ROWS, start=1) for cell in (number, *row, row[6])]
    connection.execute(f"INSERT INTO data VALUES {marks}", cells)
    connection.close()
    with open_rows(path) as connection:
        yield RowReader(connection, COLUMNS)


def shadow(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def compared(row: Sequence[Any], column: Column) -> Any:
    """The cell by which a row is sorted and compared by order."""
    return shadow(row[column.index]) if column.shadow_type else row[column.index]


ORACLE: dict[str, Callable[[Any, tuple[Any, ...]], bool]] = {
    "eq": lambda cell, values: cell is not None and cell == values[0],
    "ne": lambda cell, values: cell is None or cell != values[0],
    "gt": lambda cell, values: cell is not None and cell > values[0],
    "ge": lambda cell, values: cell is not None and cell >= values[0],
    "lt": lambda cell, values: cell is not None and cell < values[0],
    "le": lambda cell, values: cell is not None and cell <= values[0],
    "between": lambda cell, values: cell is not None and values[0] <= cell <= values[1],
    "contains": lambda cell, values: cell is not None and values[0].lower() in cell.lower(),
    "notcontains": lambda cell, values: cell is None or values[0].lower() not in cell.lower(),
    "starts": lambda cell, values: cell is not None and cell.lower().startswith(values[0].lower()),
    "ends": lambda cell, values: cell is not None and cell.lower().endswith(values[0].lower()),
    "in": lambda cell, values: cell is not None and cell in values,
    "notin": lambda cell, values: cell is None or cell not in values,
    "year": lambda cell, values: cell is not None and cell.year == values[0],
    "blank": lambda cell, values: cell is None,
    "notblank": lambda cell, values: cell is not None,
}


def fits(row: Sequence[Any], condition: Condition) -> bool:
    cell = compared(row, condition.column) if condition.by_shadow else row[condition.column.index]
    return ORACLE[condition.operator_key](cell, condition.values)


def printed(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def has_word(row: Sequence[Any], word: str) -> bool:
    return any(word.lower() in text.lower() for text in map(printed, row) if text is not None)


def expected_numbers(query: Query) -> list[int]:
    """The numbers of all fitting rows, in the order asked for."""
    found = [
        number
        for number, row in enumerate(ROWS, start=1)
        if all(fits(row, condition) for condition in query.conditions)
        and all(has_word(row, word) for word in query.words)
    ]
    for sort in reversed(query.sort):
        filled = [n for n in found if compared(ROWS[n - 1], sort.column) is not None]
        blank = [n for n in found if compared(ROWS[n - 1], sort.column) is None]
        filled.sort(key=lambda n: compared(ROWS[n - 1], sort.column), reverse=sort.descends)
        found = filled + blank
    return found


SAMPLES = {
    "text": ["黄石港", "abc", "ABC", "", "17", "%", "_", "a_c", "it's", '"', "a", "港", "1.50", "' OR 1=1 --"],
    "integer": ["0", "-5", "7", "14", "99999"],
    "decimal": ["0", "-1.5", "2.25", "0.001", "99999999"],
    "boolean": ["true", "false", "是"],
    "date": ["2024-01-01", "2023-12-25", "2024-12-31"],
    "datetime": ["2024-01-01", "2023-12-31 23:30", "2024-01-01T01:00:00"],
}


RANGES = {
    "text": ["100%..花湖", "a,b..b"],
    "integer": ["-5..0", "7,14", "0..0"],
    "decimal": ["-1.5..2.25", "0,99999999"],
    "date": ["2023-12-25..2024-01-01", "2024年1月1日,2024/12/31"],
    "datetime": ["2023-12-31..2024-01-01 01:00", "2023-12-31 23:30..2023-12-31"],
}


def value_texts(column: Column, operator: Any) -> list[str]:
    kind = column.shadow_type if operator.by_shadow and column.shadow_type else column.type
    if operator.values == "none":
        return ["1"]
    if operator.values == "year":
        return ["2023", "2024", "1999"]
    if operator.values == "range":
        return RANGES[kind]
    if operator.values == "many":
        return [",".join(SAMPLES[kind][:3]), SAMPLES[kind][-1]]
    return SAMPLES[kind]


EVERY_CONDITION = [
    (f"{column.key}__{operator.key}", text)
    for column in COLUMNS
    for operator in operators_for(column.type, column.shadow_type)
    for text in value_texts(column, operator)
]


@pytest.mark.parametrize("pair", EVERY_CONDITION, ids=lambda pair: f"{pair[0]}={pair[1]}")
def test_every_operator_finds_what_python_finds(reader, pair):
    query = parse([pair, ("_limit", "1000")], COLUMNS)
    page = reader.page(query)
    assert page.numbers == expected_numbers(query)
    assert page.total == len(page.numbers)


SORTS = st.lists(st.sampled_from([*(c.key for c in COLUMNS), *("-" + c.key for c in COLUMNS)]), max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    conditions=st.lists(st.sampled_from(EVERY_CONDITION), max_size=3),
    words=st.sampled_from(["", "黄石", "a", "2024 true", "1.5", "' --"]),
    sorts=SORTS,
    limit=st.integers(1, 40),
    offset=st.integers(0, 320),
)
def test_any_question_is_answered_as_python_does(reader, conditions, words, sorts, limit, offset):
    pairs = [*conditions, ("_q", words), ("_sort", ",".join(sorts)), ("_limit", str(limit)), ("_offset", str(offset))]
    query = parse(pairs, COLUMNS)
    expected = expected_numbers(query)
    page = reader.page(query)
    assert page.total == len(expected)
    assert page.numbers == expected[offset : offset + limit]
    assert page.rows == [[plain(cell) for cell in ROWS[number - 1]] for number in page.numbers]
    assert (page.next_after is None) == (offset + limit >= len(expected))


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, dt.date) else value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(conditions=st.lists(st.sampled_from(EVERY_CONDITION), max_size=1), sorts=SORTS, limit=st.integers(5, 60))
def test_pages_by_after_meet_every_row_once(reader, conditions, sorts, limit):
    query = parse([*conditions, ("_sort", ",".join(sorts)), ("_limit", str(limit))], COLUMNS)
    met: list[int] = []
    page = reader.page(query)
    met += page.numbers
    while page.next_after is not None:
        page = reader.page(query.at(after=page.next_after))
        met += page.numbers
        assert page.total == len(expected_numbers(query))
    assert met == expected_numbers(query)


def test_cells_as_text_are_what_was_delivered(make_store):
    columns = [Column(0, "n", "数", "decimal"), Column(1, "b", "是否", "boolean"), Column(2, "t", "时间", "datetime")]
    store = make_store(columns, [[Decimal("1.50"), True, dt.datetime(2024, 1, 2, 3, 4)], [None, None, None]])
    assert run(store, columns, Query(), as_text=True).rows == [["1.50", "true", "2024-01-02 03:04:00"], [None] * 3]
    assert run(store, columns, Query()).rows == [[1.5, True, "2024-01-02 03:04:00"], [None] * 3]


def test_chosen_columns_come_in_the_order_asked_for(reader):
    page = reader.page(parse([("_columns", "beds,name"), ("_limit", "1")], COLUMNS))
    assert [column.key for column in page.columns] == ["beds", "name"]
    assert page.rows == [[ROWS[0][1], ROWS[0][0]]]


@pytest.mark.parametrize("pairs", [[("_offset", "300")], [("_offset", "1000000000")], [("_after", "300")]])
def test_page_behind_the_last_row_is_empty_with_the_true_total(reader, pairs):
    page = reader.page(parse(pairs, COLUMNS))
    assert (page.rows, page.total, page.next_after) == ([], 300, None)


def test_after_a_row_that_is_not_there_is_empty(reader):
    assert reader.page(parse([("_after", "999999"), ("_sort", "beds")], COLUMNS)).rows == []


HOSTILE = [
    'a"b',
    "a]b",
    "%",
    "select",
    "a;drop table data",
    "a--",
    "😀",
    "\u202egnirts",
    "长" * 80,
    "c0",
    "_row",
    "a'b",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_header_is_filtered_sorted_and_shown_like_any_other(make_store, name):
    columns = [Column(0, "plain", "plain"), Column(1, name, name)]
    store = make_store(columns, [["x", "2"], ["y", "1"], ["z", None]])
    assert run(store, columns, parse([(name, "1")], columns)).rows == [["y", "1"]]
    assert run(store, columns, parse([("_sort", f"-{name}")], columns)).numbers == [1, 2, 3]
    assert run(store, columns, parse([("_columns", name)], columns)).rows == [["2"], ["1"], [None]]
    assert run(store, columns, parse([(f"{name}__notblank", "1")], columns)).total == 2


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=ANY_TEXT, cells=st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_any_header_and_any_cell_can_be_found(make_store, name, cells):
    columns = [Column(0, name, name)]
    store = make_store(columns, [[cell] for cell in cells])
    wanted = cells[0]
    page = run(store, columns, parse([(f"{name}__eq", wanted)], columns))
    assert page.total == (cells.count(wanted) if wanted.strip() else len(cells))


def test_rows_out_of_order_are_answered_in_order(tmp_path):
    path = tmp_path / "mixed.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE data AS SELECT * FROM (VALUES (3, 'c'), (1, 'a'), (2, 'b')) t(_row, c0)")
    connection.close()
    columns = [Column(0, "a", "a")]
    with open_rows(path) as connection:
        assert not is_in_file_order(connection)
    assert run(path, columns, parse([("_limit", "2")], columns)).rows == [["a"], ["b"]]
    assert run(path, columns, parse([("a__ne", "a")], columns)).numbers == [2, 3]


FORBIDDEN = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM '{other}'",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "ATTACH '{other}' AS other",
    "COPY (SELECT 1) TO '{other}' (FORMAT csv)",
    "EXPORT DATABASE '{folder}/exported'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_paths = ['{other}']",
    "RESET enable_external_access",
    "SET threads = 8",
    "SET memory_limit = '100GB'",
    "CREATE TABLE x (a INT)",
    "INSERT INTO data SELECT * FROM data",
    "DROP TABLE data",
    "CREATE SECRET s (TYPE s3)",
]


def test_opened_store_reaches_no_other_file_and_changes_nothing(make_store, tmp_path: Path):
    store = make_store([Column(0, "a", "a")], [["x"]])
    other = tmp_path / "other.csv"
    other.write_text("secret\n")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (store, other)}
    with open_rows(store) as connection:
        for template in FORBIDDEN:
            with pytest.raises(duckdb.Error):
                connection.execute(template.format(store=store, other=other, folder=tmp_path))
        assert connection.execute("SELECT count(*) FROM data").fetchone() == (1,)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (store, other)} == before
    assert sorted(tmp_path.iterdir()) == sorted([store, other])
