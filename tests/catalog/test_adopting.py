"""Taking over another portal's list: what can be taken is, the rest is reported row by row, and nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.adopting import MAX_ROWS, ImportReport, import_catalog
from catalog.adopting_rows import read_foreign
from catalog.entries import find_open_revision, find_published_revision
from catalog.errors import NotAllowed
from catalog.models import AuditRow, CurrentRecord, Department, Entry, Resource
from catalog.permissions import Actor, system_actor
from catalog.sheet.reading import read_sheet
from tests.catalog.lifecycle import People

ROW: dict[str, Any] = {
    "标题": "民办非企业单位名录",
    "摘要": "登记在册的民办非企业单位。",
    "数据领域": "机构团体",
    "更新周期": "每 3 月",
    "开放属性": "无条件开放",
    "数源单位": "黄石港区民政局",
    "资源格式": ["xls", "csv", "json"],
    "标签": "民、非、登记、名录",
    "联系方式": "0714-6250001",
    "发布日期": "2022-06-10",
    "更新日期": "2023-03-16",
    "详情页网址": "https://data.example.gov.cn/detail?id=1",
}
"""A row as portals list it."""

REMARKS = {"members_left_out", "first_format_kept"}
"""Notes that every row of these earns: its tag of one character, its two formats too many."""


def another(**cells: Any) -> dict[str, Any]:
    """The row with some cells replaced."""
    return {**ROW, **cells}


@pytest.fixture
def load(session: Session, people: People, tmp_path: Path, now: dt.datetime) -> Any:
    """Imports a JSON list of these rows."""

    def of(*rows: dict[str, Any], by: Actor | None = None, **options: Any) -> ImportReport:
        path = tmp_path / "list.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        reading = read_sheet(path, max_rows=MAX_ROWS)
        return import_catalog(session, reading, by=by or people.office, now=now, file_name=path.name, **options)

    return of


def only_entry(session: Session) -> Entry:
    """The one entry there is."""
    return session.scalars(select(Entry)).one()


def test_a_row_becomes_a_draft_with_all_that_the_list_says(session: Session, load: Any, people: People) -> None:
    report = load(ROW)
    assert report.counts() == {
        "read": 1,
        "drafted": 1,
        "adopted": 0,
        "updated": 0,
        "merged": 0,
        "refused": 0,
        "departments": 0,
    }
    entry = only_entry(session)
    revision = find_open_revision(session, entry)
    assert revision is not None
    assert entry.department_id == people.department.id
    assert (entry.source_url, entry.issued_on, entry.data_updated_on) == (
        "https://data.example.gov.cn/detail?id=1",
        dt.date(2022, 6, 10),
        dt.date(2023, 3, 16),
    )
    assert (revision.title, revision.domain, revision.update_cycle, revision.open_type) == (
        "民办非企业单位名录",
        "organizations",
        "quarterly",
        "unconditional",
    )
    assert (revision.format_category, revision.format_type) == ("spreadsheet", "csv")
    assert (revision.tags, revision.contact_phone) == (["登记", "名录"], "0714-6250001")
    assert revision.gaps == ["share_type", "items"]
    link = session.scalars(select(Resource)).one()
    assert (link.kind, link.url) == ("link", entry.source_url)


def test_the_same_list_again_merges_everything(session: Session, load: Any) -> None:
    rows = [ROW, another(标题="社会组织名录", 详情页网址="https://data.example.gov.cn/detail?id=2")]
    load(*rows)
    report = load(*rows)
    assert (report.merged, report.drafted, report.updated) == (2, 0, 0)
    assert session.scalar(select(func.count()).select_from(Entry)) == 2


def test_a_changed_row_of_the_same_address_updates_its_entry(session: Session, load: Any) -> None:
    load(ROW)
    report = load(another(标题="民办非企业单位名单", 更新周期="每年"))
    assert report.updated == 1
    revision = find_open_revision(session, only_entry(session))
    assert revision is not None
    assert (revision.title, revision.update_cycle) == ("民办非企业单位名单", "yearly")


def test_exact_copies_merge_and_namesakes_stay_apart(session: Session, load: Any) -> None:
    plain = {key: value for key, value in ROW.items() if key != "详情页网址"}
    report = load(plain, plain, {**plain, "更新周期": "每年"})
    assert (report.drafted, report.merged) == (2, 1)
    assert report.note_counts["title_repeats_here"] == 1
    again = load(plain, plain, {**plain, "更新周期": "每年"})
    assert (again.merged, again.drafted, again.updated) == (3, 0, 0)


def test_a_copy_that_differs_in_what_is_not_taken_says_so(session: Session, load: Any) -> None:
    plain = {key: value for key, value in ROW.items() if key != "详情页网址"}
    report = load(plain, {**plain, "资源格式": ["csv"]})
    assert (report.drafted, report.merged) == (1, 1)
    note = next(note for note in report.notes if note.code == "merged_despite")
    assert (note.row, note.params["fields"], note.params["first"]) == (3, "数据格式", 2)


def test_columns_that_nobody_knows_are_told(load: Any) -> None:
    report = load(another(数据容量="564"))
    assert [(note.code, note.params["value"]) for note in report.notes if note.row == 1] == [
        ("header_is_unknown", "数据容量")
    ]


def test_short_names_of_another_citys_list_are_not_taken_for_ours(load: Any) -> None:
    theirs = [another(标题=f"数据{number}", 数源单位="深圳市水务局", 详情页网址="") for number in range(2)]
    report = load(*theirs, another(标题="学校名录", 数源单位="区民政局", 详情页网址=""))
    assert (report.drafted, report.refused, report.note_counts["provider_is_unknown"]) == (0, 3, 3)


def test_the_lists_region_completes_its_names(load: Any, people: People) -> None:
    report = load(another(数源单位="区民政局"), region="黄石港区")
    assert report.drafted == 1


def test_an_address_that_a_list_gives_to_many_entries_is_nobodys(session: Session, load: Any) -> None:
    report = load(ROW, another(标题="社会组织名录"))
    assert report.drafted == 2
    assert set(session.scalars(select(Entry.source_url))) == {None}
    assert session.scalars(select(Resource)).all() == []


def test_what_is_not_understood_stays_empty_and_is_counted(session: Session, load: Any) -> None:
    report = load(another(数据领域="教育科技", 更新周期="每 121 日", 开放属性="用于工作参考"))
    assert report.drafted == 1
    assert dict(report.dropped) == {
        ("数据领域", "教育科技"): 1,
        ("更新周期", "每 121 日"): 1,
        ("开放类型", "用于工作参考"): 1,
    }
    revision = find_open_revision(session, only_entry(session))
    assert revision is not None
    assert (revision.domain, revision.update_cycle, revision.open_type) == (None, None, None)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"标题": ""}, "required_missing"),
        ({"标题": "长" * 129}, "too_long"),
        ({"数源单位": ""}, "provider_is_missing_here"),
        ({"数源单位": "黄石市不存在的局"}, "provider_is_unknown"),
    ],
)
def test_a_row_without_title_or_known_provider_is_refused_and_the_others_are_taken(
    session: Session, load: Any, cells: dict[str, Any], code: str
) -> None:
    report = load(another(**cells), another(标题="社会组织名录", 详情页网址="https://data.example.gov.cn/2"))
    assert (report.read, report.refused, report.drafted) == (2, 1, 1)
    assert [(note.row, note.code) for note in report.notes if note.code not in REMARKS] == [(2, code)]


def test_unknown_departments_are_made_when_asked_for(session: Session, load: Any) -> None:
    report = load(another(数源单位="黄石市不存在的局"), by=system_actor("import"), create_departments=True)
    assert report.departments_created == ["黄石市不存在的局"]
    assert session.scalars(select(Department.name).where(Department.name == "黄石市不存在的局")).all()


def test_adopted_entries_are_public_with_their_first_day_kept(session: Session, load: Any) -> None:
    report = load(
        ROW, another(标题="社会组织名录", 更新周期="", 详情页网址="https://data.example.gov.cn/2"), adopt=True
    )
    assert (report.adopted, report.drafted) == (1, 1)
    note = next(note for note in report.notes if note.code == "stays_a_draft")
    assert (note.row, note.params["fields"]) == (3, "更新周期")
    entry = session.scalars(select(Entry).where(Entry.state == "published")).one()
    revision = find_published_revision(session, entry)
    assert revision is not None
    assert revision.title == "民办非企业单位名录"
    record = session.scalars(select(CurrentRecord)).one()
    assert record.record["issued_on"] == "2022-06-10"


def test_every_adoption_stands_in_the_audit_log_under_the_offices_right(
    session: Session, load: Any, people: People
) -> None:
    load(ROW, adopt=True)
    acts = session.execute(select(AuditRow.act, AuditRow.object_kind).order_by(AuditRow.number)).all()
    assert acts[-1] == ("catalog.adopt", "catalog")
    assert {act for act, _ in acts} == {"catalog.adopt"}
    with pytest.raises(NotAllowed):
        load(ROW, by=people.editor)


@pytest.mark.shared
def test_the_lists_of_ten_portals_are_read_row_by_row(shared_data: Path, now: dt.datetime) -> None:
    figures = {}
    for path in sorted((shared_data / "catalogs" / "cn").iterdir()):
        reading = read_sheet(path, max_rows=MAX_ROWS)
        rows = [read_foreign(reading, entry, today=now) for entry in reading.entries]
        figures[path.name.partition(".")[0]] = (
            len(rows),
            sum(1 for one in rows if one.is_refused or not one.provider),
            sum(1 for one in rows if one.fields.get("open_type")),
        )
    assert figures == {
        "anhui_huainan": (35, 2, 35),
        "fujian_xiamen": (1001, 0, 1001),
        "guangxi_liuzhou": (1540, 0, 1540),
        "guizhou_guiyang": (2469, 0, 2469),
        "jiangsu_lianyungang": (991, 0, 991),
        "jiangxi_jiangxi": (279, 0, 279),
        "shanghai_shanghai": (4494, 0, 4494),
        "zhejiang_jiaxing": (378, 0, 104),
        "zhejiang_shaoxing": (726, 0, 56),
        "zhejiang_wenzhou": (989, 0, 61),
    }


@pytest.mark.shared
def test_a_real_portals_list_is_taken_over_whole(
    session: Session, shared_data: Path, now: dt.datetime, people: People
) -> None:
    reading = read_sheet(shared_data / "catalogs" / "cn" / "anhui_huainan.json")
    report = import_catalog(session, reading, create_departments=True, by=system_actor("import"), now=now)
    assert (report.read, report.drafted, report.refused, len(report.departments_created)) == (35, 33, 2, 11)
