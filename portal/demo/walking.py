"""What every journey of the walk shares: the people at their browsers, what they expect, how they wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.demo.visitor import Answer, Visitor
from portal.demo_accounts import DemoAccount

FOLLOW_SECONDS = 60
"""A change must have reached every channel after this time."""
TITLE, PROMISED_TITLE, PLAN_CODE = "演示巡检", "承诺巡检", "XJ"
"""What the walk leaves behind begins with these; the moment of the walk follows."""
Lose = Callable[[str], Callable[[], bool]]
"""Loses the rows of the public version of a file resource; gives a question whether they stand again."""
REASON = "演示巡检，查后复原"


class WentWrong(Exception):
    """A journey that did not come to its end, and why."""


@dataclass
class Walk:
    """The state of a walk: the people at their browsers, and the entries that they pass on to one another."""

    address: str
    editor: DemoAccount
    reviewer: DemoAccount
    head: DemoAccount
    office: DemoAccount
    lose_rows: Lose
    public: Visitor = field(init=False)
    people: dict[str, Visitor] = field(default_factory=dict)
    stamp: str = field(default_factory=lambda: time.strftime("%Y%m%d%H%M%S"))
    department: str = ""
    """Full name of the department that walks."""
    name: str = ""
    promised: str = ""
    """Names in addresses of the entry with data, and of the one that stands in the catalog without."""
    resource: str = ""
    """Address of the file resource."""
    before: int = 0
    """Number of the last change before the withdrawal."""

    def __post_init__(self) -> None:
        self.public = Visitor(self.address)

    @property
    def title(self) -> str:
        """Title of the entry with data."""
        return f"{TITLE}{self.stamp}"

    @property
    def promised_title(self) -> str:
        """Title of the entry without data."""
        return f"{PROMISED_TITLE}{self.stamp}"

    @property
    def plan(self) -> str:
        """Code of the plan."""
        return f"{PLAN_CODE}{self.stamp}"

    @property
    def slug(self) -> str:
        """The department in addresses."""
        return self.public.get("/department").page.find_link(self.department).partition("/department/")[2]

    def person(self, account: DemoAccount) -> Visitor:
        """The person at their browser, signed in."""
        if account.username not in self.people:
            visitor = Visitor(self.address)
            visitor.sign_in(account.username, account.password)
            self.people[account.username] = visitor
        return self.people[account.username]


def choose_people(address: str, accounts: Sequence[DemoAccount], lose_rows: Lose) -> Walk:
    """The people of the first department in which three persons edit, review and sign, and one of the data office.

    Raises WentWrong where no department has them.
    """
    for editor in accounts:
        roles = {role: one for one in accounts if one.department == editor.department for role in one.roles}
        has_all = "editor" in editor.roles and {"reviewer", "head"} <= roles.keys()
        if has_all and roles["reviewer"] != roles["head"]:
            office = next(one for one in accounts if "office" in one.roles)
            return Walk(address, editor, roles["reviewer"], roles["head"], office, lose_rows)
    raise WentWrong("no department has an editor, a reviewer and a head")


def require(is_so: bool, otherwise: str) -> None:
    """Raise WentWrong(otherwise) unless it is so."""
    if not is_so:
        raise WentWrong(otherwise)


def good(answer: Answer, status: int = 200) -> Answer:
    """The answer, if it has this status."""
    require(answer.status == status, f"{answer.address}: HTTP {answer.status}, not {status}")
    return answer


def wait(what: str, is_so: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    started = time.monotonic()
    while not is_so():
        require(time.monotonic() - started < FOLLOW_SECONDS, f"{what}: not within {FOLLOW_SECONDS} s")
        time.sleep(0.2)
    return time.monotonic() - started


def take(person: Visitor, page: str, step: str, **values: Any) -> Answer:
    """Press the button of a step on a page."""
    good(person.get(page))
    return good(person.send(step, **values))
