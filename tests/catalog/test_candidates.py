"""Candidates for opening: what the lists say, what importing them does, what may be decided, what coverage counts."""

from __future__ import annotations

import csv
import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.candidates.coverage import iterate_candidates, list_candidates, list_coverage, summarise_department
from catalog.candidates.deciding import create_draft, decide
from catalog.candidates.importing import MATCH_NAME, apply_import, match_candidates, plan_import
from catalog.candidates.reading import CandidateList, parse_grids, read_list
from catalog.entries import find_open_revision
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Candidate
from tests.catalog.lifecycle import Lifecycle, People

HEADER = ["序号", "信息资源名称", "信息资源代码", "信息资源提供方", "共享类型"]


def shared(*rows: list[str]) -> CandidateList:
    """A list of the exchange platform."""
    return parse_grids([[["共享资源清单"], HEADER, *rows]], "exchange")


def row(title: str, code: str = "", department: str = "黄石港区民政局") -> list[str]:
    """One shared item."""
    return ["1", title, code, department, "无条件共享"]


def only(session: Session) -> Candidate:
    """The one candidate there is."""
    return session.scalars(select(Candidate)).one()


@pytest.fixture
def take(session: Session, people: People, now: dt.datetime) -> Any:
    """Takes a list in."""
    return lambda listed: apply_import(session, listed, by=people.office, now=now)


def test_a_list_of_shared_items_is_read_by_its_headers() -> None:
    listed = shared(row("低保对象信息", "3/0001"), [], row("婚姻登记信息"))
    assert [(one.row, one.title, one.code, one.department) for one in listed.rows] == [
        (3, "低保对象信息", "3/0001", "黄石港区民政局"),
        (5, "婚姻登记信息", None, "黄石港区民政局"),
    ]
    assert (listed.rows[0].note, listed.unread) == ("无条件共享", ("序号",))


def test_a_business_system_gives_a_candidate_for_each_kind_of_data_it_holds() -> None:
    grid = [
        ["系统名称", "主管单位", "数据内容"],
        ["社会救助系统", "区民政局", "1.低保对象信息；2.特困人员信息"],
        ["殡葬管理系统", "", ""],
    ]
    listed = parse_grids([grid], "system")
    assert [(one.title, one.system_name, one.department) for one in listed.rows] == [
        ("低保对象信息", "社会救助系统", "区民政局"),
        ("特困人员信息", "社会救助系统", "区民政局"),
        ("殡葬管理系统", "殡葬管理系统", ""),
    ]


def test_data_of_one_name_in_two_systems_of_a_department_is_two_candidates() -> None:
    grid = [
        ["系统名称", "主管单位", "数据内容"],
        ["救助系统", "区民政局", "人员信息"],
        ["殡葬系统", "区民政局", "人员信息；墓位信息"],
        ["学籍系统", "区教育局", "人员信息"],
    ]
    titles = [one.title for one in parse_grids([grid], "system").rows]
    assert titles == ["救助系统：人员信息", "殡葬系统：人员信息", "墓位信息", "人员信息"]


def test_a_file_is_opened_in_the_child_and_one_without_the_headers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEADER, row("低保对象信息")])
    assert [one.title for one in read_list(path, "exchange").rows] == ["低保对象信息"]
    with pytest.raises(Invalid, match="candidate_header_missing"):
        read_list(path, "system")


def test_a_name_merged_over_several_rows_counts_for_each(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["系统名称", "主管单位", "数据内容"], ["救助系统", "区民政局", "低保对象"], [None, None, "特困人员"]):
        sheet.append(line)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "systems.xlsx")
    listed = read_list(tmp_path / "systems.xlsx", "system")
    assert [(one.title, one.system_name, one.department) for one in listed.rows] == [
        ("低保对象", "救助系统", "区民政局"),
        ("特困人员", "救助系统", "区民政局"),
    ]


def test_importing_again_changes_nothing_and_what_is_absent_stays(session: Session, people: People, take: Any) -> None:
    first = take(shared(row("低保对象信息"), row("婚姻登记信息")))
    assert (len(first.new), first.same) == (2, 0)
    again = take(shared(row("低保对象信息"), row("婚姻登记信息")))
    assert (len(again.new), len(again.changed), again.same) == (0, 0, 2)
    third = take(shared(row("低保对象信息", "3/0001"), row("低保对象信息"), row("收养登记信息")))
    assert (len(third.new), len(third.changed), third.merged) == (1, 1, 1)
    assert session.scalar(select(func.count()).select_from(Candidate)) == 3
    acts = session.scalars(select(AuditRow.act).where(AuditRow.act == "candidate.import")).all()
    assert len(acts) == 2, "taking in what is known already leaves no trace"


def test_rows_without_title_or_known_department_are_refused_by_row(session: Session, people: People) -> None:
    listed = shared(row(""), row("甲", department="黄石市统计局"), row("乙", department=""))
    plan = plan_import(session, listed, by=people.office)
    assert [(one.row, one.code) for one in plan.refused] == [
        (3, "candidate_title_missing"),
        (4, "candidate_department_unknown"),
        (5, "candidate_department_missing"),
    ]
    with pytest.raises(NotAllowed):
        plan_import(session, listed, by=people.editor)


