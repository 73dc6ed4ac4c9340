"""docs/data-engine.md: its examples run, its tables say what the tables of the engine say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from datasets.columns import TYPES
from datasets.formats import FORMATS
from datasets.ingest.headers import MAX_NAME
from datasets.ingest.raw_table import MAX_COLUMNS
from datasets.ingest.records import MAX_CELL
from datasets.query.grouping import BUCKETS, MAX_KEYS, MAX_MEASURES, MEASURES
from datasets.query.operators import OPERATORS, VALUE_EXAMPLES
from datasets.query.parse import MAX_CONDITIONS, MAX_SORTS, MAX_WORDS
from datasets.query.question import DEFAULT_LIMIT, MAX_LIMIT, RESERVED
from portal.cli import main

DOCS = Path(__file__).parents[2] / "docs" / "data-engine.md"
TEXT = DOCS.read_text()
EXPECTED_STATUS = {"diff": 1}


def blocks(language: str) -> list[tuple[str, str]]:
    """(what stands behind the language, content) of the fenced blocks."""
    return re.findall(rf"^```{language} ?([^\n]*)\n(.*?)^```$", TEXT, re.M | re.S)


COMMANDS = [line for _, block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in blocks("csv"):
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_examples_in_python_hold(folder: Path) -> None:
    names: dict[str, object] = {}
    for _, block in blocks("python"):
        exec(compile(block, str(DOCS), "exec"), names)  # the blocks assert what they say
    assert (folder / "dear.parquet").read_bytes()[:4] == b"PAR1"
    assert len(list((folder / "kept-tables").glob("*/*.duckdb"))) == 2


@pytest.mark.parametrize("line", COMMANDS)
def test_the_examples_of_commands_answer(line: str, folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    program, *arguments = shlex.split(line)
    assert program == "kaifang"
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert int(ended.value.code or 0) == EXPECTED_STATUS.get(arguments[1], 0)
    assert capsysbinary.readouterr().out


def types_of(types: frozenset[str]) -> str:
    return "all" if types == set(TYPES) else ", ".join(code for code in TYPES if code in types)


def table_rows() -> list[str]:
    operators = [
        f"| `{one.key}` | {one.sign} | {one.zh} | {one.en} | {types_of(one.types)} | {VALUE_EXAMPLES[one.values][1]} |"
        for one in OPERATORS.values()
    ]
    measures = [f"| `{one.key}` | {one.zh} | {one.en} | {types_of(one.types)} |" for one in MEASURES.values()]
    buckets = [f"| `{one.key}` | {one.zh} | {one.en} | {one.example} |" for one in BUCKETS.values()]
    formats = [f"| `{one.key}` | {one.en} | {one.use_en} |" for one in FORMATS.values()]
    return [*operators, *measures, *buckets, *formats]


@pytest.mark.parametrize("row", table_rows())
def test_every_operator_measure_bucket_and_format_is_told(row: str) -> None:
    assert f"\n{row}\n" in TEXT


def test_no_row_of_these_tables_is_left_over() -> None:
    told = TEXT[TEXT.index("## What can be asked") : TEXT.index("## Files on disk")]
    assert sum(line.startswith("| `") for line in told.splitlines()) == len(table_rows()) + len(RESERVED)


@pytest.mark.parametrize("parameter", RESERVED)
def test_every_reserved_parameter_is_told(parameter: str) -> None:
    assert f"\n| `{parameter}` |" in TEXT


@pytest.mark.parametrize(
    "row",
    [
        f"| rows of a page | {MAX_LIMIT:,} ({DEFAULT_LIMIT} unless told) |",
        f"| conditions, columns to sort by, words | {MAX_CONDITIONS} · {MAX_SORTS} · {MAX_WORDS} |",
        f"| columns to group by, measures | {MAX_KEYS} · {MAX_MEASURES} |",
        f"| columns of a table, signs of a name, signs of a cell | {MAX_COLUMNS:,} · {MAX_NAME} · {MAX_CELL:,} |",
        f"| rows of an XLSX | {FORMATS['xlsx'].max_rows:,} |",
    ],
)
def test_limits_are_those_of_the_code(row: str) -> None:
    assert row in TEXT
