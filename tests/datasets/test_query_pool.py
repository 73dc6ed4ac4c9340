"""The pool of killable children: right answers, deadlines that hold, nothing left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from datasets.columns import Column
from datasets.errors import Busy, Invalid, TooLarge
from datasets.query import child
from datasets.query.parse import parse
from datasets.query.pool import QueryPool
from datasets.query.question import EVERYTHING, Query

COLUMNS = [Column(0, "name", "名称"), Column(1, "n", "数", "integer")]


@pytest.fixture(scope="module")
def pool() -> Iterator[QueryPool]:
    pool = QueryPool(size=2, deadline=20)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pool") / "rows.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE data AS SELECT i _row, '第' || i || '号' c0, i % 10 c1 FROM range(1, 1001) t(i)")
    connection.close()
    return path


@pytest.fixture(scope="module")
def big_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two million rows, whose sorting takes longer than a short deadline."""
    path = tmp_path_factory.mktemp("pool") / "big.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE data AS SELECT i _row, md5(i::VARCHAR) c0, i c1 FROM range(1, 2000001) t(i)")
    connection.close()
    return path


SLOW = parse([("_sort", "name"), ("_offset", "1000000"), ("name__contains", "a"), ("_q", "b 1 c")], COLUMNS)


def children() -> set[int]:
    """Processes started by this one."""
    listed: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        listed |= {int(pid) for pid in (task / "children").read_text().split()}
    return listed


def test_child_answers_with_exact_total(pool, store):
    page = pool.rows(store, COLUMNS, parse([("n__ge", "8"), ("_limit", "2"), ("_sort", "-n")], COLUMNS))
    assert page.rows == [["第9号", 9], ["第19号", 9]]
    assert (page.total, page.limit, page.next_after) == (200, 2, 19)
    assert page.columns == COLUMNS


def test_total_is_counted_once(pool, store):
    query = parse([("name__contains", "7")], COLUMNS)
    assert pool.rows(store, COLUMNS, query).total == 271
    assert pool._totals[(str(store), "name__contains=7")] == 271
    assert pool.rows(store, COLUMNS, query.at(offset=200)).total == 271


def test_failure_in_the_child_is_raised_as_it_was(pool, store):
    with pytest.raises(Invalid) as caught:
        pool.compare((store, COLUMNS), (store, COLUMNS), key=["校名"], target=None)
    assert (caught.value.code, [problem.where for problem in caught.value.problems]) == ("key_does_not_fit", ["校名"])


def test_a_store_that_is_gone_or_damaged_is_told_of_and_the_question_may_be_asked_again(pool, store, tmp_path):
    told: list[Path] = []
    pool.on_broken = told.append
    damaged = tmp_path / "damaged.duckdb"
    content = bytearray(store.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    damaged.write_bytes(bytes(content))
    for broken in (tmp_path / "gone.duckdb", damaged):
        with pytest.raises(Busy, match="row_store_is_broken"):
            pool.rows(broken, COLUMNS, parse([("_sort", "name")], COLUMNS))
    assert told == [tmp_path / "gone.duckdb", damaged]


def test_what_duckdb_says_is_not_passed_on(pool, tmp_path, capfd):
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"secret" * 1000)
    with pytest.raises(Busy) as caught:
        pool.rows(broken, COLUMNS, EVERYTHING)
    assert (caught.value.code, caught.value.params) == ("row_store_is_broken", {})


def test_many_threads_share_two_children(pool, store):
    answers: list[int] = []

    def ask(number: int) -> None:
        page = pool.rows(store, COLUMNS, parse([("name", f"第{number}号")], COLUMNS))
        answers.append(page.numbers[0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 41)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(1, 41))


def test_question_past_its_deadline_is_killed_and_the_next_is_answered(big_store, store):
    pool = QueryPool(size=1, deadline=0.25)
    pool.warm()
    time.sleep(1)
    started = time.monotonic()
    with pytest.raises(TooLarge) as caught:
        pool.rows(big_store, COLUMNS, SLOW)
    assert caught.value.code == "question_takes_too_long"
    assert time.monotonic() - started < 3
    pool._questions.deadline = 20
    assert pool.rows(store, COLUMNS, EVERYTHING).total == 1000
    pool.close()


def test_all_children_busy_is_told_after_a_while(big_store):
    pool = QueryPool(size=1, deadline=20, patience=0.1)
    pool.warm()
    thread = threading.Thread(target=lambda: pool.rows(big_store, COLUMNS, SLOW))
    thread.start()
    time.sleep(0.3)
    with pytest.raises(Busy, match="questions_are_busy"):
        pool.rows(big_store, COLUMNS, EVERYTHING)
    thread.join()
    pool.close()


