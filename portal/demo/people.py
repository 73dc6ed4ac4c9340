"""Accounts of the demonstration: an editor and a reviewer per body, two heads, the data office, the three managers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.accounts import create_account
from catalog.departments import create_department
from catalog.emails import change_email
from catalog.permissions import Actor, system_actor
from portal.demo.specs import read_departments
from portal.demo_accounts import DemoAccount

OFFICE = "区政数局"
HEADS = ("区民政局", "区卫健局")
"""Bodies whose head has an account of their own; elsewhere the reviewer signs for the body too."""
WITH_MAIL = (*HEADS, OFFICE, "区住保局", "区应急局", "区市场监督管理局")
"""Bodies whose people have given their e-mail address."""
FORMER_NAMES = {OFFICE: "黄石港区政务服务和大数据中心"}
"""Short name → the full name under which a body was founded."""

CENTRAL = (
    # username, name, department, roles
    ("office", "政数局审核岗", OFFICE, ("office",)),
    ("office2", "政数局发布岗", OFFICE, ("office",)),
    ("system", "系统管理员", None, ("system_admin",)),
    ("security", "安全管理员", None, ("security_admin",)),
    ("auditor", "审计管理员", None, ("auditor",)),
)


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """The departments by short name, and an actor for each role of each."""

    departments: dict[str, uuid.UUID]
    actors: dict[tuple[str, str], Actor]
    """(department short name, role) → actor"""

    def editor(self, department: str) -> Actor:
        """The editor of a department."""
        return self.actors[department, "editor"]

    def reviewer(self, department: str) -> Actor:
        """The reviewer of a department."""
        return self.actors[department, "reviewer"]

    def head(self, department: str) -> Actor:
        """Who signs for a department."""
        return self.actors[department, "head"]

    @property
    def office(self) -> Actor:
        """The data office's first account."""
        return self.actors[OFFICE, "office"]


def create_people(session: Session, *, founded: dt.datetime, now: dt.datetime) -> tuple[DemoPeople, list[DemoAccount]]:
    """Create departments and accounts, each with a generated password; returns them and the list to show.

    The departments exist since `founded`; the accounts are made `now`, for accounts that nobody used for 90 days are
    disabled by rule.
    """
    installer = system_actor("kaifang demo")
    people = DemoPeople({}, {})
    stems: dict[str, str] = {}
    for position, row in enumerate(read_departments()):
        department = create_department(
            session,
            name=FORMER_NAMES.get(row["short_name"], row["name"]),
            short_name=row["short_name"],
            name_en=row["name_en"],
            kind=row["kind"],
            position=position,
            by=installer,
            now=founded,
        )
        people.departments[row["short_name"]] = department.id
        stems[row["short_name"]] = department.slug
    listed: list[DemoAccount] = []
    for username, name, short_name, roles in _wanted(stems):
        made = create_account(
            session,
            username=username,
            display_name=name,
            department_id=people.departments[short_name] if short_name else None,
            roles=roles,
            must_change_password=False,
            by=installer,
            now=now,
        )
        account = made.account
        if short_name in WITH_MAIL:
            change_email(session, account.id, email=f"{username}@example.com", by=installer, now=now)
        actor = Actor(account.id, name, account.department_id, frozenset(roles))
        for role in roles:
            people.actors.setdefault((short_name or "", role), actor)
        listed.append(DemoAccount(username, made.password, name, short_name or "", list(roles)))
    return people, listed


def _wanted(stems: dict[str, str]) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    wanted: list[tuple[str, str, str | None, tuple[str, ...]]] = list(CENTRAL)
    for short_name, stem in stems.items():
        has_head = short_name in HEADS
        wanted.append((f"{stem}-editor", f"{short_name}填报员", short_name, ("editor",)))
        roles = ("reviewer",) if has_head else ("reviewer", "head")
        wanted.append((f"{stem}-reviewer", f"{short_name}审签人", short_name, roles))
        if has_head:
            wanted.append((f"{stem}-head", f"{short_name}负责人", short_name, ("head",)))
    return wanted