def test_what_is_public_already_is_matched_by_code_or_title(session: Session, lifecycle: Lifecycle, take: Any) -> None:
    entry = lifecycle.draft("社区 名录", code="3/000777")
    lifecycle.take(entry, *("submit", "sign", "approve", "publish"))
    plan = take(shared(row("社区名录"), row("社区一览", "3/000777"), row("别的")))
    assert plan.matched == 2
    found = {one.title: (one.state, one.entry_id, one.decided_by_name) for one in session.scalars(select(Candidate))}
    assert found == {
        "社区名录": ("opened", entry.id, MATCH_NAME),
        "社区一览": ("opened", entry.id, MATCH_NAME),
        "别的": ("undecided", None, None),
    }


def test_a_decision_needs_what_it_says(session: Session, people: People, take: Any, now: dt.datetime) -> None:
    take(shared(row("低保对象信息")))
    ids = [only(session).id]

    def problem(state: str, **given: str) -> tuple[str, str]:
        with pytest.raises(Invalid) as caught:
            decide(session, ids, state, by=people.editor, now=now, **given)
        return caught.value.problems[0].where, caught.value.problems[0].code

    assert problem("kept_closed") == ("reason", "candidate_reason_missing")
    assert problem("opened_upstream", url="javascript:alert(1)") == ("url", "candidate_address_bad")
    assert problem("opened", entry_name="nothing-there") == ("entry", "candidate_entry_unknown")
    assert problem("whatever") == ("state", "candidate_state_unknown")
    assert decide(session, ids, "kept_closed", reason="含个人隐私", by=people.editor, now=now) == 1
    assert decide(session, ids, "kept_closed", reason="含个人隐私", by=people.editor, now=now) == 0
    assert decide(session, ids, "opened_upstream", url="https://data.huangshi.gov.cn/1", by=people.office, now=now) == 1
    assert (only(session).reason, only(session).upstream_url) == (None, "https://data.huangshi.gov.cn/1")
    assert decide(session, ids, "undecided", by=people.office, now=now) == 1
    assert (only(session).decided_by_name, only(session).upstream_url) == (None, None)


def test_nobody_sees_or_marks_candidates_of_another_department(
    session: Session, people: People, take: Any, now: dt.datetime
) -> None:
    take(shared(row("低保对象信息")))
    only(session).department_id = people.department.id
    stranger = people.office.__class__(
        account_id=uuid.uuid4(), name="别的部门", roles=frozenset({"editor"}), department_id=uuid.uuid4()
    )
    with pytest.raises(NotFound):
        decide(session, [only(session).id], "open_next", by=stranger, now=now)
    with pytest.raises(NotAllowed):
        list_candidates(session, by=stranger, department_id=people.department.id)
    with pytest.raises(NotAllowed):
        list_coverage(session, by=stranger)


def test_a_draft_made_of_a_candidate_carries_what_is_known_and_opens_it_once_public(
    session: Session, people: People, take: Any, now: dt.datetime
) -> None:
    take(shared(row("低保对象信息", "3/000123")))
    entry = create_draft(session, only(session).id, by=people.editor, now=now)
    revision = find_open_revision(session, entry)
    assert revision is not None
    assert (revision.title, entry.code, revision.source_kind) == ("低保对象信息", "3/000123", "exchange")
    assert (only(session).state, only(session).entry_id) == ("open_next", entry.id)
    with pytest.raises(Conflict, match="candidate_has_entry"):
        create_draft(session, only(session).id, by=people.editor, now=now)
    assert match_candidates(session, now=now) == 0, "a draft is not open"


def test_coverage_counts_by_department_and_pages_follow_one_another(
    session: Session, people: People, take: Any, now: dt.datetime
) -> None:
    titles = [f"数据{number:02}" for number in range(7)]
    take(shared(*map(row, titles)))
    chosen = [one.id for one in session.scalars(select(Candidate).order_by(Candidate.title).limit(3))]
    decide(session, chosen, "open_next", by=people.editor, now=now)
    rows, whole = list_coverage(session, by=people.office)
    assert [(one.department, one.total, one.open_next, one.undecided) for one in rows] == [("黄石港区民政局", 7, 3, 4)]
    assert (whole.decided, round(whole.share, 2)) == (3, 0.43)
    assert summarise_department(session, people.department.id, by=people.editor).undecided == 4
    seen: list[str] = []
    after: str | None = None
    while True:
        page = list_candidates(session, by=people.office, after=after, limit=3)
        seen += [one.title for one in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == titles == [one.title for one in iterate_candidates(session, by=people.office)]
    assert [one.title for one in list_candidates(session, by=people.office, state="undecided").rows] == titles[3:]
    with pytest.raises(Invalid, match="bad_cursor"):
        list_candidates(session, by=people.office, after="nonsense")
