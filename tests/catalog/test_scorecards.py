"""Each indicator over a district small enough to count by hand; figures and records always agree."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.duties import define_duty, record_duty, set_target
from catalog.errors import NotFound
from catalog.gaps import completeness
from catalog.models import DataItem, Department, Entry, Obligation, Revision
from catalog.resources import add_resource
from catalog.revision_texts import item_values, revision_values
from catalog.scorecards.indicators import INDICATORS
from catalog.scorecards.measuring import Measured, Tally, measure, sum_measured
from catalog.scorecards.periods import list_periods, make_period, parse_period
from catalog.scorecards.records import list_records
from tests.catalog.lifecycle import PATHS, Lifecycle, make_people

TODAY = dt.date(2026, 7, 10)
H1, H2, YEAR = make_period(2026, 1), make_period(2026, 2), make_period(2026)


@dataclass
class Scores:
    """Entries and obligations of one department, and what they come to."""

    session: Session
    lifecycle: Lifecycle

    @property
    def department(self) -> Department:
        return self.lifecycle.people.department

    def entry(
        self, title: str, *, files: tuple[dict[str, Any], ...] = (), kind: str | None = None, **facts: Any
    ) -> Entry:
        """A published entry with files of these facts, or with one interface or link."""
        entry = self.lifecycle.draft(title, **facts)
        for number, file in enumerate(files):
            resource = self.lifecycle.file(entry, f"文件{number}")
            self.lifecycle.attach(resource, **file)
        if kind:
            people = self.lifecycle.people
            add_resource(
                self.session, entry, kind=kind, title="资源", url="https://data.example.cn/a", by=people.editor,
                now=self.lifecycle.now,
            )  # fmt: skip
        return self.lifecycle.take(entry, *PATHS["published"])

    def owed(self, due_on: dt.date, state: str, kind: str = "update", *, grace_days: int = 7) -> None:
        """An obligation due on a day, as the ledger leaves it."""
        subject = uuid.uuid4()
        self.session.add(
            Obligation(
                subject_id=subject,
                department_id=self.department.id,
                kind=kind,
                period=f"{due_on:%Y-%m-%d}",
                label=f"应于 {due_on} 完成",
                starts_on=due_on.replace(day=1),
                due_on=due_on,
                grace_on=due_on + dt.timedelta(days=grace_days),
                state=state,
                created_at=self.lifecycle.now,
            )
        )
        self.session.flush()

    def figures(self, *codes: str, period: Any = H2, today: dt.date = TODAY) -> Measured:
        """What was measured, after holding that the figures of these indicators are the sums of their records."""
        measured = measure(self.session, period, today=today).get(self.department.id, Measured())
        for code in codes:
            assert self.sum(code, period, today) == measured.tally(code), code
        return measured

    def sum(self, code: str, period: Any = H2, today: dt.date = TODAY) -> Tally:
        """The records of a figure added up, page by page of two."""
        total, after = Tally(), None
        while True:
            page = list_records(
                self.session, code, department_id=self.department.id, period=period, today=today,
                by=self.lifecycle.people.office, after=after, limit=2,
            )  # fmt: skip
            for row in page.rows:
                total += Tally(row.hit, row.of)
            if page.next is None:
                return total
            after = page.next

    def marks(self, code: str) -> dict[str, str | None]:
        """Title of each record → why it counts as it does."""
        page = list_records(
            self.session, code, department_id=self.department.id, period=H2, today=TODAY,
            by=self.lifecycle.people.office,
        )  # fmt: skip
        return {row.title: row.mark for row in page.rows}


@pytest.fixture
def scores(session: Session, lifecycle: Lifecycle) -> Scores:
    return Scores(session, lifecycle)


def test_periods_have_their_days_and_neighbours() -> None:
    assert (H1.starts_on, H1.ends_on) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
    assert (H2.starts_on, H2.ends_on) == (dt.date(2026, 7, 1), dt.date(2026, 12, 31))
    assert (H1.previous.key, H1.year_before.key) == ("2025H2", "2025H1")
    assert (H2.previous.key, YEAR.previous.key) == ("2026H1", "2025")
    assert H2.measured_on(TODAY) == TODAY and H1.measured_on(TODAY) == dt.date(2026, 6, 30)
    assert [one.key for one in list_periods(TODAY, first_year=2025)] == [
        "2026H2", "2026H1", "2026", "2025H2", "2025H1", "2025",
    ]  # fmt: skip
    assert [one.key for one in list_periods(dt.date(2026, 6, 30), first_year=2026)] == ["2026H1", "2026"]


@pytest.mark.parametrize("text", ["2026H3", "2026h1", "26H1", "2027", "2026H1 ", "２０２６", "", "1999"])
def test_a_period_that_is_none_is_not_found(text: str) -> None:
    with pytest.raises(NotFound, match="score_period_not_found"):
        parse_period(text, today=TODAY)


def test_timely_counts_what_is_decided_and_leaves_out_what_is_excused(scores: Scores) -> None:
    june = dt.date(2026, 6, 30)  # its grace ends on 7 July, three days before today
    for state in ("on_time", "on_time", "on_time", "late", "missed", "open", "excused", "void"):
        scores.owed(june, state)
    scores.owed(dt.date(2026, 7, 5), "open")  # of the second half, and within its grace
    scores.owed(dt.date(2026, 7, 31), "on_time", "freshness")
    assert scores.figures("timely", period=H1).tally("timely") == Tally(3, 6)
    assert scores.figures("timely", period=H2).tally("timely") == Tally(1, 1)
    assert scores.figures("timely", period=YEAR).tally("timely") == Tally(4, 7)
    assert scores.figures("timely", period=H1, today=dt.date(2026, 7, 7)).tally("timely") == Tally(3, 5)


def test_the_shares_beside_the_timely_rate_are_those_of_the_ledger(scores: Scores) -> None:
    scores.entry("不定期的", update_cycle="irregular")
    scores.entry("不更新的", update_cycle="static", cycle_reason="一次性普查数据，不再更新")
    scores.entry("按月的")
    shares = scores.figures().shares
    assert (shares.entries, shares.irregular, shares.static) == (3, 1, 1)


def test_nodes_and_corrections_count_by_themselves(scores: Scores) -> None:
    scores.owed(dt.date(2026, 6, 30), "on_time", "node", grace_days=0)
    scores.owed(dt.date(2026, 6, 30), "late", "node", grace_days=0)
    scores.owed(dt.date(2026, 5, 20), "on_time", "rectification", grace_days=0)
    measured = scores.figures(period=H1)
    assert measured.tally("nodes") == Tally(1, 2)
    assert measured.tally("rectification") == Tally(1, 1)
    assert measured.tally("timely") == Tally(0, 0)


def test_a_dataset_is_valid_unless_it_is_empty_or_a_copy(scores: Scores) -> None:
    scores.entry("有数据", files=({"content_sha256": "a" * 64},))
    scores.entry("同样的内容", files=({"content_sha256": "a" * 64},))
    scores.entry("没有文件")
    scores.entry("没有行", files=({"row_count": 0},))
    scores.entry("接口", kind="interface")
    scores.entry("按申请提供", open_type="conditional", open_condition="凭介绍信申请")
    scores.entry(
        "不予开放",
        open_type="closed",
        closed_basis="trade_secret",
        closed_basis_text="含企业未公开的经营数据，依法不予开放",
    )
    again = scores.entry("有数据二", files=({},))
    scores.session.scalars(select(Revision).where(Revision.entry_id == again.id)).one().title = "有数据"
    assert scores.figures("valid").tally("valid") == Tally(2, 6)
    marks = scores.marks("valid")
    assert {title: marks[title] for title in ("同样的内容", "没有文件", "没有行", "接口")} == {
        "同样的内容": "same_content", "没有文件": "empty", "没有行": "empty", "接口": None,
    }  # fmt: skip


def test_readable_formats_interfaces_and_links_by_declared_format(scores: Scores) -> None:
    scores.entry("表格", files=({"file_format": "xlsx"},))
    scores.entry("扫描件", files=({"file_format": "pdf"},))
    scores.entry("接口", kind="interface")
    scores.entry("链接到网页", kind="link", format_category="document", format_type="html")
    scores.entry("链接到表格", kind="link", format_type="csv")
    scores.entry("什么也没有")
    assert scores.figures("machine_readable").tally("machine_readable") == Tally(3, 5)
    assert scores.marks("machine_readable")["链接到表格"] == "by_format"


def test_an_interface_and_the_row_api_both_count_as_api(scores: Scores) -> None:
    scores.entry("接口", kind="interface")
    scores.entry("有行", files=({},))
    scores.entry("链接", kind="link")
    scores.entry("空的", files=({"row_count": 0},))
    assert scores.figures("api_share").tally("api_share") == Tally(2, 4)
    assert scores.marks("api_share") == {"接口": "interface", "有行": "row_api", "链接": None, "空的": None}


def test_completeness_is_that_of_the_desk_for_every_entry(scores: Scores) -> None:
    scores.entry("最少的")
    scores.entry("更全的", title_en="More", provider_unit="基层政权科", temporal_start=dt.date(2026, 1, 1))
    scores.entry("有条件的", open_type="conditional", open_condition="凭介绍信申请", tags=["社区"])
    scores.entry("静态的", update_cycle="static", cycle_reason="一次性普查数据，不再更新")
    rows = scores.session.scalars(select(Revision)).all()
    expected = 0
    for row in rows:
        items = scores.session.scalars(select(DataItem).where(DataItem.revision_id == row.id)).all()
        expected += completeness(revision_values(row), [item_values(item) for item in items])
    tally = scores.figures("completeness").tally("completeness")
    assert tally == Tally(expected, 400)
    assert 50 * 4 < expected < 100 * 4


def test_domains_sizes_blanks_personal_data_and_open_rate(scores: Scores) -> None:
    columns = [{"key": "a", "name": "甲", "type": "text", "blank_count": 3}, {"key": "b", "name": "乙", "type": "text"}]
    scores.entry("甲", files=({"row_count": 10, "columns": columns},))
    scores.entry("乙", domain="education", files=({"row_count": 30, "columns": columns, "override_basis": "依据某法"},))
    scores.entry("丙", domain="education", kind="link")
    scores.entry(
        "丁", open_type="closed", closed_basis="trade_secret", closed_basis_text="含企业未公开的经营数据，依法不予开放"
    )
    measured = scores.figures(*INDICATORS)
    assert measured.tally("coverage") == Tally(2, 22)
    assert measured.tally("size") == Tally(40, 2)
    assert measured.tally("blank_rate") == Tally(6, 80)
    assert measured.tally("personal_data") == Tally(1, 2)
    assert measured.tally("open_rate") == Tally(3, 4)


def test_a_duty_counts_as_often_as_it_fell_due_and_a_bonus_up_to_its_limit(scores: Scores, now: dt.datetime) -> None:
    people = scores.lifecycle.people
    facts: dict[str, Any] = {"starts_on": dt.date(2026, 1, 1), "by": people.office, "now": now}
    define_duty(scores.session, code="policy", title="政策解读", **facts)
    define_duty(scores.session, code="survey", title="需求调查", **facts)
    define_duty(scores.session, code="prize", title="获奖案例", kind="bonus", points=2, max_points=3, **facts)
    for code, target in (("policy", 2), ("survey", 1)):
        set_target(scores.session, code, year=2026, target=target, by=people.office, now=now)
    for code, day in (("policy", 1), ("policy", 2), ("prize", 3), ("prize", 4)):
        record_duty(
            scores.session, code, department_id=scores.department.id, done_on=dt.date(2026, 3, day),
            title=f"{code}{day}", by=people.editor, now=now, today=TODAY,
        )  # fmt: skip
    first = scores.figures("duty", period=H1)
    assert first.tally("duty") == Tally(1, 1)  # of two a year one is due by June, of one none
    assert [(bonus.code, bonus.done, bonus.points) for bonus in first.bonuses] == [("prize", 2, 3.0)]
    year = scores.figures(period=YEAR, today=dt.date(2027, 1, 10))
    assert year.tally("duty") == Tally(2, 3)


def test_a_past_period_is_measured_as_of_its_last_day(scores: Scores, now: dt.datetime) -> None:
    stays = scores.entry("一直公开", files=({},))
    goes = scores.entry("后来下架", files=({},))
    later = now + dt.timedelta(days=200)
    scores.lifecycle.take(goes, "ask_withdrawal", "withdraw", now=later)
    assert (stays.state, goes.state) == ("published", "withdrawn")
    after = later.date() + dt.timedelta(days=30)
    assert scores.figures("open_rate", period=H2, today=after).tally("open_rate") == Tally(2, 2)
    assert scores.figures("open_rate", period=make_period(2027, 1), today=after).tally("open_rate") == Tally(1, 1)
    assert scores.figures("open_rate", period=H1, today=after).tally("open_rate") == Tally(0, 0)


def test_the_district_adds_figures_and_counts_each_domain_once(scores: Scores) -> None:
    scores.entry("甲", domain="education")
    scores.entry("乙", domain="health")
    other = Scores(scores.session, Lifecycle(scores.session, make_people(scores.session, "黄石港区教育局")))
    other.entry("丙", domain="education", files=({},))
    measured = measure(scores.session, H2, today=TODAY)
    assert [measured[one.department.id].tally("coverage").numerator for one in (scores, other)] == [2, 1]
    district = sum_measured(measured.values())
    assert district.tally("coverage") == Tally(2, 22)
    assert district.tally("valid") == Tally(1, 3)


@pytest.mark.parametrize(
    ("code", "numerator", "denominator", "target", "score"),
    [
        ("timely", 9, 12, 1.0, 0.75),
        ("api_share", 3, 20, 0.30, 0.5),
        ("api_share", 9, 20, 0.30, 1.0),
        ("coverage", 1, 22, 2, 0.5),
        ("size", 500, 4, 500, 0.25),
        ("blank_rate", 5, 100, 0.05, 1.0),
        ("blank_rate", 10, 100, 0.05, 0.5),
        ("personal_data", 0, 7, 0.0, 1.0),
        ("personal_data", 1, 7, 0.0, 0.0),
        ("timely", 0, 0, 1.0, None),
        ("timely", 0, 3, 0.0, 1.0),
    ],
)
def test_scores_are_in_proportion_to_the_target(
    code: str, numerator: float, denominator: float, target: float, score: float | None
) -> None:
    assert INDICATORS[code].score(numerator, denominator, target) == score


def test_the_default_weights_make_a_hundred() -> None:
    assert sum(row.weight for row in INDICATORS.values()) == 100
