"""Planning an import: new, changed, unchanged, stale, and every fault of real sheets named by its cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from catalog.bulk import confirm_bulk
from catalog.entries import edit_revision, get_entry, save_revision
from catalog.errors import NotAllowed
from catalog.history import list_steps
from catalog.models import Entry, Revision
from catalog.sheet.basis import list_bases
from catalog.sheet.planning import ImportPlan, change_label, plan_import
from catalog.sheet.reading import SheetReading, read_sheet
from catalog.sheet.template import write_template
from tests.catalog.bulk_desk import Bulk, these
from tests.catalog.lifecycle import FIELDS, Lifecycle, People, second_office
from tests.catalog.sheets import HEADERS, row, write_sheet, write_xlsx


@pytest.fixture
def plan(session: Session, people: People, tmp_path: Path) -> Any:
    """Plans a sheet of these rows for the department's editor."""

    def of(*rows: Sequence[Any], headers: Sequence[str] = HEADERS) -> ImportPlan:
        reading = read_sheet(write_sheet(tmp_path / "目录.xlsx", *rows, headers=headers))
        return plan_import(session, reading, department_id=people.department.id, by=people.editor)

    return of


def found(plan: ImportPlan) -> list[tuple[str, str, str]]:
    """(cell, code, kind) of each problem."""
    return [(problem.cell, problem.code, problem.kind) for problem in plan.problems]


