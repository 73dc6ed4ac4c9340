"""Damaged row stores and row files: right rows or a refusal that gets them made again, never wrong rows."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from datasets.columns import Column
from datasets.errors import Busy
from datasets.mending import FIRST_PAUSE, LONGEST_PAUSE, Marks
from datasets.query.engine import RowReader
from datasets.query.parse import parse
from datasets.query.pool import QueryPool
from datasets.rowfile import RowFile, is_row_file_whole, owner_of, row_file_of
from datasets.rows import open_rows
from datasets.storage.row_stores import RowStores
from tests.datasets.ingesting import read_text

DAMAGES = 200
ROWS = [(f"{number:05d}", f"街道{number % 7}", str(3 * number), f"备注{number}") for number in range(1, 2001)]
TEXT = "编号,街道,数量,备注\n" + "".join(",".join(row) + "\n" for row in ROWS)
OTHER = TEXT.replace("备注1000\n", "备忘1000\n")
"""As many rows and columns, one cell is another."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> RowStores:
    """The row stores `one` and `other`, with their row files."""
    stores = RowStores(tmp_path_factory.mktemp("stores"))
    for key, text in (("one", TEXT), ("other", OTHER)):
        building = stores.start_building()
        read_text(text, store=building)
        stores.settle(building, key)
    return stores


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> list[Column]:
    return read_text(TEXT, store=tmp_path_factory.mktemp("columns") / "rows.duckdb").columns


@pytest.fixture(scope="module")
def pool() -> Iterator[QueryPool]:
    pool = QueryPool(size=1, deadline=20)
    yield pool
    pool.close()


