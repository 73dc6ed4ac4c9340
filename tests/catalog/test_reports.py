"""The half-year report: figures that a reader can count by hand, and the records behind each."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from catalog.errors import NotAllowed, NotFound
from catalog.models import Delivery, Department, Entry, Obligation, Rectification, Resource, Revision
from catalog.permissions import ANONYMOUS, system_actor
from catalog.reports.counting import PAGE_SIZE, count_figure, list_records
from catalog.reports.figures import FIGURES
from catalog.reports.measuring import HalfYear, measure_half_year
from catalog.reports.spans import list_spans, parse_span, span_of, year_before
from datasets.models import UsageCount

TODAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)
OFFICE = system_actor("report")
SPAN = parse_span("2026H1", today=TODAY)


def add_department(session: Session, name: str, position: int) -> Department:
    row = Department(slug=f"d{position}", name=f"黄石港区{name}", short_name=name, position=position, created_at=NOW)
    session.add(row)
    session.flush()
    return row


def add_entry(
    session: Session,
    of: Department,
    title: str,
    issued: str,
    *,
    withdrawn: str | None = None,
    open_type: str = "unconditional",
) -> Entry:
    """A public entry since `issued`, withdrawn at noon in Shanghai of `withdrawn`."""
    entry = Entry(
        name=f"e-{uuid.uuid4().hex[:8]}",
        ordinal=session.query(Entry).count() + 1,
        department_id=of.id,
        state="withdrawn" if withdrawn else "published",
        issued_on=dt.date.fromisoformat(issued),
        withdrawn_at=dt.datetime.fromisoformat(f"{withdrawn}T04:00:00+00:00") if withdrawn else None,
        created_at=NOW,
    )
    session.add(entry)
    session.flush()
    revision = Revision(
        entry_id=entry.id, number=1, state="published", title=title, open_type=open_type, domain="social_aid",
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    session.add(revision)
    session.flush()
    entry.published_revision_id = revision.id
    session.flush()
    return entry


def owe(
    session: Session, entry: Entry | Department, period: str, due: str, state: str, *, kind: str = "update"
) -> Obligation:
    """An obligation with five days of grace, counted in calendar days here: only its dates matter."""
    is_entry = isinstance(entry, Entry)
    due_on = dt.date.fromisoformat(due)
    row = Obligation(
        subject_id=entry.id,
        entry_id=entry.id if is_entry else None,
        department_id=entry.department_id if is_entry else entry.id,
        kind=kind,
        period=period,
        label=None if is_entry else "2026年上半年计划：目录编制",
        starts_on=due_on - dt.timedelta(days=30),
        due_on=due_on,
        grace_on=due_on + dt.timedelta(days=7 if kind == "update" else 0),
        state=state,
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def facts(session: Session) -> HalfYear:
    """住保 delivers nothing, 民政 delivers, 信访 publishes nothing."""
    housing, civil, petitions = (
        add_department(session, name, n) for n, name in enumerate(["区住保局", "区民政局", "区信访局"])
    )
    old = add_entry(session, housing, "公租房项目", "2024-03-01")
    elder = add_entry(session, civil, "养老机构", "2025-03-01")
    add_entry(session, civil, "低保标准", "2026-06-30", open_type="closed")
    add_entry(session, civil, "福利彩票站点", "2025-05-01", withdrawn="2026-06-30")
    add_entry(session, civil, "七月的", "2026-07-01")
    owe(session, old, "2026-03", "2026-03-31", "missed")
    owe(session, old, "2026-05", "2026-05-31", "open")
    owe(session, old, "2026-06", "2026-06-30", "open")
    owe(session, elder, "2026-05", "2026-05-31", "on_time")
    owe(session, elder, "2026-04", "2026-04-30", "late")
    owe(session, elder, "2026-03", "2026-03-31", "excused")
    owe(session, housing, "2026H1#1", "2026-06-29", "open", kind="node")
    owe(session, civil, "2026H1#1", "2026-06-29", "on_time", kind="node")
    owe(session, petitions, "2026H1#2", "2026-08-30", "open", kind="node")
    session.add(Delivery(entry_id=elder.id, delivered_on=dt.date(2026, 5, 20), kind="data", at=NOW))
    session.add(Delivery(entry_id=old.id, delivered_on=dt.date(2026, 5, 20), kind="unchanged", at=NOW))
    for day, count, is_bot in [
        ("2026-06-30", 7, False),
        ("2026-06-30", 90, True),
        ("2025-06-30", 5, False),
        ("2026-07-01", 3, False),
    ]:
        session.add(
            UsageCount(subject_id=elder.id, kind="download", day=dt.date.fromisoformat(day), is_bot=is_bot, count=count)
        )
    session.add(
        Rectification(
            code="ZG-2026-001", department_id=housing.id, finding="链接失效", found_on=dt.date(2026, 4, 1),
            due_on=dt.date(2026, 4, 30), created_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    return measure_half_year(session, SPAN, by=OFFICE, today=TODAY)


EXPECTED = {
    # figure: (this half-year, the year before)
    "entries": (4 - 1, 3),  # 公租房, 养老机构, 低保标准; 彩票站点 withdrawn on the last day. Before: 公租房, 养老, 彩票
    "entries_open": (2, 3),
    "entries_new": (1, 2),
    "entries_withdrawn": (1, 0),
    "updates_due": (
        4,
        0,
    ),  # missed, overdue (05-31), on time, late; 06-30 is still in its grace at the end; excused aside
    "updates_on_time": (1, 0),
    "updates_late": (1, 0),
    "updates_missed": (1, 0),
    "updates_overdue": (1, 0),
    "nodes_due": (2, 0),
    "nodes_met": (1, 0),
    "nodes_open": (1, 0),
    "departments_silent": (1, 0),  # 区住保局: "confirmed unchanged" is no update
    "departments_empty": (1, 1),
    "rectifications": (1, 0),
    "rectifications_closed": (0, 0),
    "downloads": (7, 5),
    "views": (0, 0),
}


@pytest.mark.parametrize("code", EXPECTED)
def test_each_figure_is_what_can_be_counted_by_hand(facts: HalfYear, code: str) -> None:
    assert (facts.figures[code].value, facts.figures[code].before) == EXPECTED[code]


@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_is_the_number_of_its_records(session: Session, facts: HalfYear, code: str) -> None:
    found = list_records(session, code, SPAN, by=OFFICE)
    assert sum(record.number for record in found.records) == found.total == count_figure(session, FIGURES[code], SPAN)


def test_shortcomings_are_named(facts: HalfYear) -> None:
    assert facts.silent == ("区住保局",)
    assert facts.empty == ("区信访局",)
    assert [(one.code, one.name, one.count, one.titles) for one in facts.shortcomings] == [
        ("overdue", "区住保局", 1, ("公租房项目",)),
        ("rectification", "区住保局", 1, ()),
    ]


def test_nodes_say_who_has_not_met_them_and_what_comes_next(facts: HalfYear) -> None:
    assert [(node.due_on, node.met, node.due, node.open_names) for node in facts.nodes] == [
        (dt.date(2026, 6, 29), 1, 2, ("区住保局",))
    ]
    assert [(node.due_on, node.due) for node in facts.next_nodes] == [(dt.date(2026, 8, 30), 1)]


def test_departments_add_up_to_the_district(facts: HalfYear) -> None:
    for code in ("entries", "updates_due", "updates_on_time", "nodes_due"):
        assert sum(line.values[code] for line in facts.lines) == facts.figures[code].value
    assert [(line.short_name, line.timely_rate) for line in facts.lines] == [
        ("区住保局", 0.0), ("区民政局", 0.5), ("区信访局", None)
    ]  # fmt: skip


def test_growth_has_no_share_of_nothing(facts: HalfYear) -> None:
    assert facts.figures["downloads"].growth == pytest.approx(0.4)
    assert facts.figures["updates_due"].growth is None


def test_a_running_half_year_is_compared_with_the_same_days_of_last_year() -> None:
    span = span_of(TODAY, today=TODAY)
    assert (span.key, span.as_of) == ("2026H2", TODAY)
    before = year_before(span, today=TODAY)
    assert (before.key, before.as_of) == ("2025H2", dt.date(2025, 7, 10))
    assert year_before(SPAN, today=TODAY).as_of == dt.date(2025, 6, 30)


def test_29_february_is_compared_with_28_february() -> None:
    leap = dt.date(2028, 2, 29)
    assert year_before(span_of(leap, today=leap), today=leap).as_of == dt.date(2027, 2, 28)


@pytest.mark.parametrize("key", ["2026H3", "2026", "1999H1", "2026H2x", "", "2027H1", "２０２６H1"])
def test_only_half_years_up_to_today_are_periods(key: str) -> None:
    with pytest.raises(NotFound):
        parse_span(key, today=TODAY)


def test_periods_are_listed_newest_first() -> None:
    assert [span.key for span in list_spans(today=TODAY, count=3)] == ["2026H2", "2026H1", "2025H2"]


def test_records_are_paged_and_a_page_beyond_the_end_is_the_last(session: Session) -> None:
    department = add_department(session, "区民政局", 0)
    for number in range(PAGE_SIZE + 1):
        add_entry(session, department, f"条目{number}", "2026-02-01")
    last = list_records(session, "entries_new", SPAN, by=OFFICE, page=9)
    assert (last.total, last.page, last.page_count, len(last.records)) == (PAGE_SIZE + 1, 2, 2, 1)


def test_only_the_office_may_look(session: Session) -> None:
    with pytest.raises(NotAllowed):
        measure_half_year(session, SPAN, by=ANONYMOUS, today=TODAY)
    with pytest.raises(NotAllowed):
        list_records(session, "entries", SPAN, by=ANONYMOUS)


def test_an_unknown_figure_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        list_records(session, "nonsense", SPAN, by=OFFICE)


def test_the_resources_of_a_version_lead_to_its_department(session: Session) -> None:
    from datasets.models import DataVersion

    entry = add_entry(session, add_department(session, "区民政局", 0), "养老机构", "2026-01-05")
    resource = Resource(entry_id=entry.id, title="文件", created_at=NOW)
    session.add(resource)
    session.flush()
    for number, day in [(1, "2026-01-05"), (2, "2026-06-30"), (3, "2026-07-01")]:
        session.add(
            DataVersion(
                resource_id=resource.id, number=number, blob_sha256="0" * 64, file_name="a.csv", file_format="csv",
                byte_size=1, recipe={}, columns=[], row_count=1, row_store="x", content_sha256="0" * 64,
                csv_sha256="0" * 64, csv_byte_size=1, created_at=NOW,
                published_at=dt.datetime.fromisoformat(f"{day}T15:59:59+00:00"),
            )
        )  # fmt: skip
    session.flush()
    assert count_figure(session, FIGURES["versions"], SPAN) == 2, "23:59:59 in Shanghai on 30 June still counts"
    assert count_figure(session, FIGURES["versions_renewed"], SPAN) == 1
