"""The plan of 2023 as the district's office wrote it, for the tests of plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import plans
from catalog.models import Department, Obligation
from catalog.permissions import Actor
from catalog.plans import NodeDraft
from tests.catalog.lifecycle import Lifecycle, People, make_actor, make_department

FRIDAY = dt.date(2023, 6, 30)
WEDNESDAY = dt.date(2023, 8, 30)
NODES = (
    NodeDraft("公共数据目录编制", "catalog", FRIDAY),
    NodeDraft("数据报送并与市平台对接", "connection", WEDNESDAY),
)


def shanghai(year: int, month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> dt.datetime:
    """A moment by the clock on the wall in Shanghai."""
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(dt.UTC)


START = shanghai(2023, 2, 20)
"""A Monday."""


@dataclass
class PlanCase:
    """One department with editor, head and office under the plan 2023."""

    session: Session
    people: People
    head: Actor
    lifecycle: Lifecycle

    @property
    def department(self) -> Department:
        return self.people.department

    def start(self, nodes: tuple[NodeDraft, ...] = NODES, code: str = "2023", *others: Department) -> None:
        """Make the plan and let it run."""
        plans.create_plan(
            self.session,
            code=code,
            title="2023年公共数据开放工作计划",
            starts_on=dt.date(2023, 2, 20),
            nodes=nodes,
            department_ids=[self.department.id, *(one.id for one in others)],
            by=self.people.office,
            now=START,
        )
        plans.start_plan(self.session, code, by=self.people.office, now=START)

    def list(self, *titles: str, code: str = "2023") -> None:
        """Write titles on the department's list."""
        plans.add_items(self.session, code, self.department.id, titles, by=self.people.editor, now=START)

    def declare(
        self,
        signed_at: dt.datetime,
        *,
        kind: str = "complete",
        reason: str = "",
        accept: bool = True,
        code: str = "2023",
    ) -> None:
        """Draft, sign at `signed_at`, and accept a day later."""
        of, session = self.department.id, self.session
        plans.draft_declaration(session, code, of, kind=kind, reason=reason, by=self.people.editor, now=signed_at)
        plans.sign_declaration(session, code, of, by=self.head, now=signed_at)
        if accept:
            later = signed_at + dt.timedelta(days=4)
            plans.accept_declaration(session, code, of, by=self.people.office, now=later)

    def node(self, position: int, code: str = "2023") -> Obligation:
        """What the department owes at this node."""
        query = select(Obligation).where(
            Obligation.subject_id == self.department.id, Obligation.period == f"{code}#{position}"
        )
        return self.session.scalars(query).one()


def make_case(session: Session, people: People) -> PlanCase:
    """The case, with its plan not yet made."""
    head = make_actor(session, "head", department=people.department, name="局长")
    return PlanCase(session, people, head, Lifecycle(session, people, shanghai(2023, 5, 8)))


def other_department(session: Session) -> Department:
    """黄石港区教育局."""
    return make_department(session, "黄石港区教育局")