def flip(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def flip_head(content: bytes, chance: random.Random) -> bytes:
    return flip(content[:12_288], chance) + content[12_288:]


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def zero_page(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(0, len(content), 4096)
    blank = bytes(len(content[place : place + 4096]))
    return content[:place] + blank + content[place + 4096 :]


Damage = Callable[[bytes, random.Random], bytes]
WAYS: tuple[Damage, ...] = (flip, flip, flip_head, cut, zero_page)
QUESTIONS: list[tuple[list[tuple[str, str]], list[int], int]] = [
    # parameters, numbers of the rows, total
    ([("_limit", "3"), ("_offset", "999")], [1000, 1001, 1002], 2000),
    ([("_limit", "2"), ("_sort", "-数量")], [2000, 1999], 2000),
    ([("_limit", "2"), ("街道", "街道0")], [7, 14], 285),
    ([("_q", "备注1999")], [1999], 1),
]


def test_damaged_store_gives_right_rows_or_says_that_it_is_broken(
    stores: RowStores, columns: list[Column], pool: QueryPool, tmp_path: Path
) -> None:
    whole, chance, refused = stores.get("one").read_bytes(), random.Random(20261123), 0
    for turn in range(DAMAGES):
        path = tmp_path / f"{turn}.duckdb"
        path.write_bytes(WAYS[turn % len(WAYS)](whole, chance))
        pairs, numbers, total = QUESTIONS[turn % len(QUESTIONS)]
        try:
            page = pool.rows(path, columns, parse(pairs, columns), as_text=True)
        except Busy as error:
            assert error.code == "row_store_is_broken"
            refused += 1
        else:
            assert (page.rows, page.numbers, page.total) == ([list(ROWS[at - 1]) for at in numbers], numbers, total)
        path.unlink()
    assert refused > DAMAGES / 4


def test_damaged_row_file_never_changes_a_row(stores: RowStores, columns: list[Column], tmp_path: Path) -> None:
    store, chance, noticed = tmp_path / "one.duckdb", random.Random(20261124), 0
    store.write_bytes(stores.get("one").read_bytes())
    whole = row_file_of(stores.get("one")).read_bytes()
    with open_rows(store) as connection:
        for turn in range(DAMAGES):
            row_file_of(store).write_bytes(WAYS[turn % len(WAYS)](whole, chance))
            reader = RowReader(connection, columns)
            pairs, numbers, _ = QUESTIONS[turn % len(QUESTIONS)]
            page = reader.page(parse(pairs, columns), as_text=True)
            assert page.rows == [list(ROWS[at - 1]) for at in numbers]
            noticed += page.has_broken_row_file
            if page.has_broken_row_file:
                assert not is_row_file_whole(store, row_count=2000)
    assert noticed > DAMAGES / 4


def test_row_file_of_another_store_is_not_used(stores: RowStores, columns: list[Column], tmp_path: Path) -> None:
    store = tmp_path / "one.duckdb"
    store.write_bytes(stores.get("one").read_bytes())
    row_file_of(store).write_bytes(row_file_of(stores.get("other")).read_bytes())
    query = parse([("_limit", "1"), ("_offset", "999")], columns)
    with open_rows(store) as connection:
        page = RowReader(connection, columns).page(query, as_text=True)
    assert (page.rows, page.has_broken_row_file) == ([list(ROWS[999])], True)
    row_file_of(store).write_bytes(row_file_of(stores.get("one")).read_bytes())
    with open_rows(store) as connection:
        assert not RowReader(connection, columns).page(query).has_broken_row_file


def test_settled_row_file_bears_its_key_and_can_be_read(stores: RowStores) -> None:
    for key in ("one", "other"):
        file = RowFile(row_file_of(stores.get(key)))
        file.require_whole()
        assert (file.owner, file.row_count) == (owner_of(key), 2000)
        file.close()


def test_the_pool_tells_of_a_broken_row_file_and_answers_all_the_same(
    stores: RowStores, columns: list[Column], tmp_path: Path
) -> None:
    store, told = tmp_path / "one.duckdb", []
    store.write_bytes(stores.get("one").read_bytes())
    row_file_of(store).write_bytes(b"no row file")
    pool = QueryPool(size=1)
    pool.on_broken = told.append
    page = pool.rows(store, columns, parse([("_limit", "1")], columns), as_text=True)
    pool.close()
    assert (page.rows, told) == ([list(ROWS[0])], [store])


def test_store_that_was_made_again_is_read_anew_at_once(
    stores: RowStores, columns: list[Column], pool: QueryPool, tmp_path: Path
) -> None:
    store, query = tmp_path / "rows.duckdb", parse([("_limit", "1"), ("_offset", "999")], columns)
    for key, cell in (("one", "备注1000"), ("other", "备忘1000")):
        copy = tmp_path / "copy"
        copy.write_bytes(stores.get(key).read_bytes())
        copy.replace(store)
        assert pool.rows(store, columns, query, as_text=True).rows[0][-1] == cell


@pytest.mark.parametrize(("store_format", "is_read"), [("1", True), ("0", False), ("2", False)])
def test_store_of_another_format_is_made_again(
    stores: RowStores, columns: list[Column], pool: QueryPool, tmp_path: Path, store_format: str, is_read: bool
) -> None:
    store = tmp_path / "rows.duckdb"
    store.write_bytes(stores.get("one").read_bytes())
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE facts SET value = ? WHERE key = 'format'", [store_format])
    query = parse([("_limit", "1")], columns)
    if is_read:
        assert pool.rows(store, columns, query, as_text=True).rows == [list(ROWS[0])]
        return
    with pytest.raises(Busy, match="row_store_is_broken"):
        pool.rows(store, columns, query)
    with pytest.raises(Busy, match="row_store_is_broken"):
        pool.export(store, columns, None, "csv", tmp_path / "out.csv")


def test_marks_that_come_again_are_looked_at_ever_more_seldom(tmp_path: Path) -> None:
    marks, key, now = Marks(tmp_path), "abc", time.time()
    waits = []
    for _ in range(8):
        marks.add(tmp_path / f"{key}.duckdb")
        marks.note_try(key)
        os.utime(tmp_path / f"{key}.tries", (now, now))
        waits.append(next(wait for wait in (60, 240, 960, 3840, 15_360, 21_600) if marks.list_due(now + wait)))
        assert not marks.list_due(now + waits[-1] - 1)
    assert waits == [60, 240, 960, 3840, 15_360, 21_600, 21_600, 21_600]
    assert (waits[0], waits[-1]) == (FIRST_PAUSE, LONGEST_PAUSE)
    assert marks.list_keys() == [key], "what stands beside a mark is none"
    marks.clear(key)
    assert (marks.list_due(now + 10**6), marks.count_tries(key)) == ([], 8)
    assert marks.sweep(now + 3 * 86_400) == 1
    assert marks.count_tries(key) == 0


def test_one_key_is_held_by_one_worker(tmp_path: Path) -> None:
    marks, others = Marks(tmp_path), Marks(tmp_path)
    marks.add(tmp_path / "abc.duckdb")
    with marks.alone("abc") as is_mine, others.alone("abc") as is_theirs:
        assert (is_mine, is_theirs) == (True, False)
        marks.clear("abc")
    with others.alone("abc") as is_mine:
        assert not is_mine, "somebody else has seen to it"
