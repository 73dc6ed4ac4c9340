"""`kill -9` at every step of what writes: nothing that was acknowledged is lost, nothing is ever half public."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from catalog.errors import NotFound
from catalog.models import Job
from catalog.search.searching import search_entries
from datasets.models import Intake
from portal.backup import check_backup, restore_backup
from portal.house import House, build_house
from tests.e2e.oracle import audit_count, check_house, public_titles
from tests.e2e.running import prepare_home, settings_of
from tests.e2e.zygote import Acts, Outcome
from tests.e2e.zygote_acts import versions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="makes homes with SQLite: runs in that leg"),
]

TITLE = "社区居委会名录"
DEATHS = 6
"""At so many points, evenly spread, each act is killed."""

Rounds = Callable[..., Iterator[tuple[House, Outcome]]]


@pytest.fixture(scope="module")
def acts() -> Iterator[Acts]:
    """A warm process in which acts are forked."""
    acts = Acts()
    yield acts
    acts.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, acts: Acts) -> Path:
    """A home with a draft that has a file resource."""
    home = tmp_path_factory.mktemp("base") / "home"
    prepare_home(home)
    must(acts.run("draft", home, title=TITLE))
    return home


@pytest.fixture(scope="module")
def filled(base: Path, acts: Acts) -> Path:
    """The same with its file read and confirmed, and approved: one step from being public."""
    home = copy(base, base.parent / "filled")
    must(acts.run("upload", home, title=TITLE))
    for step, username in (("submit", "editor"), ("sign", "reviewer"), ("approve", "office")):
        must(acts.run("step", home, title=TITLE, step=step, username=username))
    return home


@pytest.fixture
def rounds(tmp_path: Path, acts: Acts) -> Rounds:
    """Kill an act at points spread over its course, each time on a fresh copy of a home."""

    def run(act: str, origin: Path, *, deaths: int = DEATHS, **params: object) -> Iterator[tuple[House, Outcome]]:
        whole = acts.run(act, copy(origin, tmp_path / "whole"), **params)
        must(whole)
        assert whole.points > 3
        for kill_at in spread(whole.points, deaths):
            home = copy(origin, tmp_path / f"at-{kill_at}")
            outcome = acts.run(act, home, kill_at=kill_at, **params)
            assert outcome.is_killed or outcome.is_done, outcome.trouble
            house = build_house(settings_of(home))
            yield house, outcome
            house.close()

    return run


def spread(points: int, deaths: int) -> list[int]:
    """So many numbers from 1 to `points`, evenly spread, both ends included."""
    deaths = min(points, deaths)
    return sorted({1 + round(number * (points - 1) / max(1, deaths - 1)) for number in range(deaths)})


def must(outcome: Outcome) -> None:
    """The act came to its end."""
    assert outcome.is_done, outcome.trouble


def copy(home: Path, target: Path) -> Path:
    """A home of its own, as a backup of a stopped machine would be."""
    return shutil.copytree(home, target)


def test_killed_upload_is_there_whole_or_not_at_all(base: Path, acts: Acts, rounds: Rounds) -> None:
    for house, _ in rounds("upload", base, deaths=5, title=TITLE):
        assert check_house(house) == []
        with house.database.reading() as session:
            for intake in session.scalars(select(Intake)):
                assert list(house.store.check([intake.blob_sha256])) == []
        assert [number for number, _ in versions(house)] in ([], [1])
        for number, _ in versions(house):
            assert number == 1
        if not versions(house):
            must(acts.run("upload", house.home, title=TITLE))
        assert [state for _, state in versions(house)][-1] == "prepared"
        house.store.sweep(set(house.store.iter_digests()), older_than=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        assert list((house.home / "incoming").glob("*.part")) == []


def test_killed_publication_is_public_whole_or_not_at_all(filled: Path, acts: Acts, rounds: Rounds) -> None:
    seen = set()
    for house, outcome in rounds("step", filled, deaths=12, title=TITLE, step="publish", username="office"):
        assert check_house(house) == []
        is_public = public_titles(house) == {TITLE}
        assert is_public or not outcome.is_done
        seen.add(is_public)
        if not is_public:
            must(acts.run("step", house.home, title=TITLE, step="publish", username="office"))
        assert public_titles(house) == {TITLE}
    assert seen == {True, False}, "the points reach to both sides of the commit"


def test_killed_withdrawal_leaves_all_channels_or_none(filled: Path, acts: Acts, rounds: Rounds) -> None:
    home = copy(filled, filled.parent / "withdrawing")
    must(acts.run("step", home, title=TITLE, step="publish", username="office"))
    must(acts.run("step", home, title=TITLE, step="ask_withdrawal", username="editor"))
    for house, outcome in rounds("step", home, title=TITLE, step="withdraw", username="office"):
        assert check_house(house) == []
        assert public_titles(house) in (set(), {TITLE})
        assert not (outcome.is_done and public_titles(house))


def test_public_file_is_the_promised_one_after_a_killed_publication(filled: Path, acts: Acts, tmp_path: Path) -> None:
    home = copy(filled, tmp_path / "home")
    acts.run("step", home, kill_at=30, title=TITLE, step="publish", username="office")
    acts.run("step", home, title=TITLE, step="publish", username="office")
    house = build_house(settings_of(home))
    assert public_titles(house) == {TITLE}
    assert check_house(house, with_exports=True) == []
    house.close()


def test_killed_index_writer_costs_no_search(filled: Path, acts: Acts, rounds: Rounds) -> None:
    home = copy(filled, filled.parent / "searching")
    must(acts.run("follow_search", home))
    must(acts.run("step", home, title=TITLE, step="publish", username="office"))
    for house, _ in rounds("follow_search", home):
        with house.database.reading() as session:
            search_entries(session, house.search, "居委会")
        must(acts.run("follow_search", house.home))
        with house.database.reading() as session:
            assert house.search.search("居委会").total == 1


def test_killed_backup_is_no_backup_and_the_next_one_is_whole(filled: Path, acts: Acts, tmp_path: Path) -> None:
    home = copy(filled, tmp_path / "home")
    must(acts.run("backup", home, target=str(tmp_path / "first"), hour=1))
    counted = acts.run("backup", home, target=str(tmp_path / "counted"), hour=1).points
    for kill_at in spread(counted, 6):
        target = tmp_path / f"at-{kill_at}"
        outcome = acts.run("backup", home, kill_at=kill_at, target=str(target), hour=1)
        try:
            check_backup(target, advance=lambda done, total: None)
        except NotFound:
            assert not outcome.is_done
        must(acts.run("backup", home, target=str(target), hour=2))
        found = check_backup(target, advance=lambda done, total: None)
        assert found.folder.name.endswith("-100000"), "the newest whole one"
    restored = settings_of(tmp_path / "restored")
    restore_backup(restored, target, advance=lambda done, total: None)
    house, before = build_house(restored), build_house(settings_of(home))
    assert check_house(house) == []
    assert audit_count(house) == audit_count(before)
    assert sorted(house.store.iter_digests()) == sorted(before.store.iter_digests())
    house.close()
    before.close()


def test_job_of_a_killed_worker_runs_again_once(base: Path, acts: Acts, rounds: Rounds) -> None:
    home = copy(base, base.parent / "working")
    must(acts.run("queue_reading", home, title=TITLE))
    seen = set()
    for house, _ in rounds("work_once", home, deaths=4):
        [state] = job_states(house)
        seen.add(state)
        if state == "running":
            assert "no job is ready" in acts.run("work_once", house.home).trouble, "its lease has not run out"
        if state != "done":
            must(acts.run("work_once", house.home, seconds_later=61))
        assert job_states(house) == ["done"]
        assert "no job is ready" in acts.run("work_once", house.home, seconds_later=3600).trouble
        assert check_house(house) == []
        with house.database.reading() as session:
            assert list(session.scalars(select(Intake.state))) == ["read"]
            assert session.scalar(select(func.max(Job.attempts))) == (2 if state == "running" else 1)
    assert "running" in seen


def job_states(house: House) -> list[str]:
    """The states of all jobs."""
    with house.database.reading() as session:
        return list(session.scalars(select(Job.state)))
