"""Backups that can be made while the portal runs, and that say themselves whether they are whole.

A backup folder holds a pool `files/ab/abcd…` named by content, shared by all backups in it (so that a second backup
copies only what is new), and per backup a folder with `database.*` and `manifest.json`, which is written last: a
backup without a manifest is not one. The database is taken first: files that its rows name were written before the
rows and are never changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import make_url

from catalog.errors import Conflict, Invalid, NotFound
from datasets.clock import SHANGHAI
from datasets.storage.files import disk_full_is_busy, sync_file, sync_folder
from portal import __version__
from portal.settings import DEMO_MARK, Settings

KEPT_FOLDERS = ("blobs", "row_stores", "usage")
"""Folders of the home that a backup carries; index, cache, downloads and feeds are made anew."""
KEPT_FILES = ("secret_key", DEMO_MARK)
FORMAT = 1
CHUNK = 1 << 20

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup or restore did: its folder, number of files, bytes in all, bytes newly copied."""

    folder: Path
    file_count: int
    byte_size: int
    copied_bytes: int


def make_backup(settings: Settings, target: Path, *, now: dt.datetime, advance: Advance) -> BackupReport:
    """Back up database and files into a new folder under `target`.

    Raises Busy("disk_full"), leaving a folder without a manifest, which is not a backup.
    """
    with disk_full_is_busy():
        return _make_backup(settings, target, now, advance)


def _make_backup(settings: Settings, target: Path, now: dt.datetime, advance: Advance) -> BackupReport:
    stamp = now.astimezone(SHANGHAI).strftime("%Y%m%d-%H%M%S")
    folder = target / stamp
    folder.mkdir(mode=0o700, parents=True)
    kind, name = _dump_database(settings.database_url, folder)
    entries = [_entry(f"database/{name}", folder / name)]
    sources = list(_sources(settings))
    copied = 0
    for done, (relative, path) in enumerate(sources, start=1):
        entry, is_new = _pool(target / "files", relative, path)
        copied += entry["size"] if is_new else 0
        entries.append(entry)
        advance(done, len(sources))
    facts = {"format": FORMAT, "version": __version__, "made_at": now.isoformat(), "database": kind}
    manifest = {**facts, "files": entries}
    written = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    _write_whole(folder / "manifest.sha256", hashlib.sha256(written).hexdigest().encode())
    _write_whole(folder / "manifest.json", written)
    return BackupReport(folder, len(entries), sum(entry["size"] for entry in entries), copied)


def check_backup(folder: Path, *, advance: Advance) -> BackupReport:
    """Read a whole backup again. Raises NotFound("backup_not_found") or Invalid("backup_damaged")."""
    folder = find_backup(folder)
    manifest = _manifest(folder)
    for done, entry in enumerate(manifest["files"], start=1):
        path = _stored(folder, entry)
        if not path.is_file() or _digest_of(path) != entry["sha256"]:
            raise Invalid("backup_damaged", folder=folder.name, detail=entry["path"])
        advance(done, len(manifest["files"]))
    return BackupReport(folder, len(manifest["files"]), sum(entry["size"] for entry in manifest["files"]), 0)


