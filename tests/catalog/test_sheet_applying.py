"""Applying an uploaded sheet: all or nothing, as drafts and new revisions, once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.entries import edit_revision, find_open_revision, get_entry, save_revision
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Entry, Revision, SheetUpload
from catalog.permissions import Actor
from catalog.sheet.applying import apply_import
from catalog.sheet.basis import list_bases
from catalog.sheet.planning import plan_import
from catalog.sheet.reading import read_sheet
from catalog.sheet.template import write_template
from catalog.sheet.uploads import discard_upload, get_upload, list_uploads, read_upload, reading_of, record_upload
from tests.catalog.lifecycle import Lifecycle, People, make_people
from tests.catalog.sheets import HEADERS, row, write_sheet


def upload(session: Session, people: People, path: Path, now: dt.datetime) -> uuid.UUID:
    """The id of an upload of this sheet by the department's editor."""
    made = record_upload(
        session,
        department_id=people.department.id,
        blob_sha256="a" * 64,
        file_name=path.name,
        outcome=read_upload(path),
        by=people.editor,
        now=now,
    )
    return made.id


@pytest.fixture
def uploaded(session: Session, people: People, tmp_path: Path, now: dt.datetime) -> Any:
    """Uploads a sheet of these rows."""

    def of(*rows: Sequence[Any], headers: Sequence[str] = HEADERS) -> uuid.UUID:
        return upload(session, people, write_sheet(tmp_path / "目录.xlsx", *rows, headers=headers), now)

    return of


def count(session: Session, model: type[Any]) -> int:
    """Rows of a table."""
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_new_rows_become_drafts_with_their_items_and_gaps(
    session: Session, people: People, uploaded: Any, now: dt.datetime
) -> None:
    upload_id = uploaded(
        row(), row(信息资源名称="", 信息项名称="户数", 数据类型="整型"), row(信息资源名称="低保统计", 更新周期="")
    )
    outcome = apply_import(session, upload_id, by=people.editor, now=now)
    assert (len(outcome.created), outcome.changed, outcome.unchanged) == (2, [], 0)
    first = find_open_revision(session, get_entry(session, outcome.created[0]))
    assert first is not None
    assert (first.state, first.title, first.update_cycle, first.gaps) == (
        "draft",
        "黄石港区社区居委会名录",
        "monthly",
        [],
    )
    assert [(item.name, item.type, item.length) for item in first.items] == [("社区名称", "C", 64), ("户数", "I", 64)]
    second = find_open_revision(session, get_entry(session, outcome.created[1]))
    assert second is not None
    assert second.gaps == ["update_cycle"]


def test_a_published_entry_gets_a_new_revision_while_the_old_stays_public(
    session: Session, people: People, lifecycle: Lifecycle, uploaded: Any, now: dt.datetime
) -> None:
    entry = lifecycle.entry("published")
    outcome = apply_import(session, uploaded(row(更新周期="每年")), by=people.editor, now=now)
    assert outcome.changed == [entry.name]
    session.refresh(entry)
    draft = find_open_revision(session, entry)
    published = session.get(Revision, entry.published_revision_id)
    assert draft is not None
    assert published is not None
    assert (draft.number, draft.state, draft.update_cycle) == (2, "draft", "yearly")
    assert (published.state, published.update_cycle) == ("published", "monthly")
    assert draft.class_code == "306001", "a column that the sheet does not have is untouched"


def test_one_bad_cell_and_nothing_is_written(session: Session, people: People, uploaded: Any, now: dt.datetime) -> None:
    upload_id = uploaded(row(), row(信息资源名称="低保统计", 更新周期="每俩月"), row(信息资源名称="养老机构"))
    before = (count(session, Entry), count(session, AuditRow))
    with pytest.raises(Invalid) as caught:
        apply_import(session, upload_id, by=people.editor, now=now)
    assert caught.value.code == "sheet_has_problems"
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [("C3", "not_in_list_but_near")]
    assert (count(session, Entry), count(session, AuditRow)) == before
    assert session.get_one(SheetUpload, upload_id).state == "read"


def test_a_sheet_is_applied_once(session: Session, people: People, uploaded: Any, now: dt.datetime) -> None:
    upload_id = uploaded(row())
    apply_import(session, upload_id, by=people.editor, now=now)
    with pytest.raises(Conflict) as caught:
        apply_import(session, upload_id, by=people.editor, now=now)
    assert caught.value.code == "sheet_is_settled"
    again = uploaded(row())
    with pytest.raises(Conflict) as caught:
        apply_import(session, again, by=people.editor, now=now)
    assert caught.value.code == "sheet_changes_nothing"


