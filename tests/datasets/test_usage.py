"""Usage: noted beside the request, counted exactly once, people apart from programs."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
import uuid
from collections import Counter

import pytest

from datasets.usage import UsageLog, add_counts, is_bot, sum_usage, total_usage

DAY = dt.date(2026, 7, 10)
ENTRY = uuid.UUID("12345678-1234-4234-8234-123456789012")
OTHER = uuid.UUID("22345678-1234-4234-8234-123456789012")


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def usage(tmp_path, clock) -> UsageLog:
    return UsageLog(tmp_path / "usage", clock=clock)


def spools(usage: UsageLog) -> int:
    return len(list(usage.folder.glob("*.spool")))


def test_settled_uses_are_counted_by_kind_day_and_kind_of_visitor(usage, clock, session):
    for _ in range(3):
        usage.record(ENTRY, "view", day=DAY)
    usage.record(ENTRY, "view", day=DAY, is_bot=True)
    usage.record(ENTRY, "download", day=DAY)
    usage.record(OTHER, "view", day=DAY - dt.timedelta(days=40))
    clock.seconds += 20
    assert usage.fold(session) == 6
    assert sum_usage(session) == {ENTRY: {"view": 3, "download": 1}, OTHER: {"view": 1}}
    assert sum_usage(session, [ENTRY], with_bots=True) == {ENTRY: {"view": 4, "download": 1}}
    assert sum_usage(session, since=DAY) == {ENTRY: {"view": 3, "download": 1}}
    assert total_usage(session) == {"view": 4, "preview": 0, "download": 1, "api": 0}


def test_spool_in_use_waits(usage, clock, session):
    usage.record(ENTRY, "view", day=DAY)
    assert usage.fold(session) == 0
    clock.seconds += 20
    assert usage.fold(session) == 1


def test_everything_can_be_folded_at_the_end(usage, session):
    usage.record(ENTRY, "view", day=DAY)
    assert usage.fold(session, everything=True) == 1
    usage.record(ENTRY, "view", day=DAY)
    assert usage.fold(session, everything=True) == 1
    assert total_usage(session)["view"] == 2


def test_fold_that_was_rolled_back_counts_later(usage, clock, session):
    usage.record(ENTRY, "view", day=DAY)
    clock.seconds += 20
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        usage.fold(session)
        raise ZeroDivisionError
    assert total_usage(session)["view"] == 0
    assert usage.fold(session) == 1
    assert total_usage(session)["view"] == 1


def test_crash_between_commit_and_removal_counts_nothing_twice(usage, clock, session):
    usage.record(ENTRY, "view", day=DAY)
    clock.seconds += 20
    assert usage.fold(session) == 1
    assert spools(usage) == 1
    again = UsageLog(usage.folder, clock=clock)
    assert again.fold(session) == 0
    assert spools(usage) == 0
    assert again.fold(session) == 0
    assert total_usage(session)["view"] == 1


def test_cut_or_foreign_lines_are_left_out(usage, clock, session):
    usage.record(ENTRY, "view", day=DAY)
    (spool,) = usage.folder.glob("*.spool")
    with spool.open("ab") as file:
        file.write(b'["x"]\n[1,2,3,4]\nnull\n{"a":1}\n\xff\xfe\n["' + ENTRY.hex.encode())
    clock.seconds += 20
    assert usage.fold(session) == 1


def test_threads_lose_nothing(usage, clock, session):
    def visit() -> None:
        for _ in range(200):
            usage.record(ENTRY, "api", day=DAY)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.seconds += 20
    assert usage.fold(session) == 800


def test_forked_process_writes_a_spool_of_its_own(usage, clock, session):
    usage.record(ENTRY, "view", day=DAY)
    child = multiprocessing.get_context("fork").Process(target=usage.record, args=(ENTRY, "view"), kwargs={"day": DAY})
    child.start()
    child.join()
    assert spools(usage) == 2
    clock.seconds += 20
    assert usage.fold(session) == 2


def test_full_disk_loses_the_note_and_not_the_answer(usage, monkeypatch):
    def fail(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("datasets.usage.os.write", fail)
    usage.record(ENTRY, "view", day=DAY)


def test_unknown_kind_of_use_is_a_mistake_of_the_program(usage):
    with pytest.raises(ValueError, match="no kind of use"):
        usage.record(ENTRY, "look", day=DAY)


def test_counts_add_up_over_folds(session):
    sums = Counter({(ENTRY, "view", DAY, False): 2})
    add_counts(session, sums)
    add_counts(session, sums)
    assert sum_usage(session) == {ENTRY: {"view": 4}}


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1 MicroMessenger/8.0", False),
        ("Mozilla/5.0 (Linux; Android 14; HUAWEI) AppleWebKit/537.36 Chrome/99 Mobile QQBrowser/14", False),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider)", True),
        ("Sogou web spider/4.0", True),
        ("Mozilla/5.0 HeadlessChrome/126.0", True),
        ("curl/8.5.0", True),
        ("python-requests/2.32", True),
        ("ckanext-harvest/1.5", True),
        ("", True),
        (None, True),
    ],
)
def test_programs_are_told_from_people(agent, expected):
    assert is_bot(agent) is expected
