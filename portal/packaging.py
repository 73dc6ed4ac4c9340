"""报送包 in the house: asked for by a person, made by a job, kept as a file with its facts beside it, swept in time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from catalog.audit import record_audit
from catalog.errors import NotFound
from catalog.jobs import JobFacts, list_jobs, queue_job
from catalog.packages import PackageFacts, PackageScope, PackageSources, get_scope, write_package
from catalog.permissions import Actor, require_allowed, system_actor
from datasets.storage.files import new_file, remove_older, require_space
from portal.filenames import safe_file_name

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from datasets.versions import VersionFacts
    from portal.house import House

JOB_KIND = "package.make"
KEPT_DAYS = 30
"""A package is a copy of what is public on a day; after so many days it is made anew when needed."""
REPORT_EVERY = 10
"""Entries between two reports of progress."""
Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Package:
    """A finished package with who asked for it, when it was made, and until when it is kept."""

    facts: PackageFacts
    by_name: str
    made_at: dt.datetime
    kept_until: dt.date


def ask_for_package(
    session: Session, *, kind: str, key: str, with_originals: bool, by: Actor, now: dt.datetime
) -> PackageScope:
    """Queue the making of a package; asking again while it waits or runs changes nothing.

    Raises NotAllowed, NotFound("department_not_found" | "plan_not_found"), Invalid("package_scope_unknown").
    """
    require_allowed(by, "plan.hand_over")
    scope = get_scope(session, kind, key, with_originals=with_originals)
    package_id = uuid.uuid4()
    params = {"package": str(package_id), "scope": asdict(scope), "by_name": by.name, "at": now.isoformat()}
    job_key = f"package:{kind}:{key}:{with_originals}"[:200]
    if queue_job(session, JOB_KIND, params, key=job_key, now=now) is not None:
        record_audit(
            session, by=by, act="plan.hand_over", object_kind="package", object_id=package_id, now=now,
            params={"scope": kind, "key": key, "with_originals": with_originals},
        )  # fmt: skip
    return scope


def make_package(house: House, params: Mapping[str, Any], report: Report) -> None:
    """The job. Doing it twice does no harm: a package that is there stays as it is."""
    package_id, scope = str(uuid.UUID(params["package"])), PackageScope(**params["scope"])
    folder = house.settings.folder("packages")
    if _facts_path(folder, package_id).exists():
        return
    require_space(folder)

    def tell(done: int, total: int) -> None:
        if done % REPORT_EVERY == 0 or done == total:
            report(done, total, "package")

    with new_file(_zip_path(folder, package_id)) as target:
        facts = write_package(target, package_id, scope, _sources(house), on=house.today(), report=tell)
    with new_file(_facts_path(folder, package_id)) as target:
        about = {"facts": asdict(facts), "by_name": params["by_name"], "made_at": house.now().isoformat()}
        target.write_bytes(orjson.dumps(about))
    with house.database.work() as session:
        record_audit(
            session, by=system_actor(JOB_KIND), act="plan.hand_over", object_kind="package", object_id=package_id,
            now=house.now(), params={"entries": facts.entries, "files": facts.files, "sha256": facts.sha256},
        )  # fmt: skip


def list_packages(house: House) -> list[Package]:
    """The finished packages, the newest first: as many as were made in the days they are kept."""
    folder = house.settings.folder("packages")
    found = [_read(path) for path in folder.glob("*.json") if _zip_path(folder, path.stem).exists()]
    return sorted(found, key=lambda one: (one.made_at, one.facts.id), reverse=True)


def list_making(session: Session) -> list[JobFacts]:
    """The jobs that wait, run or have failed of late, the newest first."""
    return [job for job in list_jobs(session, kind=JOB_KIND, limit=20) if job.state != "done"]


def get_package(house: House, package_id: uuid.UUID) -> tuple[Package, Path]:
    """A finished package and its file. Raises NotFound("package_not_found")."""
    folder = house.settings.folder("packages")
    facts, archive = _facts_path(folder, str(package_id)), _zip_path(folder, str(package_id))
    if not (facts.exists() and archive.exists()):
        raise NotFound("package_not_found")
    return _read(facts), archive


def sweep_packages(house: House) -> int:
    """Remove packages that have had their days, and what a killed job left; how many files."""
    folder, now = house.settings.folder("packages"), house.now().timestamp()
    removed = remove_older(folder.glob("[!.]*"), before=now - KEPT_DAYS * 86_400)
    left = [path for path in folder.rglob(".*") if path.is_file()]
    left += [path for inner in folder.glob(".package-*") for path in inner.rglob("*") if path.is_file()]
    removed += remove_older(left, before=now - 86_400)
    for inner in folder.glob(".package-*"):
        if inner.is_dir() and not any(inner.iterdir()):
            inner.rmdir()
    return removed


def _sources(house: House) -> PackageSources:
    def original(version: VersionFacts) -> Path:
        return house.store.path(version.blob_sha256)

    return PackageSources(
        reading=house.database.reading,
        export_csv=lambda version: house.downloads.export(version, None, "csv").path,
        original=original,
        clean=lambda name, fallback: safe_file_name(name, fallback=fallback),
        site=house.settings.site_name,
    )


def _zip_path(folder: Path, package_id: str) -> Path:
    return folder / f"{package_id}.zip"


def _facts_path(folder: Path, package_id: str) -> Path:
    return folder / f"{package_id}.json"


def _read(path: Path) -> Package:
    about = orjson.loads(path.read_bytes())
    facts = about["facts"]
    made_at = dt.datetime.fromisoformat(about["made_at"])
    return Package(
        PackageFacts(**{**facts, "scope": PackageScope(**facts["scope"])}),
        about["by_name"],
        made_at,
        made_at.date() + dt.timedelta(days=KEPT_DAYS),
    )
