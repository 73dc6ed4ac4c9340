"""All work that no request waits for: `JOBS` (rows under a lease) and `CHORES` (what the worker does as it turns).

A job may be run again after a worker died in the middle, so every handler is idempotent: what it has done already it
finds done. A chore follows the change log or sweeps; it needs no row because missing one turn loses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.house import House
from portal.sweeping import sweep_files, sweep_rows

Report = Callable[..., None]
"""Tells people who wait: done, total, what is being done, and where known the share of that (0 to 1)."""
ENTRIES_AT_ONCE = 1_000
"""Entries whose deadlines are checked in one transaction, so that nobody waits for a night's work."""
Handler = Callable[[House, Mapping[str, Any], Report], None]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job; `daily_at` (Shanghai) lets the worker queue it once a day.

    `needs` are the parameters without which it cannot run: such a job is begun from its page, not by hand.
    """

    kind: str
    run: Handler
    zh: str
    en: str
    daily_at: dt.time | None = None
    needs: tuple[str, ...] = ()

    def find_missing(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Those of `needs` that `params` lack."""
        return tuple(name for name in self.needs if not params.get(name))


@dataclass(frozen=True, slots=True)
class Chore:
    """Something the worker does again and again; `on_wake`: also as soon as something was committed."""

    name: str
    run: Callable[[House], None]
    every_seconds: float
    on_wake: bool = False
    is_large: Callable[[House], bool] = lambda _: False
    """Whether this turn needs so much memory that it goes to a process of its own, which gives it back."""


def _day(house: House, params: Mapping[str, Any]) -> dt.date:
    """The day that a job is for: `on`, else today."""
    return dt.date.fromisoformat(params["on"]) if params.get("on") else house.today()


def check_deadlines(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Bring obligations up to the day (`on`, else today)."""
    from catalog import deadlines

    on, after, done = _day(house, params), None, 0
    while True:
        with house.database.work() as session:
            checked = deadlines.check(session, on=on, after=after, limit=ENTRIES_AT_ONCE)
        done += checked.checked
        report(done, 0, "deadlines")
        if checked.next_after is None:
            return
        after = checked.next_after


def settle_plans(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Tie expected titles and candidates to their entries, settle connection nodes by the city's pulls up to `on`."""
    from catalog import plans
    from catalog.candidates.importing import match_candidates

    with house.database.work() as session:
        plans.settle_plans(session, on=_day(house, params), now=house.now(), pullers=house.settings.city_pullers)
        match_candidates(session, now=house.now())


def rebuild_search(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Make the search index anew from the public records."""
    with house.database.reading() as session:
        house.search.rebuild(session, on_progress=lambda done, total: report(done, total, "search"))


def sweep(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Remove files that no row names, outdated exports, ended sessions, old jobs; look for row stores that are gone."""
    from portal.mending import mark_unbuilt

    sweep_rows(house)
    sweep_files(house)
    mark_unbuilt(house)


def disable_unused(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Disable the accounts that nobody has used for as long as the rules allow. A demonstration keeps its own."""
    from catalog import accounts
    from catalog.permissions import system_actor

    if house.settings.is_demo:
        return
    with house.database.work() as session:
        accounts.disable_unused(session, by=system_actor("accounts.check"), now=house.now())


def read_delivery(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Read a large data file that a department delivered."""
    from portal import uploading

    uploading.read_delivery(house, params, report)


def raise_notices(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Raise the reminders of the day (`on`, else today) and queue what tells of them."""
    from portal import sending

    count = sending.raise_notices(house, on=_day(house, params))
    report(count, count, "notices")


def send_outbox(house: House) -> None:
    """Send the mails and calls that wait."""
    from portal import sending

    sending.send_outbox(house)


def make_package(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Make a package for the city platform."""
    from portal import packaging

    packaging.make_package(house, params, report)


def make_export(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Write a large download that people wait for."""
    from portal import exporting

    exporting.make_export(house, params, report)


def run_bulk(house: House, params: Mapping[str, Any], report: Report) -> None:
    """Work a bulk act off, batch by batch; what was done before a crash is not done again."""
    import uuid

    from catalog import bulk

    act_id = uuid.UUID(params["act"])
    while True:
        with house.database.work() as session:
            remaining = bulk.continue_bulk(session, act_id, now=house.now())
        report(0, remaining, "bulk")
        if not remaining:
            return


def follow_search(house: House) -> None:
    """Bring the search index up to the last public change."""
    with house.database.reading() as session:
        house.search.follow(session)


def is_search_behind(house: House) -> bool:
    """Whether there is something to write: writing loads dictionaries of 100 MB."""
    return house.is_search_behind()


def fold_usage(house: House) -> None:
    """Add spooled views and downloads to the counts."""
    with house.database.work() as session:
        house.usage.fold(session)


def mend_row_stores(house: House) -> None:
    """Make row stores again that somebody found broken."""
    from portal import mending

    mending.mend_marked(house)


JOBS: Mapping[str, JobKind] = {
    job.kind: job
    for job in (
        JobKind("deadlines.check", check_deadlines, "检查更新期限", "Check deadlines", dt.time(0, 10)),
        JobKind("notices.raise", raise_notices, "发出到期提醒", "Raise reminders", dt.time(7, 30)),
        JobKind("plans.settle", settle_plans, "核对工作计划节点", "Settle the nodes of work plans", dt.time(0, 20)),
        JobKind("intake.read", read_delivery, "读取上传的数据文件", "Read an uploaded data file", needs=("intake",)),
        JobKind(
            *("package.make", make_package, "生成报送包", "Make a package for the city platform"),
            needs=("package", "scope", "by_name"),
        ),
        JobKind(
            *("export.make", make_export, "生成大文件下载", "Make a large download"),
            needs=("resource", "number", "format", "encoding"),
        ),
        JobKind("bulk.run", run_bulk, "办理批量操作", "Carry out a bulk act", needs=("act",)),
        JobKind("search.rebuild", rebuild_search, "重建搜索索引", "Rebuild the search index"),
        JobKind("accounts.check", disable_unused, "停用长期未用的账号", "Disable unused accounts", dt.time(0, 40)),
        JobKind("house.sweep", sweep, "清理无主文件与旧记录", "Sweep files and rows", dt.time(3, 30)),
    )
}

CHORES: tuple[Chore, ...] = (
    Chore("search.follow", follow_search, 30.0, on_wake=True, is_large=is_search_behind),
    Chore("usage.fold", fold_usage, 10.0),
    Chore("outbox.send", send_outbox, 15.0),
    Chore("rows.mend", mend_row_stores, 5.0),
)