def test_child_that_left_while_idle_is_replaced(store):
    pool = QueryPool(size=1, deadline=20, idle_seconds=0.2)
    assert pool.rows(store, COLUMNS, EVERYTHING).total == 1000
    time.sleep(0.8)
    assert pool.rows(store, COLUMNS, EVERYTHING).total == 1000
    pool.close()


def test_child_that_was_killed_from_outside_is_replaced(store):
    pool = QueryPool(size=1, deadline=20)
    assert pool.rows(store, COLUMNS, EVERYTHING).total == 1000
    process = pool._questions._workers[0].process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(TooLarge, match="question_needs_too_much_memory"):
        pool.rows(store, COLUMNS, EVERYTHING)
    assert pool.rows(store, COLUMNS, EVERYTHING).total == 1000
    pool.close()


def test_memory_limit_ends_the_question_not_the_server(big_store, store):
    pool = QueryPool(size=1, deadline=20, memory_bytes=64 << 20)
    with pytest.raises(TooLarge, match="question_needs_too_much_memory"):
        pool.rows(big_store, COLUMNS, SLOW)
    pool.close()


def test_closed_pool_leaves_no_process_and_no_folder(store):
    before = children()
    pool = QueryPool(size=2, deadline=20)
    pool.warm()
    pool.rows(store, COLUMNS, EVERYTHING)
    folders = [worker.spill for worker in pool._questions._workers]
    pool.close()
    assert children() <= before
    assert not any(folder.exists() for folder in folders if folder)


def test_thousand_questions_leak_no_file_and_no_thread(pool, store):
    pool.rows(store, COLUMNS, EVERYTHING)
    files, threads = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for number in range(300):
        pool.rows(store, COLUMNS, Query(limit=1, offset=number))
    assert len(list(Path("/proc/self/fd").iterdir())) - files <= 2
    assert threading.active_count() - threads <= 2


def test_only_a_few_stores_stay_open(pool, store, tmp_path):
    for number in range(12):
        copy = tmp_path / f"{number}.duckdb"
        copy.write_bytes(store.read_bytes())
        assert pool.rows(copy, COLUMNS, EVERYTHING).total == 1000
    for worker in pool._questions._workers:
        if worker.process is not None:
            opened = [str(link.readlink()) for link in Path(f"/proc/{worker.process.pid}/fd").iterdir()]
            assert len([path for path in opened if path.endswith(".duckdb")]) <= 4


def test_child_has_nothing_of_the_parents_environment(pool, store, monkeypatch):
    monkeypatch.setenv("KAIFANG_SECRET", "x")
    fresh = QueryPool(size=1, deadline=20)
    fresh.rows(store, COLUMNS, EVERYTHING)
    process = fresh._questions._workers[0].process
    assert process is not None
    assert b"KAIFANG_SECRET" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    fresh.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk_is_told_as_such(pool, store):
    with pytest.raises(Busy, match="disk_full"):
        pool.export(store, COLUMNS, None, "csv", Path("/dev/full"))


def test_children_stand_back_from_the_processes_that_serve_pages(pool, store):
    pool.rows(store, COLUMNS, EVERYTHING)
    process = next(worker.process for worker in pool._questions._workers if worker.process)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= min(os.getpriority(os.PRIO_PROCESS, 0) + 5, 19)


def test_grouped_question_that_needs_more_memory_gets_it_once(tmp_path, monkeypatch):
    path = tmp_path / "many.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE data AS SELECT n AS _row, CAST(n AS BIGINT) AS c0 FROM range(1, 3000002) t(n)")
    connection.close()
    columns = [Column(0, "n", "数", "integer")]
    pairs = [("_measure", "median:n")]
    request = {
        "act": "rows", "store": str(path), "columns": [column.as_dict() for column in columns], "pairs": pairs,
        "as_text": False, "total": None,
    }  # fmt: skip
    monkeypatch.setattr(child, "MEMORY_PER_STORE", 12 << 20)
    answers = child.Answers(tmp_path)
    assert answers.answer(request)["ok"]["rows"] == [[1500001.0]]
    monkeypatch.setattr(child, "MEMORY_FOR_GROUPS", 12 << 20)
    assert answers.answer(request)["error"]["code"] == "question_needs_too_much_memory"
    answers.forget()
