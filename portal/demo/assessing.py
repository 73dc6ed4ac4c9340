"""How the departments of the demonstration are assessed: counted duties, findings, and a frozen half-year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.orm import Session

from catalog.deadlines import check
from catalog.duties import define_duty, record_duty, set_target
from catalog.rectifications import answer_finding, close_finding, open_finding
from catalog.scorecards.freezing import freeze_period
from catalog.scorecards.objections import decide_objection, object_to_score
from catalog.scorecards.periods import ScorePeriod, make_period
from catalog.workdays import load_calendar
from datasets.clock import day_of
from portal.demo.people import DemoPeople
from portal.demo.timeline import Act, Event, moment, moment_on

DUTIES = (
    # code, title, title_en, kind, points of a record, at most, general target of a year
    ("policy", "政策解读", "Policy explained to the public", "duty", 0.0, None, 2),
    ("training", "数据开放培训", "Training on open data", "duty", 0.0, None, 1),
    ("case", "数据应用案例", "Use of open data", "bonus", 1.0, 3.0, None),
)
FEWER = {"沈家营街道": 1, "黄石港街道": 1, "花湖街道": 1, "胜阳港街道": 1, "江北管理区": 1}
"""Bodies that owe fewer explained policies than the departments."""
DONE = (
    # days before today, duty, department, title
    (150, "policy", "区民政局", "《城乡低保办法》图解"),
    (96, "policy", "区民政局", "养老服务补贴问答"),
    (90, "policy", "区卫健局", "家庭医生签约服务解读"),
    (70, "policy", "区教育局", "义务教育入学政策解读"),
    (64, "policy", "花湖街道", "公共厕所提升行动问答"),
    (60, "training", "区政数局", "全区数据填报培训"),
    (58, "training", "区民政局", "民政系统数据质量培训"),
    (45, "case", "黄石港街道", "停车场数据用于导航应用"),
    (30, "policy", "区市场监督管理局", "食品经营许可新规解读"),
    (12, "policy", "区卫健局", "预防接种门诊开放时间说明"),
    (9, "training", "区卫健局", "卫健系统数据脱敏培训"),
)
FREEZING_DAYS = 20
"""Days after the end of a half-year on which the office freezes it: the last grace is over by then."""
SETTLED_DAYS = FREEZING_DAYS + 6
OBJECTING = "区民政局"


def list_assessment_events(people: DemoPeople, today: dt.date) -> Iterator[Event]:
    """Duties with their records, two findings, the last half-year that could be frozen with an objection."""
    yield moment(today, 200, 9), lambda session, at: _define(session, people, today, now=at)
    for days, code, department, title in DONE:
        yield moment(today, days, 16), _record(people, code, department, title)
    yield from _findings(people, today)
    yield from _frozen(people, today)


def _define(session: Session, people: DemoPeople, today: dt.date, *, now: dt.datetime) -> None:
    for code, title, title_en, kind, points, most, target in DUTIES:
        define_duty(
            session,
            code=code,
            title=title,
            title_en=title_en,
            kind=kind,
            points=points,
            max_points=most,
            starts_on=dt.date(day_of(now).year, 1, 1),
            by=people.office,
            now=now,
        )
        for year in sorted({day_of(now).year, today.year}):
            if target is not None:
                set_target(session, code, year=year, target=target, by=people.office, now=now)
            for department, fewer in FEWER.items() if code == "policy" else ():
                key = people.departments[department]
                set_target(session, code, year=year, target=fewer, department_id=key, by=people.office, now=now)


def _record(people: DemoPeople, code: str, department: str, title: str) -> Act:
    def act(session: Session, at: dt.datetime) -> None:
        record_duty(
            session,
            code,
            department_id=people.departments[department],
            done_on=day_of(at),
            title=f"{title}（示例）",
            url=f"https://www.example.com/{code}/{day_of(at):%Y%m%d}",
            by=people.editor(department),
            now=at,
            today=day_of(at),
        )

    return act


def _findings(people: DemoPeople, today: dt.date) -> Iterator[Event]:
    codes: list[str] = []

    def find(department: str, finding: str, days: int) -> Event:
        def act(session: Session, at: dt.datetime) -> None:
            found = open_finding(
                session,
                department_id=people.departments[department],
                finding=finding,
                due_on=day_of(at) + dt.timedelta(days=15),
                source="上半年数据质量抽查（示例）",
                by=people.office,
                now=at,
            )
            codes.append(found.code)

        return moment(today, days, 10), act

    def answer(session: Session, at: dt.datetime) -> None:
        evidence = "已重新导出并逐行核对，联系电话补齐 37 处（示例）。"
        answer_finding(session, codes[0], evidence=evidence, by=people.editor("区市场监督管理局"), now=at)

    def close(session: Session, at: dt.datetime) -> None:
        close_finding(session, codes[0], answer="已复核，销号（示例）。", by=people.office, now=at)

    yield find("区市场监督管理局", "食品经营许可信息中联系电话缺失 37 处（示例）。", 60)
    yield moment(today, 38, 15), answer
    yield moment(today, 36, 10), close
    yield find("区住保局", "物业服务企业名录、公共租赁住房项目长期未更新，请说明原因并补报（示例）。", 6)


def _frozen(people: DemoPeople, today: dt.date) -> Iterator[Event]:
    period = last_settled(today)
    objections = []

    def freeze(session: Session, at: dt.datetime) -> None:
        check(session, on=day_of(at))
        freeze_period(session, period, by=people.office, now=at, today=day_of(at))

    def object_to(session: Session, at: dt.datetime) -> None:
        found = object_to_score(
            session,
            period,
            "duty",
            department_id=people.departments[OBJECTING],
            text="六月的政策解读会未计入，会议通知与签到表已报区政数局（示例）。",
            calendar=load_calendar(session),
            by=people.head(OBJECTING),
            now=at,
        )
        objections.append(found.id)

    def answer(session: Session, at: dt.datetime) -> None:
        text = "核对签到表属实，补计 1 分（示例）。"
        decide_objection(session, objections[0], is_accepted=True, points=1.0, answer=text, by=people.office, now=at)

    yield moment_on(period.ends_on + dt.timedelta(days=FREEZING_DAYS), 17), freeze
    yield moment_on(period.ends_on + dt.timedelta(days=FREEZING_DAYS + 2), 10), object_to
    yield moment_on(period.ends_on + dt.timedelta(days=FREEZING_DAYS + 4), 10), answer


def last_settled(today: dt.date) -> ScorePeriod:
    """The last half-year that has been frozen, objected to and answered before `today`."""
    day = today - dt.timedelta(days=SETTLED_DAYS)
    return make_period(day.year, 1) if day.month > 6 else make_period(day.year - 1, 2)
