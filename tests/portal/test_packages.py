"""报送包: what is in it, what is not, that it is whole or not there, and that size costs no memory."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import tracemalloc
import uuid
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from catalog.audit import list_audit
from catalog.models import CurrentRecord, Department, Entry, Job, PlanItem, Revision, WorkPlan
from catalog.packages import PackageScope, PackageSources, write_package
from datasets.models import DataVersion
from datasets.query.pool import QueryPool
from portal import packaging
from portal.house import House
from portal.sweeping import sweep_files
from tests.catalog.records import department, file_resource, publish, record
from tests.portal.workspace import District, plain

ON = dt.date(2026, 7, 10)
ALL = PackageScope("all", "", "全部部门")


@pytest.fixture(autouse=True)
def _pool(house: House, shared_pool: QueryPool) -> None:
    house.__dict__["pool"] = shared_pool


def ask(district: District, scope: str = "all:", **form: str) -> None:
    answer = district.people["office"].post("/office/packages", scope=scope, **form)
    assert answer.status_code == 303, plain(answer)[-300:]


def make(house: House, report: Any = lambda *_: None) -> None:
    """Run what waits, as the worker does."""
    with house.database.work() as session:
        jobs = session.scalars(select(Job).where(Job.kind == packaging.JOB_KIND, Job.state == "waiting")).all()
        waiting = [dict(job.params) for job in jobs]
        for job in jobs:
            job.state, job.key = "done", None
    for params in waiting:
        packaging.make_package(house, params, report)


def open_package(house: House) -> zipfile.ZipFile:
    """The only finished package."""
    (package,) = packaging.list_packages(house)
    return zipfile.ZipFile(packaging.get_package(house, uuid.UUID(package.facts.id))[1])


def manifest_of(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(archive.read("manifest.json"))["lines"]
    return lines


def test_a_package_holds_what_is_public_and_nothing_else(district: District, house: House) -> None:
    name = district.published_with_data()
    district.entry("draft", "草稿名单")
    district.entry("office_review", "待审名单")
    district.entry("published", "有条件名单", open_type="conditional", open_condition="签订协议后提供")
    basis = {"closed_basis": "personal_privacy", "closed_basis_text": "含公民个人隐私，依法不予开放"}
    district.entry("published", "不开放名单", open_type="closed", **basis)
    waiting = district.upload(name, "社区名称,办公电话,户数\r\n未审核,0714-6250009,1\r\n".encode())
    assert district.people["editor"].post(f"{waiting}/confirm").status_code == 303
    ask(district)
    make(house)
    archive = open_package(house)
    assert archive.testzip() is None
    lines = manifest_of(archive)
    data = [line for line in lines if line["kind"] == "data"]
    assert [line["path"].rsplit("/", 1)[1] for line in data] == ["黄石港区社区居委会名录.csv"]
    public = district.app.test_client().get(
        f"/dataset/{name}/resource/{district.resources(name)[0].resource.id}/data.csv"
    )
    assert archive.read(data[0]["path"]) == public.get_data()
    assert {line["title"]: line["note"] for line in lines if line["kind"] == "entry"} == {
        "有条件名单": "有条件开放，不含文件",
        "不开放名单": "不予开放，不含文件",
    }
    whole = b"".join(archive.read(path) for path in archive.namelist())
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read(lines[0]["path"]))).worksheets[0]
    shown = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert {"黄石港区社区居委会名录", "有条件名单", "不开放名单", "办公电话"} <= shown
    for hidden in ("草稿名单", "待审名单", "未审核"):
        assert hidden not in shown
        assert hidden.encode() not in whole


def test_every_file_has_its_checksum_in_both_manifests(district: District, house: House) -> None:
    district.published_with_data()
    ask(district, originals="1")
    make(house)
    archive = open_package(house)
    lines = manifest_of(archive)
    assert [line["kind"] for line in lines] == ["catalog", "data", "original"]
    for line in lines:
        content = archive.read(line["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (line["bytes"], line["sha256"])
    table = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert [row["SHA-256"] for row in table] == [line["sha256"] for line in lines]
    assert {line["path"] for line in lines} | {"manifest.json", "manifest.csv", "说明_README.txt"} == set(
        archive.namelist()
    )
    (package,) = packaging.list_packages(house)
    assert (package.facts.entries, package.facts.files, package.facts.departments) == (1, 1, 1)


def test_the_office_asks_once_and_takes_it_and_both_are_on_record(district: District, house: House) -> None:
    district.published_with_data()
    ask(district)
    ask(district)
    assert "排队等候" in district.people["office"].text("/office/packages")
    make(house)
    (package,) = packaging.list_packages(house)
    page = district.people["office"].text("/office/packages")
    assert package.facts.sha256[:16] in page
    answer = district.people["office"].get(f"/office/packages/{package.facts.id}.zip")
    assert hashlib.sha256(answer.get_data()).hexdigest() == package.facts.sha256
    assert district.people["office"].get(f"/office/packages/{uuid.uuid4()}.zip").status_code == 404
    with house.database.reading() as session:
        events = list_audit(session, by=district.people["auditor"].actor, act="plan.hand_over")
    assert [event.account_name for event in events] == [packaging.JOB_KIND, district.people["office"].actor.name]


@pytest.mark.parametrize(("scope", "status"), [("nonsense:", 422), ("plan:never", 404), ("department:never", 404)])
def test_an_unknown_scope_is_said_in_words(district: District, scope: str, status: int) -> None:
    answer = district.people["office"].post("/office/packages", scope=scope)
    assert answer.status_code in (status, 400)
    assert "报送包" in plain(answer)


def test_the_same_state_gives_the_same_bytes(district: District, house: House) -> None:
    district.published_with_data()
    for _ in range(2):
        ask(district)
        make(house)
    first, second = packaging.list_packages(house)
    assert first.facts.id != second.facts.id
    assert first.facts.sha256 == second.facts.sha256


def test_a_job_that_dies_midway_leaves_no_half_package(district: District, house: House) -> None:
    district.published_with_data()
    ask(district)
    with house.database.reading() as session:
        params = dict(session.scalars(select(Job).where(Job.kind == packaging.JOB_KIND)).one().params)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packaging.make_package(house, params, die)
    folder = house.settings.folder("packages")
    assert packaging.list_packages(house) == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    packaging.make_package(house, params, lambda *_: None)
    packaging.make_package(house, params, lambda *_: None)
    assert len(packaging.list_packages(house)) == 1


def test_packages_and_what_a_kill_left_are_swept(district: District, house: House) -> None:
    district.published_with_data()
    ask(district)
    make(house)
    folder = house.settings.folder("packages")
    left = folder / ".package-x" / "lines"
    left.parent.mkdir()
    left.write_bytes(b"half")
    (folder / ".0.part").write_bytes(b"half")
    sweep_files(house)
    assert len(packaging.list_packages(house)) == 1
    for path in (left, folder / ".0.part"):
        os.utime(path, (0, 0))
    sweep_files(house)
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".zip"]
    for path in folder.iterdir():
        age = house.now().timestamp() - 31 * 86_400
        os.utime(path, (age, age))
    sweep_files(house)
    assert list(folder.iterdir()) == []


def test_a_plan_holds_its_own_entries(house: House) -> None:
    with house.database.work() as session:
        of = department(session)
        plan = WorkPlan(code="2026H1", title="上半年计划", starts_on=ON, created_at=house.now())
        session.add(plan)
        session.flush()
        for ordinal, title in enumerate(("计划内", "计划外"), start=1):
            add_entry(session, house, of, title, ordinal)
        planned = session.scalars(select(CurrentRecord).where(CurrentRecord.title == "计划内")).one()
        item = PlanItem(
            plan_id=plan.id, department_id=of.id, title="计划内", entry_id=planned.entry_id, created_at=house.now()
        )
        session.add(item)
    lines = manifest_of(zipfile.ZipFile(write(house, PackageScope("plan", "2026H1", "上半年计划"), b"a,b\r\n")))
    assert [line["title"] for line in lines] == ["公共数据资源目录", "计划内"]


def test_entries_of_one_title_take_different_names(house: House) -> None:
    with house.database.work() as session:
        of = department(session)
        for ordinal in (1, 2, 3):
            add_entry(session, house, of, "同名名单", ordinal)
    lines = manifest_of(zipfile.ZipFile(write(house, ALL, b"a,b\r\n")))
    names = [line["path"].rsplit("/", 1)[1] for line in lines if line["kind"] == "data"]
    assert names == ["同名名单.csv", "同名名单_2.csv", "同名名单_3.csv"]


def test_large_files_pass_through_without_being_held(house: House) -> None:
    with house.database.work() as session:
        add_entry(session, house, department(session), "大表", 1)
    content = b"0123456789abcdef" * (2 << 20)  # 32 MiB
    house.settings.folder("packages").joinpath("big.csv").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    del content
    tracemalloc.start()
    write(house, ALL, None, digest=digest)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20


def add_entry(session: Any, house: House, of: Department, title: str, ordinal: int) -> None:
    """A published entry with a revision and a data version, made directly."""
    resource = file_resource(title, seed=str(ordinal))
    made = record(of, title, ordinal=ordinal, resources=[resource])
    publish(session, made)
    entry = session.get_one(Entry, made.uuid)
    revision = Revision(
        id=uuid.uuid4(), entry_id=entry.id, number=1, state="published", title=title, update_cycle="monthly",
        open_type="unconditional", created_at=house.now(), changed_at=house.now(),
    )  # fmt: skip
    session.add(revision)
    entry.published_revision_id, entry.ordinal = revision.id, ordinal
    session.add(
        DataVersion(
            resource_id=uuid.UUID(resource.id), number=1, state="published", blob_sha256="ab" * 32, file_name="a.csv",
            file_format="csv", byte_size=1, recipe={}, columns=[], row_count=12, row_store="x", content_sha256="x",
            csv_sha256="cd" * 32, csv_byte_size=1, profile={}, findings=[], created_at=house.now(),
        )
    )  # fmt: skip
    session.flush()


def write(house: House, scope: PackageScope, content: bytes | None, *, digest: str = "") -> Path:
    """The archive of a scope, every data file of which is `content`, or the big one that lies ready."""
    folder = house.settings.folder("packages")
    source = folder / ("big.csv" if content is None else "small.csv")
    if content is not None:
        source.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
    with house.database.work() as session:
        for version in session.scalars(select(DataVersion)):
            version.csv_sha256 = digest
    sources = PackageSources(
        house.database.reading, lambda _: source, lambda _: source, lambda name, _: name, "黄石港区公共数据开放平台"
    )
    target = folder / "package.zip"
    write_package(target, str(uuid.uuid4()), scope, sources, on=ON, report=lambda *_: None)
    return target
