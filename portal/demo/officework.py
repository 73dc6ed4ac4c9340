"""The data office's other work in the demonstration: candidates for opening, a renamed body, the nightly steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from catalog import bulk, plans
from catalog.candidates.coverage import list_candidates
from catalog.candidates.deciding import decide
from catalog.candidates.importing import apply_import
from catalog.candidates.reading import parse_grids
from catalog.deadlines import check
from catalog.field_values import clean_title
from portal.demo.people import FORMER_NAMES, DemoPeople
from portal.demo.specs import read_departments, read_grid
from portal.demo.timeline import Event, moment
from portal.packaging import ask_for_package
from portal.sending import raise_notices

if TYPE_CHECKING:
    from portal.house import House

LISTS = (
    # source, file of portal/demo_data, its name as the office received it
    ("exchange", "candidates_exchange.csv", "市共享交换平台共享清单.csv"),
    ("system", "candidates_systems.csv", "业务系统清单.csv"),
)
NEXT = ("民办培训机构名录（示例）", "特种设备使用登记信息（示例）", "非遗项目名录（示例）", "巡河记录（示例）")
UPSTREAM = {"企业登记基本信息（示例）": "https://www.example.com/dataset/enterprises"}
"""What the city has opened already → where."""
CLOSED = {"出生医学证明签发信息（示例）": "含个人隐私，依法不予开放（示例）。"}
NIGHTS = 5
"""Days up to today for which the reminders are raised."""


def list_office_events(people: DemoPeople, today: dt.date) -> Iterator[Event]:
    """The renaming of a body, two lists of candidates taken in, what was decided about some of them."""
    yield moment(today, 300, 10), lambda session, at: _rename(session, people, now=at)
    yield moment(today, 2, 16), lambda session, at: _take_in(session, people, now=at)
    yield moment(today, 1, 9), lambda session, at: _decide(session, people, now=at)


def run_nights(house: House, people: DemoPeople, today: dt.date) -> None:
    """What the nightly jobs do, up to today, and a package for the city platform that waits for the worker."""
    with house.database.work() as session:
        check(session, on=today)
        plans.settle_plans(session, on=today, now=house.now())
        ask_for_package(session, kind="all", key="", with_originals=False, by=people.office, now=house.now())
    for days in reversed(range(NIGHTS)):
        raise_notices(house, on=today - dt.timedelta(days=days))


def _rename(session: Session, people: DemoPeople, *, now: dt.datetime) -> None:
    for row in read_departments():
        if row["short_name"] in FORMER_NAMES:
            names = {name: row[name] for name in ("name", "short_name", "name_en")}
            args = {"department_id": str(people.departments[row["short_name"]]), **names}
            digest = bulk.preview_bulk(session, "rename_department", args, by=people.office).digest
            reason = "机构改革更名（示例）。"
            bulk.apply_bulk(session, "rename_department", args, reason=reason, digest=digest, by=people.office, now=now)


def _take_in(session: Session, people: DemoPeople, *, now: dt.datetime) -> None:
    for source, file, name in LISTS:
        listed = parse_grids([read_grid(file)], source)
        apply_import(session, listed, by=people.office, now=now, file_name=name)


def _decide(session: Session, people: DemoPeople, *, now: dt.datetime) -> None:
    ids = {row.title: row.id for row in list_candidates(session, by=people.office, limit=100).rows}
    decide(session, [ids[clean_title(title)] for title in NEXT], "open_next", by=people.office, now=now)
    for title, url in UPSTREAM.items():
        decide(session, [ids[clean_title(title)]], "opened_upstream", url=url, by=people.office, now=now)
    for title, reason in CLOSED.items():
        decide(session, [ids[clean_title(title)]], "kept_closed", reason=reason, by=people.office, now=now)