def restore_backup(settings: Settings, folder: Path, *, advance: Advance) -> BackupReport:
    """Restore into the empty home of `settings`; every digest is checked before anything is put in place.

    Raises Conflict("backup_target_not_empty"), Conflict("backup_other_database"), NotFound and Invalid as
    `check_backup`; a failed restore leaves the home as it was.
    """
    folder = find_backup(folder)
    manifest = _manifest(folder)
    kind = make_url(settings.database_url).get_backend_name()
    if kind != manifest["database"]:
        raise Conflict("backup_other_database", kind=manifest["database"])
    _require_empty(settings)
    staging = settings.home / ".restoring"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        for done, entry in enumerate(manifest["files"], start=1):
            _copy_checked(_stored(folder, entry), staging / entry["path"], entry)
            advance(done, len(manifest["files"]))
        _put_in_place(settings, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return BackupReport(folder, len(manifest["files"]), sum(entry["size"] for entry in manifest["files"]), 0)


def find_backup(folder: Path) -> Path:
    """`folder` itself if it is a backup, else the newest complete backup in it. Raises NotFound."""
    if (folder / "manifest.json").is_file():
        return folder
    whole = sorted(path.parent for path in folder.glob("*/manifest.json"))
    if not whole:
        raise NotFound("backup_not_found", folder=str(folder))
    return whole[-1]


def _sources(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name in KEPT_FILES:
        if (settings.home / name).is_file():
            yield name, settings.home / name
    for name in KEPT_FOLDERS:
        root = _folder(settings, name)
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith((".tmp", ".part")):
                yield f"{name}/{path.relative_to(root).as_posix()}", path


def _folder(settings: Settings, name: str) -> Path:
    return (settings.storage_root if name == "blobs" else settings.home) / name


def _dump_database(url: str, folder: Path) -> tuple[str, str]:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        target = folder / "database.sqlite"
        with closing(sqlite3.connect(parts.database or "")) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
        sync_file(target)
        return "sqlite", target.name
    target = folder / "database.dump"
    _run_tool("pg_dump", url, "--format=custom", "--no-owner", f"--file={target}")
    sync_file(target)
    return "postgresql", target.name


def _run_tool(tool: str, url: str, *arguments: str) -> None:
    """Run a PostgreSQL client; the password travels in the environment, never on the command line."""
    path = shutil.which(tool)
    if path is None:
        raise Invalid("backup_tool_missing", tool=tool)
    parts = make_url(url)
    environment = {**os.environ, "PGPASSWORD": str(parts.password or "")}
    bare = parts.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    subprocess.run([path, f"--dbname={bare}", *arguments], check=True, env=environment)


def _entry(relative: str, path: Path) -> dict[str, object]:
    return {"path": relative, "sha256": _digest_of(path), "size": path.stat().st_size}


def _pool(pool: Path, relative: str, path: Path) -> tuple[dict[str, object], bool]:
    """Copy `path` into the pool unless its content is there; the copy's name is the digest of what was written."""
    fresh = pool / f".{os.getpid()}.part"
    pool.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    if relative.startswith("blobs/") and (known := _pooled(pool, path.name)).is_file():
        return {"path": relative, "sha256": path.name, "size": known.stat().st_size}, False
    with path.open("rb") as source, fresh.open("wb") as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    target = _pooled(pool, digest.hexdigest())
    is_new = not target.exists()
    target.parent.mkdir(mode=0o700, exist_ok=True)
    fresh.replace(target)
    return {"path": relative, "sha256": digest.hexdigest(), "size": size}, is_new


def _pooled(pool: Path, digest: str) -> Path:
    return pool / digest[:2] / digest


def _stored(folder: Path, entry: dict[str, str]) -> Path:
    name = entry["path"]
    if name.startswith("database/"):
        return folder / name.partition("/")[2]
    return _pooled(folder.parent / "files", entry["sha256"])


def _manifest(folder: Path) -> dict[str, list[dict[str, str]]]:
    path = folder / "manifest.json"
    seal = folder / "manifest.sha256"
    if not seal.is_file() or seal.read_text().strip() != _digest_of(path):
        raise Invalid("backup_damaged", folder=folder.name, detail="manifest.json")
    manifest = orjson.loads(path.read_bytes())
    for entry in manifest["files"]:
        if entry["path"].startswith("/") or ".." in Path(entry["path"]).parts:
            raise Invalid("backup_damaged", folder=folder.name, detail=entry["path"])
    return manifest


def _require_empty(settings: Settings) -> None:
    own = {"secret_key", "tmp", "logs", ".restoring"}
    present = [path.name for path in settings.home.iterdir() if path.name not in own]
    database = make_url(settings.database_url).database
    if settings.database_url.startswith("sqlite") and database and Path(database).exists():
        present.append(Path(database).name)
    blobs = _folder(settings, "blobs")
    if blobs.is_dir() and any(blobs.iterdir()):
        present.append(str(blobs))
    if present:
        raise Conflict("backup_target_not_empty", folder=str(settings.home))


def _copy_checked(source: Path, target: Path, entry: dict[str, str]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not source.is_file():
        raise Invalid("backup_damaged", folder=source.parent.name, detail=entry["path"])
    shutil.copyfile(source, target)
    target.chmod(0o600)
    if _digest_of(target) != entry["sha256"]:
        raise Invalid("backup_damaged", folder=source.parent.name, detail=entry["path"])
    sync_file(target)


def _put_in_place(settings: Settings, staging: Path) -> None:
    dump = staging / "database" / "database.dump"
    if dump.is_file():
        _run_tool("pg_restore", settings.database_url, "--no-owner", "--exit-on-error", str(dump))
    else:
        database = Path(make_url(settings.database_url).database or "")
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staging / "database" / "database.sqlite", database)
    for name in (*KEPT_FILES, *KEPT_FOLDERS):
        source = staging / name
        if not source.exists():
            continue
        target = _folder(settings, name) if name in KEPT_FOLDERS else settings.home / name
        if target.is_dir():
            target.rmdir()
        shutil.move(source, target)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(data)
    sync_file(fresh)
    fresh.replace(path)
    sync_folder(path.parent)
