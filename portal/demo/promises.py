"""What the people of the demonstration do about the periods that their entries owe, in the last days before today.

Which entry it concerns is found in the ledger at the moment itself: what is due or overdue hangs on today's date.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from catalog.deadlines import check
from catalog.obligation_acts import (
    ask_extension,
    confirm_served,
    decide,
    excuse,
    find_served_next,
    object_to,
)
from catalog.obligation_lists import LedgerFilter, LedgerRow, list_ledger
from catalog.workdays import correct_day
from datasets.clock import day_of
from portal.demo.people import DemoPeople
from portal.demo.timeline import Event, moment

SILENT = "区住保局"
"""The body that has delivered nothing for long, as in the district's report: nobody asks anything for it."""
AHEAD_DAYS = 14
"""How much later the extensions ask to be due."""
SEEN_ROWS = 200


@dataclass
class _Acts:
    """What is done one after the other, and which entries have had their part."""

    people: DemoPeople
    touched: set[uuid.UUID] = field(default_factory=set)
    extension: uuid.UUID | None = None
    late: LedgerRow | None = None

    def find(self, session: Session, on: dt.date, is_right: Callable[[LedgerRow], bool]) -> LedgerRow | None:
        """The first open update, by its due date, that is right for an act and had none before."""
        asked = LedgerFilter(state="open", kind="update")
        for row in list_ledger(session, asked, by=self.people.office, today=on, limit=SEEN_ROWS).rows:
            is_free = row.entry_id is not None and row.entry_id not in self.touched
            if is_free and row.department_short_name != SILENT and row.starts_on <= on and is_right(row):
                assert row.entry_id is not None
                if find_served_next(session, row.entry_id, today=on) == row.id:
                    self.touched.add(row.entry_id)
                    return row
        return None

    def come_late(self, session: Session, at: dt.datetime) -> None:
        """A department notices that a period is overdue, and confirms that its data still hold."""
        on = day_of(at)
        check(session, on=on)
        self.late = self.find(session, on, lambda row: row.is_overdue)
        if self.late is not None:
            reviewer = self.people.reviewer(self.late.department_short_name)
            reason = "已与原始台账核对，数据没有变化；确认晚于宽限期（示例）。"
            confirm_served(session, self.late.id, reason=reason, by=reviewer, now=at)

    def object(self, session: Session, at: dt.datetime) -> None:
        """Its head objects to being counted late; the office has not answered yet."""
        if self.late is not None:
            head = self.people.head(self.late.department_short_name)
            reason = "业务系统当月停机升级，停机通知已报区政数局，请核减（示例）。"
            object_to(session, self.late.id, reason=reason, by=head, now=at)

    def excuse(self, session: Session, at: dt.datetime) -> None:
        """The office excuses another overdue period."""
        row = self.find(session, day_of(at), lambda row: row.is_overdue)
        if row is not None:
            reason = "数据源单位机构调整，期间无人填报，经区政数局研究同意不计超期（示例）。"
            excuse(session, row.id, reason=reason, by=self.people.office, now=at)

    def ask(self, session: Session, at: dt.datetime) -> None:
        """A department asks for two weeks more."""
        row = self.find(session, day_of(at), lambda row: not row.is_overdue)
        if row is not None:
            until_on = row.due_on + dt.timedelta(days=AHEAD_DAYS)
            editor = self.people.editor(row.department_short_name)
            reason = "年度普查正在汇总，数据需待街道复核后更新（示例）。"
            self.extension = ask_extension(session, row.id, until_on=until_on, reason=reason, by=editor, now=at)

    def grant(self, session: Session, at: dt.datetime) -> None:
        """The office grants what was asked first."""
        if self.extension is not None:
            answer = "同意延期，请按新的到期日更新（示例）。"
            decide(session, self.extension, is_granted=True, answer=answer, by=self.people.office, now=at)

    def confirm(self, session: Session, at: dt.datetime) -> None:
        """A reviewer confirms, in time, that nothing has changed."""
        row = self.find(session, day_of(at), lambda row: not row.is_overdue)
        if row is not None:
            reviewer = self.people.reviewer(row.department_short_name)
            confirm_served(
                session, row.id, reason="本期核对无新增、无注销，数据没有变化（示例）。", by=reviewer, now=at
            )


def list_promise_events(people: DemoPeople, today: dt.date) -> Iterator[Event]:
    """A corrected day of the calendar, then the acts of the last week."""
    acts = _Acts(people)
    yield moment(today, 8, 9), lambda session, at: _correct_calendar(session, people, today, now=at)
    yield moment(today, 6, 10), acts.come_late
    yield moment(today, 5, 9), acts.object
    yield moment(today, 5, 15), acts.ask
    yield moment(today, 4, 9), acts.grant
    yield moment(today, 3, 10), acts.excuse
    yield moment(today, 2, 10), acts.confirm
    yield moment(today, 1, 14), acts.ask


def _correct_calendar(session: Session, people: DemoPeople, today: dt.date, *, now: dt.datetime) -> None:
    """The district works on a Saturday some weeks ahead."""
    day = today + dt.timedelta(days=40)
    saturday = day + dt.timedelta(days=(5 - day.weekday()) % 7)
    correct_day(session, saturday, is_workday=True, name="本区集中办公日（示例）", by=people.office, now=now)