def test_a_good_row_is_a_new_entry_without_problems(plan: Any) -> None:
    outcome = plan(row())
    assert [(entry.kind, entry.cell, entry.title) for entry in outcome.entries] == [
        ("new", "A2", "黄石港区社区居委会名录")
    ]
    assert outcome.problems == []
    assert outcome.can_apply
    assert outcome.new[0].fields["update_cycle"] == "monthly"
    assert outcome.new[0].items == [
        {
            "name": "社区名称",
            "field_name": None,
            "type": "C",
            "length": 64,
            "decimals": None,
            "is_primary_key": False,
            "is_required": False,
            "value_range": None,
            "unit": None,
            "description": None,
            "sensitivity": None,
            "masking": None,
            "is_open": True,
        }
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"更新周期": "每俩月"}, ("C2", "not_in_list_but_near", "error")),
        ({"更新周期": "3"}, ("C2", "not_in_list", "error")),
        ({"数据领域": "教育科技"}, ("F2", "label_has_two_meanings", "error")),
        ({"数据类型": "文字"}, ("M2", "not_in_list", "error")),
        ({"长度": "约300条"}, ("N2", "unit_in_number", "error")),
        ({"长度": "20位"}, ("N2", "unit_in_number", "error")),
        ({"长度": "很长"}, ("N2", "not_a_number", "error")),
        ({"信息资源提供方": ""}, ("B2", "provider_is_missing", "error")),
        ({"信息资源提供方": "区教育局"}, ("B2", "provider_is_another", "error")),
        ({"信息资源摘要": ""}, ("D2", "required_missing", "gap")),
        ({"信息资源摘要": "长" * 1001}, ("D2", "too_long", "error")),
        ({"信息资源格式类型": "mysql"}, ("H2", "format_pair_mismatch", "gap")),
        ({"共享方式": "数据库"}, ("J2", "share_method_unfit", "gap")),
        ({"联系电话": "请打总机"}, ("K2", "bad_phone", "gap")),
        ({"信息项名称": "", "数据类型": "", "长度": ""}, ("L2", "items_missing", "gap")),
        ({"数据类型": ""}, ("M2", "required_missing", "gap")),
        ({"信息项名称": ""}, ("L2", "required_missing", "error")),
    ],
)
def test_every_fault_of_a_row_is_named_by_its_cell(
    plan: Any, cells: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert found(plan(row(**cells))) == [expected]


def test_a_cell_that_is_not_in_the_list_says_what_is_and_what_was_meant(plan: Any) -> None:
    problem = plan(row(更新周期="每季渡")).problems[0]
    assert problem.cell == "C2"
    assert problem.label() == "更新周期"
    assert problem.params == {
        "value": "每季渡",
        "allowed": "实时、每日、每周、每旬、每月、每季度、每半年、每年、不定期、不更新",
        "suggestion": "每季度",
    }


def test_the_provider_may_be_written_short(plan: Any, people: People) -> None:
    assert plan(row(信息资源提供方=people.department.short_name)).problems == []


def test_a_title_equal_to_its_system_is_named(plan: Any) -> None:
    headers = (*HEADERS, "来源系统")
    outcome = plan([*row(信息资源名称="社会救助管理系统"), "社会救助 管理系统"], headers=headers)
    assert found(outcome) == [("A2", "title_is_system_name", "gap")]


def test_titles_made_by_dragging_repeating_or_differing_in_punctuation_are_named(plan: Any) -> None:
    titles = ["目录1", "目录2", "目录3", "低保对象统计", "低保对象统计 ", "低保对象（统计）"]
    cycles = ["每年", "每月", "每日", "每周", "每旬", "实时"]
    outcome = plan(
        *(row(信息资源名称=title, 信息资源摘要=f"第{n}个", 更新周期=cycles[n]) for n, title in enumerate(titles))
    )
    assert found(outcome) == [
        ("A2", "title_is_dragged", "warning"),
        ("A3", "title_is_dragged", "warning"),
        ("A4", "title_is_dragged", "warning"),
        ("A6", "title_repeats", "warning"),
        ("A7", "title_repeats", "warning"),
    ]
    assert outcome.problems[0].params == {"stem": "目录", "count": 3}
    assert outcome.problems[-1].params["first"] == "A5"


def test_codes_that_are_short_uneven_or_repeated_are_named(plan: Any) -> None:
    codes = ["306001/000001", "306001/000002", "306001/000003", "30600/00004", "7", "306001/000001"]
    headers = (*HEADERS, "信息资源代码")
    outcome = plan(
        *([*row(信息资源名称=f"名录{'甲乙丙丁戊己'[n]}"), code] for n, code in enumerate(codes)), headers=headers
    )
    assert found(outcome) == [
        ("O5", "code_length_is_odd", "warning"),
        ("O6", "code_is_short", "warning"),
        ("O7", "code_repeats", "error"),
    ]


def test_an_exact_copy_is_merged_with_a_warning(plan: Any) -> None:
    headers = ("信息资源名称", "更新周期")
    outcome = plan(["低保对象统计", "每月"], ["城市低保", "每年"], ["低保对象统计", "每月"], headers=headers)
    assert [(entry.row, entry.kind) for entry in outcome.entries] == [(2, "new"), (3, "new"), (4, "merged")]
    assert ("A4", "copy_is_merged", "warning") in found(outcome)
    assert outcome.can_apply


def test_missing_columns_are_one_warning_and_leave_gaps(plan: Any) -> None:
    outcome = plan(["低保对象统计"], headers=("信息资源名称", "信息项名称"))
    assert [problem.code for problem in outcome.problems] == ["columns_are_missing", "items_missing"]
    assert "更新周期" in outcome.problems[0].params["columns"]
    assert len(outcome.new[0].gaps) >= 6
    assert outcome.can_apply


def _exported(session: Session, people: People, tmp_path: Path, name: str = "当前目录.xlsx") -> Path:
    bases = list_bases(session, department_id=people.department.id)
    path = tmp_path / name
    write_template(path, department=people.department.name, on=dt.date(2026, 7, 10), entries=bases)
    return path


def _edited(path: Path, changes: dict[str, str]) -> SheetReading:
    """The sheet after a person has typed into some cells of it."""
    book = load_workbook(path)
    for cell, text in changes.items():
        book["目录"][cell] = text or None
    book.save(path)
    return read_sheet(path)


def test_the_catalog_exported_and_uploaded_again_changes_nothing(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("published")
    lifecycle.entry(
        "draft", "低保对象统计", topics=["living", "medical"], tags=["低保", "救助"], related=["306001/000009"]
    )
    lifecycle.draft(
        "=养老机构（+名录）", temporal_start="2025-01-01", has_personal_info=True, masking_note="姓名\n掩码"
    )
    reading = read_sheet(_exported(session, people, tmp_path))
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert [(entry.kind, entry.changes) for entry in outcome.entries] == [("unchanged", [])] * 3
    assert found(outcome) == []
    assert not outcome.can_apply


def test_a_cycle_changed_by_the_office_stands_in_the_departments_next_sheet(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    entry = lifecycle.entry("published", update_cycle="static", cycle_reason="历史资料，不再变化")
    old = _exported(session, people, tmp_path, "改周期之前.xlsx")
    office = Bulk(session, people.office, lifecycle.now)
    act = office.apply("change_cycle", cycle="quarterly", **these(entry))
    confirm_bulk(session, act.id, by=second_office(session), now=office.now)
    revision = session.get_one(Revision, entry.published_revision_id)
    assert (revision.update_cycle, revision.cycle_reason) == ("quarterly", None)
    reading = read_sheet(_exported(session, people, tmp_path))
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert [(one.kind, one.changes) for one in outcome.entries] == [("unchanged", [])]
    assert found(outcome) == []
    stale = plan_import(session, read_sheet(old), department_id=people.department.id, by=people.editor)
    assert not stale.can_apply, "a sheet from before in which nobody typed does not bring the old cycle back"
    assert [step.step for step in list_steps(session, entry.id, limit=1)] == ["recycle"]


def test_a_change_is_shown_field_by_field_old_and_new(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("published")
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    changes = {
        f"{letters['update_cycle']}5": "每季度",
        f"{letters['item.name']}7": "家庭户数",
        f"{letters['item.unit']}6": "个",
    }
    outcome = plan_import(session, _edited(path, changes), department_id=people.department.id, by=people.editor)
    assert [entry.kind for entry in outcome.entries] == ["changed"]
    shown = [(change_label(change), change.old, change.new) for change in outcome.changed[0].changes]
    assert shown[0] == ("更新周期", "monthly", "quarterly")
    assert shown[1] == ("信息项“办公电话”的单位", None, "个")
    assert [label for label, _, _ in shown[2:]] == ["信息项“家庭户数”", "信息项“户数”"]
    assert change_label(outcome.changed[0].changes[0], "en") == "Update cycle"


def _change_elsewhere(session: Session, people: People, entry: Entry, now: dt.datetime, **fields: Any) -> None:
    revision = edit_revision(session, entry, by=people.editor, now=now)
    save_revision(session, revision, fields=fields, expected_lock=revision.lock_version, by=people.editor, now=now)


def test_a_row_changed_here_and_in_the_catalog_is_stale_and_shown_against_what_stands(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path, now: dt.datetime
) -> None:
    entry = lifecycle.entry("draft")
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    _change_elsewhere(session, people, entry, now, update_cycle="yearly")
    reading = _edited(path, {f"{letters['summary']}5": "新的摘要，写于旧表。"})
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert [entry.kind for entry in outcome.entries] == ["stale"]
    assert ("B5", "entry_is_stale", "error") in found(outcome)
    assert [(change.field, change.old) for change in outcome.stale[0].changes] == [
        ("summary", FIELDS["summary"]),
        ("update_cycle", "yearly"),
    ]
    assert not outcome.can_apply


def test_a_row_left_as_it_was_does_not_undo_what_the_catalog_has_learned_since(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path, now: dt.datetime
) -> None:
    entry = lifecycle.entry("draft")
    path = _exported(session, people, tmp_path)
    _change_elsewhere(session, people, entry, now, update_cycle="yearly")
    outcome = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    assert [entry.kind for entry in outcome.entries] == ["unchanged"]


@pytest.mark.parametrize(
    ("state", "code"), [("office_review", "revision_in_review"), ("withdrawn", "entry_is_withdrawn")]
)
def test_entries_in_review_or_withdrawn_are_not_changed_by_a_sheet(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path, state: str, code: str
) -> None:
    lifecycle.entry(state)
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    reading = _edited(path, {f"{letters['update_cycle']}5": "每年"})
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert ("B5", code, "error") in found(outcome)


def test_the_code_of_a_published_entry_stays(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("published")
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    reading = _edited(path, {f"{letters['code']}5": "306001/999999"})
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert (f"{letters['code']}5", "code_is_fixed", "error") in found(outcome)


def test_without_marker_the_code_and_then_the_title_say_which_entry_is_meant(
    plan: Any, lifecycle: Lifecycle, session: Session
) -> None:
    entry = lifecycle.entry("draft", code="306001/000007")
    headers = (*HEADERS, "信息资源代码")
    by_code = plan([*row(信息资源名称="社区居委会名录（新名称）"), "306001/000007"], headers=headers)
    assert [(e.kind, e.entry_name) for e in by_code.entries] == [("changed", entry.name)]
    by_title = plan(row(更新周期="每年"))
    assert [(e.kind, e.entry_name) for e in by_title.entries] == [("changed", entry.name)]
    assert get_entry(session, entry.name).code == "306001/000007"


def test_a_title_that_several_entries_bear_needs_a_code(plan: Any, lifecycle: Lifecycle) -> None:
    lifecycle.entry("draft")
    lifecycle.entry("draft")
    assert found(plan(row(更新周期="每年"))) == [("A2", "title_means_several", "error")]


def test_a_marker_of_another_department_is_refused(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("draft")
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    reading = _edited(path, {f"{letters['marker']}5": "bu-shi-wo-men-de-abc12@0123456789ab"})
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert [problem.code for problem in outcome.problems] == ["marker_is_unknown"]


def test_a_row_copied_to_make_another_entry_is_a_new_one(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("draft")
    lifecycle.entry("draft", "低保对象统计")
    path = _exported(session, people, tmp_path)
    letters = read_sheet(path).letters
    book = load_workbook(path)
    sheet = book["目录"]
    for name, letter in letters.items():
        sheet[f"{letter}11"] = sheet[f"{letter}5"].value if name != "title" else "黄石港区社区名录（2027年）"
    book.save(path)
    outcome = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    assert [(entry.kind, entry.row) for entry in outcome.entries] == [("unchanged", 5), ("unchanged", 8), ("new", 11)]
    assert outcome.can_apply


def test_only_those_who_may_import_for_the_department_see_a_plan(
    session: Session, people: People, tmp_path: Path
) -> None:
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", row()))
    for actor in (people.reviewer, people.office):
        with pytest.raises(NotAllowed):
            plan_import(session, reading, department_id=people.department.id, by=actor)


def test_planning_writes_nothing(plan: Any, session: Session) -> None:
    plan(row())
    assert not session.new
    assert not session.dirty


def test_three_hundred_entries_with_ten_thousand_faulty_cells_are_planned_in_seconds(
    session: Session, people: People, tmp_path: Path
) -> None:
    rows: list[Sequence[Any]] = [HEADERS]
    for entry in range(340):
        title = f"黄石港区{entry}号登记簿名录"
        for item in range(14):
            faults = {"更新周期": "每俩月", "数据领域": "天文"} if item == 0 else {}
            rows.append(
                row(
                    信息资源名称=title if item == 0 else "",
                    信息项名称=f"项{item}",
                    数据类型="字",
                    长度="约5位",
                    **faults,
                )
            )
            if item:
                rows[-1] = ["", *[""] * 10, *rows[-1][11:]]
            rows[-1][11] = "" if item % 2 else rows[-1][11]
    reading = read_sheet(write_xlsx(tmp_path / "big.xlsx", rows))
    outcome = plan_import(session, reading, department_id=people.department.id, by=people.editor)
    assert len(outcome.entries) == 340
    assert len(outcome.errors) >= 10_000
    assert len({problem.cell for problem in outcome.errors}) == len(outcome.errors)
