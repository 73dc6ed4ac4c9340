"""The work plans of the demonstration: that of 2023, finished with both nodes, and the running one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from catalog import plans
from catalog.plans import NodeDraft
from catalog.workdays import load_calendar
from portal.demo.people import DemoPeople
from portal.demo.specs import EntrySpec
from portal.demo.timeline import Event, moment, moment_on

PLAN_2023 = "2023"
CATALOG_ON, CONNECTED_ON = dt.date(2023, 6, 30), dt.date(2023, 8, 30)
"""The nodes of 2023, a Friday and a Wednesday, as the district's report names them."""
HANDED_OVER_ON, HANDED_OVER_LATE_ON = dt.date(2023, 8, 28), dt.date(2023, 9, 6)
CLOSED_ON = dt.date(2023, 12, 29)
LATE_AT_CONNECTION = ("区住保局", "江北管理区")
WITHOUT_DATA = "区委宣传部"
WHY_WITHOUT_DATA = "本部门 2023 年没有依职责采集、产生的结构化数据，宣传资料均已在门户网站公开（示例）。"

STARTED_DAYS, LISTED_DAYS = 40, 34
"""Days before today on which the running plan began, and on which the departments wrote their lists down."""
FIRST_NODE_WORKDAYS, SECOND_NODE_WORKDAYS = 20, 45
"""Working days from today to the nodes of the running plan."""
TO_COME: Mapping[str, Sequence[str]] = {
    "区住保局": ("保障性租赁住房项目（示例）", "老旧小区改造进度（示例）"),
    "区教育局": ("民办培训机构名录（示例）",),
    "区市场监督管理局": ("特种设备使用登记信息（示例）",),
    "区文旅局": ("非遗项目名录（示例）",),
    "区信访局": ("信访办理时限统计（示例）",),
    "区水利湖泊局": ("巡河记录（示例）",),
    "沈家营街道": ("便民服务热线受理统计（示例）",),
    "江北管理区": ("闲置厂房名录（示例）", "重点项目库（示例）"),
}
"""Titles that the departments expect to register besides those which they have begun."""
WITHOUT_LIST = ("胜阳港街道", "区纪委监委")
SIGNED = ("区司法局", "区民宗局", "黄石港街道", "区应急局", "花湖街道")
"""Departments that have declared their lists complete, in the order in which their heads signed."""
ACCEPTED = SIGNED[:3]
RETURNED = "花湖街道"
WHY_RETURNED = "清单漏列公园绿地、充电设施等街道管理的设施，请对照职责补充后重新声明（示例）。"


def list_plan_events(people: DemoPeople, specs: Sequence[EntrySpec], today: dt.date) -> Iterator[Event]:
    """Everything that the office and the departments do about both plans."""
    yield from _finished_plan(people, specs)
    yield from _running_plan(people, specs, today)


def _finished_plan(people: DemoPeople, specs: Sequence[EntrySpec]) -> Iterator[Event]:
    nodes = (
        NodeDraft("目录编制", "catalog", CATALOG_ON, "6月30日前完成本部门公共数据资源目录编制。"),
        NodeDraft("数据报送对接", "connection", CONNECTED_ON, "8月30日前向市平台报送数据并完成对接。"),
    )

    def begin(session: Session, at: dt.datetime) -> None:
        _start(session, people, PLAN_2023, "2023年公共数据开放工作计划", nodes, starts_on=dt.date(2023, 3, 1), now=at)

    def declare_nothing(session: Session, at: dt.datetime) -> None:
        _declare(session, people, PLAN_2023, WITHOUT_DATA, kind="zero", reason=WHY_WITHOUT_DATA, now=at)
        _sign(session, people, PLAN_2023, WITHOUT_DATA, now=at + dt.timedelta(hours=4))
        _accept(session, people, PLAN_2023, WITHOUT_DATA, now=at + dt.timedelta(days=1))

    def hand_over(late: bool) -> Event:
        on = HANDED_OVER_LATE_ON if late else HANDED_OVER_ON
        chosen = [one.department for one in open_specs if (one.department in LATE_AT_CONNECTION) == late]
        return moment_on(on, 16), lambda session, at: _hand_over(session, people, PLAN_2023, chosen, on, now=at)

    registered = [spec for spec in specs if spec.registered_on is not None]
    open_specs = [spec for spec in registered if spec.fields["open_type"] != "closed"]
    yield moment_on(dt.date(2023, 3, 1)), begin
    for spec in registered:
        yield from _register(people, spec)
    yield moment_on(dt.date(2023, 6, 28), 15), declare_nothing
    yield hand_over(late=False)
    yield hand_over(late=True)
    yield moment_on(CLOSED_ON, 17), lambda session, at: plans.close_plan(session, PLAN_2023, by=people.office, now=at)


