"""The second node, 数据报送对接: met on the day on which the city platform had taken all entries of a department.

The receipts are the recorded pulls of the feeds. A pull of the changes gives each entry once, with its newest change;
a page of the whole catalog gives the entries of its range of ordinals. An answer 304 is a receipt too: the puller had
that state already.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from catalog.changes import TOMBSTONE_KINDS
from catalog.feeds.pullers import match_pullers
from catalog.feeds.pulls import PAGE_MARK, parse_feed
from catalog.feeds.whole import page_of
from catalog.models import ChangeRow, Entry, FeedPull, Obligation, PlanDepartment, PlanNode, WorkPlan
from catalog.permissions import system_actor
from catalog.plans.expected import tie_items
from catalog.plans.facts import load_nodes, node_period
from catalog.plans.handovers import add_handover
from catalog.plans.nodes import accepted_declaration
from catalog.plans.progress import ExpectedItem, list_expected
from datasets.clock import day_of

WHOLE_CATALOG = "dcat-jsonld"
TAKEN_STATUS = (200, 304)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one pull gave: all changes after `after` up to `to`; without `after` one `page` of the state at `to`."""

    at: dt.datetime
    after: int | None
    to: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One public change of an entry; `page` is where the entry stands in the whole catalog."""

    number: int
    at: dt.datetime
    is_tombstone: bool
    page: int = 1


def settle_plans(session: Session, *, on: dt.date, now: dt.datetime, pullers: Collection[str] = ()) -> tuple[int, int]:
    """The nightly work: ties titles to entries, settles connection nodes; gives how many of each."""
    query = select(WorkPlan.id).where(WorkPlan.state == "running")
    tied = sum(tie_items(session, plan_id) for plan_id in session.scalars(query).all())
    return tied, settle_connections(session, on=on, now=now, pullers=pullers)


def settle_connections(session: Session, *, on: dt.date, now: dt.datetime, pullers: Collection[str]) -> int:
    """Settle the connection nodes of running plans by the pulls of `pullers` up to the day `on`; gives how many.

    `pullers` are the names, addresses or networks (`match_pullers`) whose pulls count as the city platform's; without
    any, nothing is settled.
    A department's entries are those of its list, closed ones aside. Where the plan has a catalog node too, the list
    counts once its declaration is accepted: a list that is still growing is never "all".
    """
    if not pullers:
        return 0
    settled = 0
    plans = session.scalars(select(WorkPlan).where(WorkPlan.state == "running")).all()
    for plan in plans:
        settled += _settle_plan(session, plan, pullers, on=on, now=now)
    return settled


def taken_at(changes: Sequence[EntryChange], receipts: Iterable[Receipt]) -> dt.datetime | None:
    """When an entry with these changes (oldest first) was first given out by one of the receipts; None for never."""
    moments = [receipt.at for receipt in receipts if _gave(receipt, changes)]
    return min(moments, default=None)


def _gave(receipt: Receipt, changes: Sequence[EntryChange]) -> bool:
    if receipt.after is None:
        known = [change for change in changes if change.number <= receipt.to]
        return bool(known) and known[-1].page == receipt.page and not known[-1].is_tombstone
    # An increment names an entry only with the newest change that it had at that moment.
    known = [change for change in changes if change.at <= receipt.at]
    return bool(known) and receipt.after < known[-1].number <= receipt.to and not known[-1].is_tombstone


def _settle_plan(session: Session, plan: WorkPlan, pullers: Collection[str], *, on: dt.date, now: dt.datetime) -> int:
    nodes = load_nodes(session, plan.id)
    needs_declaration = any(node.rule == "catalog" for node in nodes)
    waiting = _waiting(session, plan, [node for node in nodes if node.rule == "connection"])
    if not waiting:
        return 0
    complete = _complete_lists(session, plan)
    entries = {
        department_id: {item.entry_id for item in items if item.state == "published" and item.entry_id is not None}
        for department_id, items in complete.items()
        if department_id in waiting
        and not (needs_declaration and not accepted_declaration(session, plan, department_id))
    }
    changes = _changes(session, {one for ids in entries.values() for one in ids})
    receipts = list_receipts(session, pullers, since=min((rows[0].at for rows in changes.values()), default=now), on=on)
    settled = 0
    for department_id, ids in entries.items():
        moments = [taken_at(changes.get(one, ()), receipts) for one in ids]
        known = [moment for moment in moments if moment is not None]
        if not known or len(known) < len(moments):
            continue
        for node in waiting[department_id]:
            done_on, note = max(day_of(max(known)), plan.starts_on), "、".join(sorted(pullers))
            by = system_actor("plans.settle")
            add_handover(session, plan, node, department_id, how="pull", done_on=done_on, note=note, by=by, now=now)
            settled += 1
    return settled


def list_receipts(session: Session, pullers: Collection[str], *, since: dt.datetime, on: dt.date) -> list[Receipt]:
    """What `pullers` took from the instant `since` through the day `on` (3 queries).

    Increments that brought nothing are left out, and so are pulls of the whole catalog of which no page was noted.
    Of the same page of the same state the first pull counts.
    """
    feeds = or_(FeedPull.feed == "changes", FeedPull.feed.startswith(WHOLE_CATALOG + PAGE_MARK, autoescape=True))
    given = (FeedPull.status.in_(TAKEN_STATUS), FeedPull.at >= since, FeedPull.range_to.is_not(None))
    seen = session.scalars(select(FeedPull.puller).where(feeds, *given).distinct()).all()
    taken = (*given, FeedPull.puller.in_(match_pullers(seen, pullers)))
    steps = (
        select(FeedPull.at, FeedPull.range_from, FeedPull.range_to)
        .where(*taken, FeedPull.feed == "changes", FeedPull.range_to > FeedPull.range_from)
        .order_by(FeedPull.at)
    )
    whole = (
        select(func.min(FeedPull.at), FeedPull.feed, FeedPull.range_to)
        .where(*taken, feeds, FeedPull.feed != "changes")
        .group_by(FeedPull.feed, FeedPull.range_to)
    )
    receipts = [Receipt(at, after, to) for at, after, to in session.execute(steps) if to is not None]
    receipts += [
        Receipt(at, None, to, parse_feed(feed)[1]) for at, feed, to in session.execute(whole) if to is not None
    ]
    return [receipt for receipt in receipts if day_of(receipt.at) <= on]


def _waiting(session: Session, plan: WorkPlan, nodes: Sequence[PlanNode]) -> dict[uuid.UUID, list[PlanNode]]:
    """Department → the nodes that it still owes."""
    by_period = {node_period(plan, node.position): node for node in nodes}
    query = select(Obligation.department_id, Obligation.period).where(
        Obligation.kind == "node", Obligation.period.in_(by_period), Obligation.state == "open"
    )
    waiting: dict[uuid.UUID, list[PlanNode]] = defaultdict(list)
    for department_id, period in session.execute(query):
        waiting[department_id].append(by_period[period])
    return waiting


def _complete_lists(session: Session, plan: WorkPlan) -> dict[uuid.UUID, list[ExpectedItem]]:
    """Department → its list, of those in which nothing is missing."""
    lists: dict[uuid.UUID, list[ExpectedItem]] = defaultdict(list)
    for item in list_expected(session, plan.id):
        lists[item.department_id].append(item)
    members = set(session.scalars(select(PlanDepartment.department_id).where(PlanDepartment.plan_id == plan.id)))
    return {key: items for key, items in lists.items() if key in members and not any(one.is_missing for one in items)}


def _changes(session: Session, entry_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[EntryChange]]:
    found: dict[uuid.UUID, list[EntryChange]] = defaultdict(list)
    query = (
        select(ChangeRow.entry_id, ChangeRow.number, ChangeRow.at, ChangeRow.kind, Entry.ordinal)
        .join(Entry, Entry.id == ChangeRow.entry_id)
        .where(ChangeRow.entry_id.in_(entry_ids))
        .order_by(ChangeRow.number)
    )
    for entry_id, number, at, kind, ordinal in session.execute(query):
        page = page_of(ordinal) if ordinal is not None else 1
        found[entry_id].append(EntryChange(number, at, kind in TOMBSTONE_KINDS, page))
    return found
