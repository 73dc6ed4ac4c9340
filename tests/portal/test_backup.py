"""Backups: made while others write, whole or not at all, restored digest-equal, damage found."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from catalog.errors import Busy, Conflict, Invalid, NotFound
from portal import backup
from portal.backup import check_backup, find_backup, make_backup, restore_backup
from portal.house import House, build_house
from portal.settings import Settings, load_settings

FILES = [b"a,b\r\n1,2\r\n", "名称,数量\r\n社区,5\r\n".encode("gb18030"), b"x" * 3_000_000]


def nothing(done: int, total: int) -> None:
    """No progress shown."""


@pytest.fixture
def full_house(house: House) -> House:
    """A house with three files, a row store, a usage spool and a job."""
    for data in FILES:
        house.store.put(io.BytesIO(data), max_bytes=10_000_000)
    store = house.row_stores.path_of("a" * 64)
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_bytes(b"duckdb")
    (house.settings.folder("usage") / "1.spool").write_text("[]\n")
    return house


def digests(home: Path) -> dict[str, str]:
    """Path → digest of everything that a backup must carry but the database."""
    folders = [home / name for name in backup.KEPT_FOLDERS]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def new_machine(empty_database: str, tmp_path: Path) -> Settings:
    """Settings of a machine with nothing on it but a database of the same kind."""
    if not empty_database.startswith("sqlite") and shutil.which("pg_restore") is None:
        pytest.skip("pg_restore is not installed")
    return load_settings(home=tmp_path / "restored", database_url=empty_database, access_log=False)


def test_restored_home_equals_the_first_one(full_house: House, new_machine: Settings, tmp_path: Path) -> None:
    report = make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    assert report.folder.name == "20260710-100000"
    restored = restore_backup(new_machine, tmp_path / "backups", advance=nothing)
    assert restored.file_count == report.file_count
    assert digests(new_machine.home) == digests(full_house.home)
    assert len(digests(new_machine.home)) == len(FILES) + 2
    other = build_house(new_machine)
    with other.database.reading() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() is not None
    other.close()


def test_secret_key_travels_so_that_sessions_stay_valid(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings(secret_key="")
    if not settings.database_url.startswith("sqlite"):
        pytest.skip("the same for both databases")
    house = build_house(settings)
    make_backup(settings, tmp_path / "backups", now=dt.datetime(2026, 7, 10, tzinfo=dt.UTC), advance=nothing)
    target = load_settings(home=tmp_path / "r", database_url=f"sqlite:///{tmp_path / 'r' / 'kaifang.db'}")
    restore_backup(target, tmp_path / "backups", advance=nothing)
    assert (target.home / "secret_key").read_text() == settings.secret_key
    assert (target.home / "secret_key").stat().st_mode & 0o077 == 0
    house.close()


def test_second_backup_copies_only_what_is_new(full_house: House, tmp_path: Path) -> None:
    first = make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    later = full_house.now() + dt.timedelta(hours=1)
    second = make_backup(full_house.settings, tmp_path / "backups", now=later, advance=nothing)
    assert first.copied_bytes > 3_000_000
    assert second.copied_bytes == 0
    assert second.byte_size == first.byte_size
    assert find_backup(tmp_path / "backups") == second.folder


def test_backup_is_a_moment_of_the_database_while_others_write(full_house: House, tmp_path: Path) -> None:
    if not full_house.settings.database_url.startswith("sqlite"):
        pytest.skip("pg_dump does this by itself")
    with full_house.database.work() as session:
        session.execute(text("CREATE TABLE pair (a INTEGER, b INTEGER)"))
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with full_house.database.work() as session:
                session.execute(text("INSERT INTO pair VALUES (:n, 0)"), {"n": number})
                session.execute(text("UPDATE pair SET b = :n"), {"n": number})
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for hour in range(3):
            now = full_house.now() + dt.timedelta(hours=hour)
            folder = make_backup(full_house.settings, tmp_path / "backups", now=now, advance=nothing).folder
            with sqlite3.connect(folder / "database.sqlite") as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert copy.execute("SELECT count(*) FROM pair WHERE b != (SELECT max(a) FROM pair)").fetchone() == (0,)
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("victim", ["blob", "database", "manifest"])
def test_flipped_bit_is_found_and_nothing_is_restored(
    full_house: House, new_machine: Settings, tmp_path: Path, victim: str
) -> None:
    report = make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    assert check_backup(tmp_path / "backups", advance=nothing).file_count == report.file_count
    path = {
        "blob": next(path for path in (tmp_path / "backups" / "files").rglob("*") if path.is_file()),
        "database": next(report.folder.glob("database.*")),
        "manifest": report.folder / "manifest.json",
    }[victim]
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Invalid) as caught:
        check_backup(report.folder, advance=nothing)
    assert caught.value.code == "backup_damaged"
    with pytest.raises(Invalid):
        restore_backup(new_machine, report.folder, advance=nothing)
    assert digests(new_machine.home) == {}
    assert not (new_machine.home / "kaifang.db").exists()


def test_broken_off_backup_is_none_and_the_last_good_one_is_found(full_house: House, tmp_path: Path) -> None:
    good = make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    (tmp_path / "backups" / "20990101-000000").mkdir()
    (tmp_path / "backups" / "20990101-000000" / "database.sqlite").write_bytes(b"half")
    assert find_backup(tmp_path / "backups") == good.folder
    with pytest.raises(NotFound, match="backup_not_found"):
        find_backup(tmp_path / "nowhere")


def test_full_disk_is_said_and_leaves_no_backup(
    full_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(Busy, match="disk_full"):
        make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    with pytest.raises(NotFound):
        find_backup(tmp_path / "backups")


def test_restore_never_touches_a_home_that_is_not_empty(full_house: House, tmp_path: Path) -> None:
    make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    before = digests(full_house.home)
    with pytest.raises(Conflict, match="backup_target_not_empty"):
        restore_backup(full_house.settings, tmp_path / "backups", advance=nothing)
    assert digests(full_house.home) == before


def test_manifest_that_names_a_path_outside_is_refused(full_house: House, tmp_path: Path) -> None:
    report = make_backup(full_house.settings, tmp_path / "backups", now=full_house.now(), advance=nothing)
    manifest = orjson.loads((report.folder / "manifest.json").read_bytes())
    manifest["files"][-1]["path"] = "../../outside"
    (report.folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    seal = hashlib.sha256((report.folder / "manifest.json").read_bytes()).hexdigest()
    (report.folder / "manifest.sha256").write_text(seal)
    with pytest.raises(Invalid, match="backup_damaged"):
        check_backup(report.folder, advance=nothing)