def _register(people: DemoPeople, spec: EntrySpec) -> Iterator[Event]:
    """The list of a department with its one title, its declaration, the head's signature, the office's acceptance."""
    assert spec.registered_on is not None
    department, title, day = spec.department, spec.fields["title"], spec.registered_on

    def declare(session: Session, at: dt.datetime) -> None:
        plans.add_items(
            session, PLAN_2023, people.departments[department], [title], by=people.editor(department), now=at
        )
        _declare(session, people, PLAN_2023, department, now=at)

    yield moment_on(day, 16), declare
    next_day, second_day = day + dt.timedelta(days=1), day + dt.timedelta(days=2)
    yield moment_on(next_day, 10), lambda session, at: _sign(session, people, PLAN_2023, department, now=at)
    yield moment_on(second_day, 10), lambda session, at: _accept(session, people, PLAN_2023, department, now=at)


def _running_plan(people: DemoPeople, specs: Sequence[EntrySpec], today: dt.date) -> Iterator[Event]:
    half = 1 if today.month <= 6 else 2
    code = f"{today.year}H{half}"
    title = f"{today.year}年{'上' if half == 1 else '下'}半年数据开放工作计划"
    starts_on = today - dt.timedelta(days=STARTED_DAYS)

    def begin(session: Session, at: dt.datetime) -> None:
        calendar = load_calendar(session)
        nodes = (
            NodeDraft("目录编制", "catalog", calendar.add_workdays(today, FIRST_NODE_WORKDAYS)),
            NodeDraft("数据报送对接", "connection", calendar.add_workdays(today, SECOND_NODE_WORKDAYS)),
        )
        _start(session, people, code, title, nodes, starts_on=starts_on, now=at)

    def write_lists(session: Session, at: dt.datetime) -> None:
        for department, titles in _titles(people, specs).items():
            by = people.editor(department)
            plans.add_items(session, code, people.departments[department], titles, by=by, now=at)

    yield moment(today, STARTED_DAYS, 9), begin
    yield moment(today, LISTED_DAYS, 10), write_lists
    for number, department in enumerate(SIGNED):
        yield from _sign_running(people, code, department, today, days=18 - 3 * number)


def _sign_running(people: DemoPeople, code: str, department: str, today: dt.date, *, days: int) -> Iterator[Event]:
    def answer(session: Session, at: dt.datetime) -> None:
        if department == RETURNED:
            _return(session, people, code, department, now=at)
        else:
            _accept(session, people, code, department, now=at)

    yield moment(today, days, 10), lambda session, at: _declare(session, people, code, department, now=at)
    yield moment(today, days - 1, 15), lambda session, at: _sign(session, people, code, department, now=at)
    if department in (*ACCEPTED, RETURNED):
        yield moment(today, days - 2, 11), answer


def _titles(people: DemoPeople, specs: Sequence[EntrySpec]) -> Mapping[str, list[str]]:
    """Department → what it expects to register: its entries that are not to leave, and what is to come."""
    titles: dict[str, list[str]] = defaultdict(list)
    for spec in specs:
        if spec.department not in WITHOUT_LIST and spec.state not in ("withdrawn", "suspended"):
            titles[spec.department].append(spec.fields["title"])
    for department, more in TO_COME.items():
        titles[department] += more
    return titles


def _start(
    session: Session,
    people: DemoPeople,
    code: str,
    title: str,
    nodes: Sequence[NodeDraft],
    *,
    starts_on: dt.date,
    now: dt.datetime,
) -> None:
    everybody: list[uuid.UUID] = list(people.departments.values())
    plans.create_plan(
        session,
        code=code,
        title=title,
        starts_on=starts_on,
        nodes=nodes,
        department_ids=everybody,
        by=people.office,
        now=now,
    )
    plans.start_plan(session, code, by=people.office, now=now)


def _declare(
    session: Session,
    people: DemoPeople,
    code: str,
    department: str,
    *,
    kind: str = "complete",
    reason: str | None = None,
    now: dt.datetime,
) -> None:
    department_id, by = people.departments[department], people.editor(department)
    plans.draft_declaration(session, code, department_id, kind=kind, reason=reason, by=by, now=now)


def _sign(session: Session, people: DemoPeople, code: str, department: str, *, now: dt.datetime) -> None:
    plans.sign_declaration(session, code, people.departments[department], by=people.head(department), now=now)


def _accept(session: Session, people: DemoPeople, code: str, department: str, *, now: dt.datetime) -> None:
    plans.accept_declaration(session, code, people.departments[department], by=people.office, now=now)


def _return(session: Session, people: DemoPeople, code: str, department: str, *, now: dt.datetime) -> None:
    department_id = people.departments[department]
    plans.return_declaration(session, code, department_id, reason=WHY_RETURNED, by=people.office, now=now)


def _hand_over(
    session: Session, people: DemoPeople, code: str, departments: Sequence[str], on: dt.date, *, now: dt.datetime
) -> None:
    note = "数据文件已刻盘交市平台并完成入库核对（示例）。"
    for department in departments:
        plans.record_handover(
            session, code, 2, people.departments[department], done_on=on, note=note, by=people.office, now=now
        )
