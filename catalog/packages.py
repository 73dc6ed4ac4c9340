"""报送包: all that is public of a plan, a department or the whole catalog as one archive, to be handed to the city.

Of every department the catalog in the form that departments fill, the published data as CSV (on request also as
delivered), a manifest as CSV and JSON with checksums, and a text. Only what is public and open without conditions goes
in as a file: never a draft, never a version under review, nothing closed. The same state gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.changes import change_number
from catalog.departments import get_department
from catalog.errors import Busy, Invalid, NotFound
from catalog.feeds.records import FeedRecord, RecordResource
from catalog.models import CurrentRecord, Department, PlanItem, WorkPlan
from catalog.sheet.basis import list_published_bases
from datasets.formats.guard import guard_cell
from datasets.ingest.source import original_suffix
from datasets.versions import VersionFacts, get_version

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

FORMAT = 1
"""Grows when the layout of the archive changes."""
SCOPES = ("all", "plan", "department")
CHUNK = 1 << 20
NOT_OPEN = {"conditional": "有条件开放，不含文件", "closed": "不予开放，不含文件"}

WITHHELD = "原始文件不公开"


@dataclass(frozen=True, slots=True)
class PackageScope:
    """What a package holds: all, or the plan or department of this code or slug; `title` names it in words."""

    kind: str
    key: str
    title: str
    with_originals: bool = False


@dataclass(frozen=True, slots=True)
class PackageLine:
    """One line of the manifest: `kind` is catalog (a workbook), data, original, or entry (one without files).

    `sha256` and `bytes` are those of the file in the archive; `rows` count entries in a workbook.
    """

    kind: str
    department: str
    code: str | None = None
    name: str = ""
    title: str = ""
    resource: str = ""
    path: str = ""
    rows: int | None = None
    bytes: int | None = None
    sha256: str = ""
    version: int | None = None
    change_number: int | None = None
    open_type: str = ""
    note: str = ""


LINE_TITLES: dict[str, str] = {
    "kind": "类别", "department": "部门", "code": "信息资源代码", "name": "地址名", "title": "信息资源名称",
    "resource": "文件", "path": "包内路径", "rows": "行数", "bytes": "字节数", "sha256": "SHA-256",
    "version": "数据版本", "change_number": "变更序号", "open_type": "开放类型", "note": "备注",
}  # fmt: skip
"""Field of a manifest line → its header in manifest.csv."""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """A finished package; sizes in bytes."""

    id: str
    scope: PackageScope
    on: str
    change_number: int
    departments: int
    entries: int
    files: int
    byte_size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageSources:
    """Where the pieces come from: short reading sessions, whole CSVs, delivered files, and names fit for every disk."""

    reading: Callable[[], AbstractContextManager[Session]]
    export_csv: Callable[[VersionFacts], Path]
    original: Callable[[VersionFacts], Path]
    clean: Callable[[str, str], str]
    """(name, fallback) → a file name without separators."""
    site: str


def get_scope(session: Session, kind: str, key: str, *, with_originals: bool = False) -> PackageScope:
    """The scope with its title.

    Raises NotFound("department_not_found" | "plan_not_found"), Invalid("package_scope_unknown").
    """
    if kind == "all":
        return PackageScope("all", "", "全部部门", with_originals)
    if kind == "department":
        return PackageScope(kind, key, get_department(session, key).name, with_originals)
    if kind != "plan":
        raise Invalid("package_scope_unknown", kind=kind[:20])
    title = session.scalar(select(WorkPlan.title).where(WorkPlan.code == key))
    if title is None:
        raise NotFound("plan_not_found", plan=key[:40])
    return PackageScope(kind, key, title, with_originals)


def write_package(
    target: Path,
    package_id: str,
    scope: PackageScope,
    sources: PackageSources,
    *,
    on: dt.date,
    report: Callable[[int, int], None],
) -> PackageFacts:
    """Write the archive to `target`, department by department; memory is that of one department's workbook.

    `report` hears how many entries are done, of how many. Raises Busy("package_differs") when a file is not what
    the catalog says it is, and what exporting raises: a package is whole or there is none.
    """
    with sources.reading() as session:
        number = change_number(session)
        departments = list_departments_of(session, scope)
    total, done, files = sum(len(ids) for _, ids in departments), 0, 0
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".package-") as folder, _Archive(target, on) as archive:
        manifest = _Manifest(Path(folder))
        for position, (department, ids) in enumerate(departments, start=1):
            root = f"{position:02}-{sources.clean(department, f'department-{position}')}"
            part = _Folder(archive, sources, scope, department, root)
            manifest.add(part.add_workbook(Path(folder) / "catalog.xlsx", ids, on))
            for entry_id in ids:
                for line in part.add_entry(entry_id):
                    manifest.add(line)
                    files += line.kind == "data"
                done += 1
                report(done, total)
        head = {
            "format": FORMAT, "site": sources.site, "scope": asdict(scope), "on": on.isoformat(),
            "change_number": number, "departments": len(departments), "entries": total, "files": files,
        }  # fmt: skip
        manifest.close(head)
        archive.add_file("manifest.json", manifest.json_path)
        archive.add_file("manifest.csv", manifest.csv_path)
        archive.add_text("说明_README.txt", _readme(head, sources.site, scope))
    digest = _digest(target)
    size = target.stat().st_size
    return PackageFacts(package_id, scope, on.isoformat(), number, len(departments), total, files, size, digest)


def list_departments_of(session: Session, scope: PackageScope) -> list[tuple[str, list[uuid.UUID]]]:
    """Departments with the ids of their public entries in the scope, in the order of departments and titles."""
    query = (
        select(Department.name, CurrentRecord.entry_id)
        .join(Department, Department.id == CurrentRecord.department_id)
        .order_by(Department.position, Department.slug, CurrentRecord.ordinal)
    )
    if scope.kind == "department":
        query = query.where(Department.slug == scope.key)
    elif scope.kind == "plan":
        planned = select(PlanItem.entry_id).join(WorkPlan, WorkPlan.id == PlanItem.plan_id)
        query = query.where(
            CurrentRecord.entry_id.in_(planned.where(WorkPlan.code == scope.key, PlanItem.state == "expected"))
        )
    found: dict[str, list[uuid.UUID]] = {}
    for name, entry_id in session.execute(query):
        found.setdefault(name, []).append(entry_id)
    return list(found.items())


class _Archive:
    """A zip written piece by piece; times in it are those of the day, so that equal content is equal bytes."""

    def __init__(self, target: Path, on: dt.date) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)
        self._time = (on.year, on.month, on.day, 0, 0, 0)

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_file(self, path: str, source: Path) -> tuple[int, str]:
        """Copy a file in; gives its size and SHA-256."""
        with source.open("rb") as stream:
            return self._add(path, stream)

    def add_text(self, path: str, text: str) -> tuple[int, str]:
        """Write a text; gives its size and SHA-256."""
        return self._add(path, io.BytesIO(text.encode()))

    def _add(self, path: str, stream: IO[bytes]) -> tuple[int, str]:
        info = zipfile.ZipInfo(path, self._time)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            while chunk := stream.read(CHUNK):
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        return size, digest.hexdigest()


class _Manifest:
    """The two manifests, written line by line so that a large one needs no memory."""

    def __init__(self, folder: Path) -> None:
        self.csv_path, self.json_path = folder / "manifest.csv", folder / "manifest.json"
        self._lines = folder / "lines"
        self._csv = self.csv_path.open("w", encoding="utf-8-sig", newline="")
        self._json = self._lines.open("wb")
        self._writer = csv.writer(self._csv)
        self._writer.writerow(LINE_TITLES[one.name] for one in fields(PackageLine))

    def add(self, line: PackageLine) -> None:
        """One more line in both."""
        facts = asdict(line)
        self._writer.writerow("" if value is None else guard_cell(str(value)) for value in facts.values())
        self._json.write(orjson.dumps(facts) + b"\n")

    def close(self, head: dict[str, Any]) -> None:
        """Finish both; `head` says what the package is."""
        self._csv.close()
        self._json.close()
        with self.json_path.open("wb") as target, self._lines.open("rb") as lines:
            target.write(orjson.dumps(head, option=orjson.OPT_INDENT_2).removesuffix(b"\n}") + b',\n  "lines": [\n')
            for number, line in enumerate(lines):
                target.write((b",\n" if number else b"") + b"    " + line.rstrip(b"\n"))
            target.write(b"\n  ]\n}\n")


@dataclass(frozen=True, slots=True)
class _Folder:
    """Writes one department's part of the archive; `names` are those its data files have taken."""

    archive: _Archive
    sources: PackageSources
    scope: PackageScope
    department: str
    root: str
    names: set[str] = field(default_factory=set)

    def add_workbook(self, book: Path, ids: list[uuid.UUID], on: dt.date) -> PackageLine:
        """The catalog as published, in the form that departments fill; `book` is a path to write it to first."""
        from catalog.sheet.template import write_template

        with self.sources.reading() as session:
            bases = list_published_bases(session, ids)
        write_template(book, department=self.department, on=on, entries=bases, site=self.sources.site)
        path = f"{self.root}/公共数据资源目录.xlsx"
        size, digest = self.archive.add_file(path, book)
        return PackageLine(
            "catalog", self.department, title="公共数据资源目录", path=path, rows=len(bases), bytes=size, sha256=digest
        )

    def add_entry(self, entry_id: uuid.UUID) -> Iterator[PackageLine]:
        """The files of one entry with their lines; a line of its own for an entry without."""
        with self.sources.reading() as session:
            row = session.get(CurrentRecord, entry_id, populate_existing=True)
            if row is None:  # withdrawn while the package was being made
                return
            record, number = FeedRecord.from_dict(row.record), row.change_number
            is_open = record.open_type == "unconditional"
            versions = [(file, _version(session, file)) for file in record.files] if is_open else []
        entry = PackageLine(
            "entry", self.department, record.code, record.name, record.title,
            change_number=number, open_type=record.open_type,
        )  # fmt: skip
        if not versions:
            yield replace(entry, note=NOT_OPEN.get(record.open_type, "没有数据文件"))
        for file, version in versions:
            title = record.title if len(versions) == 1 else f"{record.title}_{file.title}"
            stem = self._unused(self.sources.clean(title[:80], record.name))
            line = replace(entry, resource=file.title, rows=version.row_count, version=version.number)
            is_withheld = self.scope.with_originals and not version.is_original_public
            noted = replace(line, note=WITHHELD) if is_withheld else line
            yield self._add_data(noted, f"{self.root}/数据/{stem}.csv", version)
            if self.scope.with_originals and not is_withheld:
                path = f"{self.root}/原始文件/{stem}.{original_suffix(version.file_format)}"
                size, digest = self.archive.add_file(path, self.sources.original(version))
                yield replace(line, kind="original", path=path, bytes=size, sha256=digest)

    def _add_data(self, line: PackageLine, path: str, version: VersionFacts) -> PackageLine:
        size, digest = self.archive.add_file(path, self.sources.export_csv(version))
        if digest != version.csv_sha256:
            raise Busy("package_differs", title=line.title)
        return replace(line, kind="data", path=path, bytes=size, sha256=digest)

    def _unused(self, stem: str) -> str:
        """`stem`, numbered if the department has a file of this name already (whatever its case)."""
        chosen, number = stem, 1
        while chosen.casefold() in self.names:
            number += 1
            chosen = f"{stem}_{number}"
        self.names.add(chosen.casefold())
        return chosen


def _version(session: Session, file: RecordResource) -> VersionFacts:
    assert file.version is not None
    return get_version(session, uuid.UUID(file.id), file.version.number)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _readme(head: dict[str, Any], site: str, scope: PackageScope) -> str:
    lines = [
        f"{site} 报送包",
        "=" * 20,
        f"范围：{scope.title}",
        f"日期：{head['on']}（变更序号 {head['change_number']}）",
        f"部门 {head['departments']} 个，目录 {head['entries']} 条，数据文件 {head['files']} 个",
        "",
        "每个部门一个文件夹：",
        "  公共数据资源目录.xlsx  已发布的目录，一行一个信息项",
        "  数据/                  已发布的数据，CSV，UTF-8（带 BOM）",
        *(["  原始文件/              部门提交的原文件"] if scope.with_originals else []),
        "",
        "manifest.csv 与 manifest.json 列出每个文件的路径、行数、字节数、SHA-256、数据版本和变更序号。",
        "有条件开放和不予开放的条目只列目录，不含文件。未发布的内容不在包内。",
    ]
    return "\r\n".join(lines) + "\r\n"
