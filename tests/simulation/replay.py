"""Lets the product live through a made-up district day by day, beside the oracle.

At 00:10 of every day the nightly check runs as the worker runs it, at 07:30 the reminders are raised, at 10:00 people
act through the functions behind the buttons. Data arrives as its delivery fact and a new plan, which is what the
switch to a new data version writes; the file itself is of no matter here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.bulk.applying import apply_bulk, continue_bulk
from catalog.bulk.previewing import preview_bulk
from catalog.deadlines import replan
from catalog.deadlines_batch import plan_entries
from catalog.delivered import record_delivery
from catalog.entries import edit_revision, lock_entry, save_revision
from catalog.errors import DomainError
from catalog.models import Entry, Obligation
from catalog.obligation_acts import ask_extension, confirm_unchanged, decide, excuse
from catalog.workdays import load_calendar
from datasets.clock import SHANGHAI, day_of
from portal.house import House
from portal.jobs import JOBS
from tests.catalog.lifecycle import PATHS, Lifecycle, People, make_actor, make_people
from tests.simulation.district import District, Event
from tests.simulation.oracle import ONE, Expected, Life

NIGHT, MORNING, DAY = dt.time(0, 10), dt.time(7, 30), dt.time(10, 0)
NIGHTLY = (("deadlines.check", NIGHT), ("notices.raise", MORNING))
"""Jobs that run every day, as the worker queues them."""


@dataclass
class Watch:
    """The clock of the house."""

    moment: dt.datetime = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def set(self, day: dt.date, time: dt.time) -> dt.datetime:
        """Put it to a time of a day in Shanghai."""
        self.moment = dt.datetime.combine(day, time, SHANGHAI).astimezone(dt.UTC)
        return self.moment


@dataclass
class Replay:
    """One district, lived by the product and by the oracle."""

    house: House
    watch: Watch
    district: District
    way: tuple[str, ...] = PATHS["published"]
    """The steps by which an entry goes public; ("adopt",) is the short one."""
    lives: list[Life] = field(default_factory=list)
    entries: list[uuid.UUID | None] = field(default_factory=list)
    people: list[People] = field(default_factory=list)
    delivered: list[uuid.UUID] = field(default_factory=list)
    """Entries with data of today whose obligations have not been planned yet."""
    counts: Counter[str] = field(default_factory=Counter)
    """What happened, by kind, and what was refused, as "refused confirm"."""
    disagreements: list[str] = field(default_factory=list)

    def run(self, on_day: Callable[[dt.date], None] = lambda _: None) -> None:
        """Live through all days."""
        self.lives = [Life(owner) for owner in self.district.owners]
        self.entries = [None] * len(self.lives)
        with self.house.database.work() as session:
            self.people = [
                make_people(session, f"黄石港区第{number:02}局") for number in range(self.district.departments)
            ]
            self.office, self.second = make_actor(session, "office"), make_actor(session, "office", name="政数局丁")
        for day in self.district.days():
            self._night(day)
            events = self.district.events.get(day, [])
            now = self.watch.set(day, DAY)
            for start in range(0, len(events), 200):
                with self.house.database.work() as session:
                    for event in events[start : start + 200]:
                        if event.kind != "deliver":
                            self._plan_delivered(session, now)
                        self._happen(session, event, now)
                    self._plan_delivered(session, now)
            on_day(day)

    def _night(self, day: dt.date) -> None:
        for life in self.lives:
            life.settle(day)
        for kind, time in NIGHTLY:
            self.watch.set(day, time)
            JOBS[kind].run(self.house, {}, lambda done, total, step: None)

    def _happen(self, session: Session, event: Event, now: dt.datetime) -> None:
        if event.entry < 0:
            getattr(self, f"_{event.kind}")(session, event, now)
            return
        life = self.lives[event.entry]
        was_published = self.entries[event.entry] is not None
        if event.kind != "publish" and not (life.is_public or (event.kind == "resume" and was_published)):
            self.counts["skipped"] += 1
            return
        if event.kind == "resume" and (life.is_public or life.is_gone):
            return
        self.counts[event.kind] += 1
        getattr(self, f"_{event.kind}")(session, event, life, now)

    def _plan_delivered(self, session: Session, now: dt.datetime) -> None:
        """Plan the entries anew for which data has come: a batch, by the function behind `replan`."""
        if self.delivered:
            calendar = load_calendar(session)
            plan_entries(session, list(set(self.delivered)), today=day_of(now), now=now, calendar=calendar)
            session.expire_all()
            self.delivered.clear()

    def _entry(self, session: Session, event: Event) -> Entry:
        key = self.entries[event.entry]
        assert key is not None
        return lock_entry(session, key)

    def _cycle_of(self, session: Session, life: Life, now: dt.datetime) -> Lifecycle:
        return Lifecycle(session, self.people[life.owner], now)

    # -- what people do

    def _publish(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        cycle = self._cycle_of(session, life, now)
        made = cycle.take(cycle.draft(f"条目{event.entry}", **_cycle(event.value)), *self.way)
        self.entries[event.entry] = made.id
        record_delivery(session, made.id, kind="data", on=event.day, at=now, by=self.people[life.owner].reviewer)
        replan(session, made, now=now)
        life.deliveries[event.day] = "data"
        life.publish(event.day, event.value)

    def _deliver(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        entry, let_go_on = self._entry(session, event), dt.date.fromisoformat(event.value)
        record_delivery(session, entry.id, kind="data", on=let_go_on, at=now, by=self.people[life.owner].reviewer)
        self.delivered.append(entry.id)
        life.deliver(event.day, let_go_on=let_go_on)

    def _confirm(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        entry, may = self._entry(session, event), life.may_confirm(event.day)
        did = self._try(
            session,
            event,
            lambda: confirm_unchanged(
                session, entry, reason="核对无变化", by=self.people[life.owner].reviewer, now=now
            ),
        )
        self._compare(event, did, may)
        if did:
            life.confirm(event.day)

    def _extend(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        row = next(iter(life.open_rows()), None)
        if row is None:
            return
        until, owed = row.due + ONE * int(event.value), self._find(session, event, row)
        may = life.may_extend(event.day, row, until)
        editor = self.people[life.owner].editor

        def grant() -> None:
            asked = ask_extension(session, owed.id, until_on=until, reason="系统升级", by=editor, now=now)
            decide(session, asked, is_granted=True, answer="同意延期", by=self.office, now=now)

        did = self._try(session, event, grant)
        self._compare(event, did, may)
        if did:
            life.extend(event.day, row, until)

    def _excuse(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        blamed = [row for row in life.rows if row.state in ("late", "missed") or row.state == "open"]
        if not blamed:
            return
        row = max(blamed, key=lambda one: (one.state != "open", one.last))
        may = row.state != "open" or row.grace < event.day
        owed = self._find(session, event, row)
        did = self._try(session, event, lambda: excuse(session, owed.id, reason="机房搬迁", by=self.office, now=now))
        self._compare(event, did, may)
        if did:
            life.excuse(event.day, row)

    def _cycle(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        entry, cycle = self._entry(session, event), self._cycle_of(session, life, now)
        draft = edit_revision(session, entry, by=self.people[life.owner].editor, now=now)
        fields = _cycle(event.value)
        save_revision(
            session, draft, fields=fields, items=None, expected_lock=draft.lock_version,
            by=self.people[life.owner].editor, now=now,
        )  # fmt: skip
        cycle.take(entry, "submit", "sign", "approve", "publish")
        life.change_cycle(event.day, event.value)

    def _suspend(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        self._cycle_of(session, life, now).take(self._entry(session, event), "suspend")
        life.leave(event.day)

    def _resume(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        self._cycle_of(session, life, now).take(self._entry(session, event), "resume")
        life.come_back(event.day)

    def _withdraw(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        self._cycle_of(session, life, now).take(self._entry(session, event), "ask_withdrawal", "withdraw")
        life.leave(event.day)
        life.is_gone = True

    # -- what the office does to many

    def _move(self, session: Session, event: Event, life: Life, now: dt.datetime) -> None:
        target = int(event.value)
        if target == life.owner:
            return
        entry = self._entry(session, event)
        args = {"selection": {"ids": [str(entry.id)]}, "into_id": self._department(target)}
        self._bulk(session, "reassign", args, now)
        life.move(target, event.day)

    def _merge(self, session: Session, event: Event, now: dt.datetime) -> None:
        old, new = (int(part) for part in event.value.split(">"))
        self._bulk(
            session,
            "merge_departments",
            {"department_id": self._department(old), "into_id": self._department(new)},
            now,
        )
        self.counts["merge"] += 1
        for life in self.lives:
            if life.owner == old:
                life.move(new, event.day)

    def _rename(self, session: Session, event: Event, now: dt.datetime) -> None:
        args = {"department_id": self._department(int(event.value)), "name": "黄石港区更名局", "short_name": "更名局"}
        self._bulk(session, "rename_department", args, now)
        self.counts["rename"] += 1

    def _bulk(self, session: Session, kind: str, args: dict[str, object], now: dt.datetime) -> None:
        plan = preview_bulk(session, kind, args, by=self.office)
        act = apply_bulk(session, kind, args, reason="机构改革", digest=plan.digest, by=self.office, now=now)
        while continue_bulk(session, act.id, now=now):
            pass

    # -- comparing

    def _department(self, number: int) -> str:
        return str(self.people[number].department.id)

    def _find(self, session: Session, event: Event, row: Expected) -> Obligation:
        kind = "freshness" if row.is_share else "update"
        query = select(Obligation).where(
            Obligation.entry_id == self.entries[event.entry], Obligation.kind == kind, Obligation.starts_on == row.first
        )
        found = [one for one in session.scalars(query) if (one.first_due_on or one.due_on) == row.last]
        assert len(found) == 1, (event, row, found)
        return found[0]

    def _try(self, session: Session, event: Event, act: Callable[[], object]) -> bool:
        try:
            with session.begin_nested():
                act()
        except DomainError as error:
            self.counts[f"refused {event.kind}: {error.code}"] += 1
            return False
        return True

    def _compare(self, event: Event, did: bool, may: bool) -> None:
        if did != may:
            self.disagreements.append(f"{event}: the product {'did' if did else 'refused'}, the oracle says {may}")

    def compare(self) -> list[str]:
        """Every difference between the ledger and the oracle, as sentences."""
        owners = {people.department.id: number for number, people in enumerate(self.people)}
        found: list[str] = list(self.disagreements)
        with self.house.database.reading() as session:
            for number, (life, key) in enumerate(zip(self.lives, self.entries, strict=True)):
                rows = session.scalars(select(Obligation).where(Obligation.entry_id == key)) if key else []
                theirs = {_facts(row, owners[row.department_id]) for row in rows}
                ours = {_expected(row) for row in life.rows}
                if theirs != ours:
                    found.append(f"entry {number}: only in the ledger {theirs - ours}, only expected {ours - theirs}")
        return found


def _cycle(cycle: str) -> dict[str, str | None]:
    return {"update_cycle": cycle, "cycle_reason": "历史资料，不再变化" if cycle == "static" else None}


def _facts(row: Obligation, owner: int) -> tuple[object, ...]:
    late = row.late_workdays if row.state == "late" else None
    settled = row.settled_on if row.state != "void" else None
    return (row.kind, row.starts_on, row.due_on, row.grace_on, row.state, settled, late, owner)


def _expected(row: Expected) -> tuple[object, ...]:
    kind = "freshness" if row.is_share else "update"
    settled = row.settled_on if row.state != "void" else None
    return (
        kind,
        row.first,
        row.due,
        row.grace,
        row.state,
        settled,
        row.late_workdays if row.state == "late" else None,
        row.owner,
    )