def test_what_has_changed_between_preview_and_apply_is_a_stale_row(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path, now: dt.datetime
) -> None:
    from openpyxl import load_workbook

    entry = lifecycle.entry("draft")
    path = tmp_path / "当前目录.xlsx"
    bases = list_bases(session, department_id=people.department.id)
    write_template(path, department=people.department.name, on=dt.date(2026, 7, 10), entries=bases)
    book = load_workbook(path)
    book["目录"][f"{read_sheet(path).letters['summary']}5"] = "新的摘要。"
    book.save(path)
    upload_id = upload(session, people, path, now)
    stored = reading_of(get_upload(session, upload_id, by=people.editor))
    plan = plan_import(session, stored, department_id=people.department.id, by=people.editor)
    assert plan.can_apply
    draft = edit_revision(session, entry, by=people.editor, now=now)
    save_revision(
        session, draft, fields={"update_cycle": "yearly"}, expected_lock=draft.lock_version, by=people.editor, now=now
    )
    with pytest.raises(Invalid) as caught:
        apply_import(session, upload_id, by=people.editor, now=now)
    assert [problem.code for problem in caught.value.problems] == ["entry_is_stale"]


def test_each_entry_and_the_import_itself_stand_in_the_audit_log(
    session: Session, people: People, uploaded: Any, now: dt.datetime
) -> None:
    apply_import(session, uploaded(row(), row(信息资源名称="低保统计")), by=people.editor, now=now)
    rows = session.scalars(select(AuditRow).order_by(AuditRow.number)).all()
    assert [(entry.act, entry.object_kind) for entry in rows][-4:] == [
        ("sheet.upload", "sheet"),
        ("sheet.import", "entry"),
        ("sheet.import", "entry"),
        ("sheet.import", "sheet"),
    ]
    assert rows[-1].params["new"] == 2
    assert rows[-1].account_name == people.editor.name


def test_others_neither_see_nor_apply_nor_discard_a_departments_sheet(
    session: Session, people: People, uploaded: Any, now: dt.datetime
) -> None:
    upload_id = uploaded(row())
    stranger = Actor(uuid.uuid4(), "别的部门", uuid.uuid4(), frozenset({"editor"}))
    for actor in (stranger, people.office, people.reviewer):
        for attempt in (
            lambda actor=actor: get_upload(session, upload_id, by=actor),
            lambda actor=actor: apply_import(session, upload_id, by=actor, now=now),
            lambda actor=actor: discard_upload(session, upload_id, by=actor, now=now),
        ):
            with pytest.raises(NotFound):
                attempt()
        with pytest.raises(NotAllowed):
            list_uploads(session, department_id=people.department.id, by=actor)


def test_a_refused_file_is_recorded_with_its_reason_and_a_discarded_one_is_done(
    session: Session, people: People, tmp_path: Path, now: dt.datetime
) -> None:
    path = tmp_path / "空.xlsx"
    path.write_bytes(b"")
    upload_id = upload(session, people, path, now)
    refused = get_upload(session, upload_id, by=people.editor)
    assert (refused.state, refused.problem) == ("refused", {"code": "file_is_empty", "params": {}})
    discard_upload(session, upload_id, by=people.editor, now=now)
    with pytest.raises(Conflict):
        discard_upload(session, upload_id, by=people.editor, now=now)
    assert [one.state for one in list_uploads(session, department_id=people.department.id, by=people.editor)] == [
        "discarded"
    ]


def test_three_hundred_entries_are_applied_in_one_go(
    session: Session, people: People, uploaded: Any, now: dt.datetime
) -> None:
    rows = [row(信息资源名称=f"{'甲乙丙丁戊己庚辛壬癸'[n % 10]}类登记簿{n}册名录") for n in range(300)]
    outcome = apply_import(session, uploaded(*rows), by=people.editor, now=now)
    assert len(outcome.created) == 300
    again = plan_import(
        session,
        reading_of(get_upload(session, uploaded(*rows), by=people.editor)),
        department_id=people.department.id,
        by=people.editor,
    )
    assert len(again.unchanged) == 300


def test_two_departments_may_use_the_same_titles(
    session: Session, people: People, uploaded: Any, now: dt.datetime
) -> None:
    other = make_people(session, "黄石港区教育局")
    apply_import(session, uploaded(row()), by=people.editor, now=now)
    assert list_bases(session, department_id=other.department.id) == []
