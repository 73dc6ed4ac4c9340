"""The walk through plans and promises: a plan from its first node to its end, an extension, a confirmation, reminders.

A plan of its own, for its own department, is made and ended, so that no running plan of the portal is touched.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from datasets.clock import day_of
from portal.demo.visitor import Page, Visitor
from portal.demo.walking import REASON, Walk, good, require, take

NODE_DAYS, EXTENSION_DAYS = 14, 9
"""Days from today to the plan's node, and days that the extension asks for."""


def _begin_plan(walk: Walk) -> tuple[str, str]:
    """The office makes and starts a plan, the department lists two titles, the urging note names both."""
    office, editor = walk.person(walk.office), walk.person(walk.editor)
    form = good(office.get("/office/plans/new")).page.find_form("/office/plans/new")
    today = day_of(dt.datetime.now(dt.UTC))
    node = {"nodes-1-title": "目录编制", "nodes-1-due_on": str(today + dt.timedelta(days=NODE_DAYS))}
    values: dict[str, Any] = {
        **node, "nodes-1-rule": "catalog", "code": walk.plan, "title": f"演示巡检 {walk.stamp}",
        "starts_on": str(today), "departments": form.find_choice(walk.department),
    }  # fmt: skip
    good(office.send("/office/plans/new", **values))
    take(office, f"/office/plans/{walk.plan}", "启动计划")
    take(editor, f"/desk/plans/{walk.plan}", "加入清单", titles=f"{walk.title}\r\n{walk.promised_title}")
    note = good(office.get(f"/office/plans/{walk.plan}/urge"))
    for title in (walk.title, walk.promised_title):
        require(title in note.page.text, f"the urging note does not name {title}")
    return note.address, "board, list of 2, urging note names both"


def _declare(walk: Walk) -> tuple[str, str]:
    """Now that both are public: declared by the editor, signed by the head, accepted; the board says so; the end."""
    desk, department = f"/desk/plans/{walk.plan}", f"/office/plans/{walk.plan}/department/{walk.slug}"
    office = walk.person(walk.office)
    take(walk.person(walk.editor), desk, "拟“目录编制完整”声明")
    take(walk.person(walk.head), desk, "签署完成声明")
    take(office, department, "确认完成声明")
    board = good(office.get(f"/office/plans/{walk.plan}"))
    require("1/1" in board.page.text.replace(" ", ""), "the board does not say 1/1")
    take(office, f"/office/plans/{walk.plan}", "结束计划")
    return board.address, "drafted, signed, accepted, 1/1, ended"


def _extend(walk: Walk) -> tuple[str, str]:
    """An editor asks for days, the office grants them, the public reads the new due date."""
    editor, office = walk.person(walk.editor), walk.person(walk.office)
    good(editor.get(_obligation(editor, walk.promised)))
    before = _due_on(walk)
    until = dt.date.fromisoformat(before) + dt.timedelta(days=EXTENSION_DAYS)
    good(editor.send("申请延期", until_on=str(until), reason=REASON))
    requests = good(office.get("/office/requests"))
    form = Page(requests.text.partition(walk.promised_title)[2]).forms[0]
    values = {**dict(form.values), "answer": REASON, "decision": "grant"}
    good(office.post(form.action, values.items()))
    require(_due_on(walk) == str(until), f"the public does not read {until}")
    return f"/dataset/{walk.promised}", f"{before} → {until}"


def _confirm_unchanged(walk: Walk) -> tuple[str, str]:
    """The reviewer vouches that the data still hold: the period is served, the next due date is a later one."""
    reviewer, before = walk.person(walk.reviewer), _due_on(walk)
    place = _obligation(reviewer, walk.promised)
    good(reviewer.get(place))
    good(reviewer.send("确认无变化", reason=REASON))
    require(_due_on(walk) > before, "the next due date has not moved on")
    return place, f"{before} → {_due_on(walk)}"


def _be_reminded(walk: Walk) -> tuple[str, str]:
    """The outbox holds digests, and the desk shows where the department's calendar is."""
    outbox = good(walk.person(walk.office).get("/office/outbox"))
    require("提醒：" in outbox.page.text, "no digest in the outbox")
    notices = good(walk.person(walk.editor).get("/desk/notices"))
    address = notices.text.partition("/calendar/")[2].partition(".ics")[0]
    calendar = good(walk.public.get(f"/calendar/{address}.ics")).text
    require(calendar.startswith("BEGIN:VCALENDAR"), "the calendar is none")
    return outbox.address, f"digests, calendar with {calendar.count('BEGIN:VEVENT')} dates"


def _follow(walk: Walk) -> tuple[str, str]:
    """What the public follows a department and a dataset by."""
    slug = walk.slug
    feed = good(walk.public.get(f"/department/{slug}/feed.atom"))
    require(walk.name in feed.text, "the department's feed does not carry the entry")
    calendar = good(walk.public.get(f"/department/{slug}/updates.ics"))
    require("BEGIN:VCALENDAR" in calendar.text, "the public calendar is none")
    badge = good(walk.public.get(f"/dataset/{walk.promised}/badge.svg"))
    require("<svg" in badge.text, "the badge is none")
    for place in (f"/dataset/{walk.promised}/updates", "/overdue", "/plan"):
        good(walk.public.get(place))
    return feed.address, "Atom, iCalendar, badge, history, overdue list"


def _obligation(person: Visitor, name: str) -> str:
    """Where the period stands that the entry owes next."""
    return good(person.get(f"/desk/entries/{name}")).page.find_link("/desk/ledger/")


def _due_on(walk: Walk) -> str:
    """The next due date as the public reads it."""
    return str(good(walk.public.get(f"/api/v1/entries/{walk.promised}")).json()["next_due_on"])


PLAN_JOURNEYS = (
    ("制定计划、列清单、催办", "a plan, its list, the urging note", _begin_plan),
    ("拟声明、负责人签署、确认完成", "declared, signed, accepted", _declare),
)
PROMISE_JOURNEYS = (
    ("申请延期、同意,公众看到新期限", "an extension that the public reads", _extend),
    ("确认无变化", "confirmed unchanged", _confirm_unchanged),
    ("提醒、发件箱、日历", "reminders, outbox, calendar", _be_reminded),
    ("公众订阅部门、徽章、超期公示", "feeds, badge, overdue list", _follow),
)
