"""`kill -9` while data files come in, are compared, mended and written: nothing acknowledged is lost or half public."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from datasets.models import DataVersion, Intake, Upload
from portal.house import House, build_house
from tests.e2e.oracle import check_house, public_titles
from tests.e2e.running import prepare_home, settings_of
from tests.e2e.zygote import Acts
from tests.e2e.zygote_acts import ROWS, versions
from tests.e2e.zygote_data_acts import plan_of
from tests.portal.test_faults import TITLE, copy, must, spread

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="makes homes with SQLite: runs in that leg"),
]

DEATHS = 3
"""At so many points, evenly spread, each act is killed."""
NEXT = ROWS + "青山湖社区,6250003,777\r\n".encode("gb18030")
"""The next delivery: one row more."""


@pytest.fixture(scope="module")
def warm() -> Iterator[Acts]:
    """A warm process in which acts are forked."""
    acts = Acts()
    yield acts
    acts.close()


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory, warm: Acts) -> Path:
    """A home with a draft that waits for its file."""
    home = tmp_path_factory.mktemp("data") / "home"
    prepare_home(home)
    must(warm.run("draft", home, title=TITLE))
    return home


@pytest.fixture(scope="module")
def opened(drafted: Path, warm: Acts) -> Path:
    """A home whose entry and first version are public."""
    home = copy(drafted, drafted.parent / "opened")
    must(warm.run("upload", home, title=TITLE))
    for step, username in (("submit", "editor"), ("sign", "reviewer"), ("approve", "office"), ("publish", "office")):
        must(warm.run("step", home, title=TITLE, step=step, username=username))
    return home


def deaths(warm: Acts, act: str, origin: Path, folder: Path, **params: str) -> Iterator[Path]:
    """Homes in which the act died, at points spread over its course."""
    whole = warm.run(act, copy(origin, folder / "whole"), **params)
    must(whole)
    for kill_at in spread(whole.points, DEATHS):
        home = copy(origin, folder / f"at-{kill_at}")
        outcome = warm.run(act, home, kill_at=kill_at, **params)
        assert outcome.is_killed or outcome.is_done, outcome.trouble
        yield home


@contextmanager
def looking(home: Path) -> Iterator[House]:
    """A look behind the pages of a home in which all must be sound."""
    house = build_house(settings_of(home))
    try:
        assert check_house(house) == []
        yield house
    finally:
        house.close()


def test_a_file_in_pieces_goes_on_where_the_told_offset_says(drafted: Path, warm: Acts, tmp_path: Path) -> None:
    for home in deaths(warm, "pieces", drafted, tmp_path, title=TITLE):
        with looking(home) as house:
            with house.database.reading() as session:
                uploads = list(session.scalars(select(Upload)))
            for upload in uploads:
                path = house.pieces.root / f"{upload.id.hex}.part"
                if path.exists():
                    assert path.read_bytes() == ROWS[: path.stat().st_size]
                if upload.blob_sha256:
                    assert house.store.path(upload.blob_sha256).read_bytes() == ROWS
            is_confirmed = bool(versions(house))
        if not is_confirmed:
            must(warm.run("pieces", home, title=TITLE))
        with looking(home) as house, house.database.reading() as session:
            assert [state for _, state in versions(house)] == ["prepared"]
            version = session.scalars(select(DataVersion)).one()
            assert (house.store.path(version.blob_sha256).read_bytes(), version.row_count) == (ROWS, 2)


def test_a_killed_next_delivery_leaves_what_is_public_and_is_compared_when_it_comes_again(
    opened: Path, warm: Acts, tmp_path: Path
) -> None:
    file = tmp_path / "next.csv"
    file.write_bytes(NEXT)
    for home in deaths(warm, "deliver", opened, tmp_path, title=TITLE, file=str(file)):
        with looking(home) as house:
            assert public_titles(house) == {TITLE}
            assert versions(house)[0] == (1, "published")
            is_delivered = len(versions(house)) == 2
        if not is_delivered:
            must(warm.run("deliver", home, title=TITLE, file=str(file)))
        with looking(home) as house, house.database.reading() as session:
            assert versions(house) == [(1, "published"), (2, "department_review")]
            intake = session.scalars(
                select(Intake).where(Intake.state == "confirmed").order_by(Intake.created_at)
            ).all()
            assert intake[-1].reading["difference"]["against"] == 1


def test_a_killed_approval_shows_the_old_version_or_the_new_one(opened: Path, warm: Acts, tmp_path: Path) -> None:
    file = tmp_path / "next.csv"
    file.write_bytes(NEXT)
    waiting = copy(opened, tmp_path / "waiting")
    must(warm.run("deliver", waiting, title=TITLE, file=str(file)))
    must(warm.run("version_step", waiting, step="confirm_data", username="reviewer"))
    approval = {"step": "approve_data", "username": "office"}
    seen = set()
    for home in deaths(warm, "version_step", waiting, tmp_path, **approval):
        with looking(home) as house:
            states = tuple(state for _, state in versions(house))
        seen.add(states)
        if states != ("superseded", "published"):
            must(warm.run("version_step", home, **approval))
        with looking(home) as house:
            assert versions(house) == [(1, "superseded"), (2, "published")]
            assert check_house(house, with_exports=True) == []
    assert seen == {("published", "office_review"), ("superseded", "published")}


def test_a_killed_mending_is_taken_up_again(opened: Path, warm: Acts, tmp_path: Path) -> None:
    broken = copy(opened, tmp_path / "broken")
    with looking(broken) as house, house.database.reading() as session:
        version = session.scalars(select(DataVersion)).one()
        store = house.row_stores.path_of(version.row_store)
        store.write_bytes(b"broken")
        house.marks.add(store)
    for home in deaths(warm, "mend", broken, tmp_path):
        with looking(home) as house:
            for tried in (house.home / "broken").iterdir():
                os.utime(tried, (0, 0))
        must(warm.run("mend", home))
        with looking(home) as house:
            assert house.marks.list_keys() == []
            assert check_house(house, with_exports=True) == []


def test_a_killed_download_is_no_file_and_the_next_one_is_whole(opened: Path, warm: Acts, tmp_path: Path) -> None:
    for home in deaths(warm, "export", opened, tmp_path):
        with looking(home) as house:
            found = house.downloads.find(plan_of(house))
            promised = plan_of(house).version.csv_sha256
            assert found is None or found.sha256 == promised
        must(warm.run("export", home))
        with looking(home) as house:
            found = house.downloads.find(plan_of(house))
            assert found is not None and found.sha256 == promised
