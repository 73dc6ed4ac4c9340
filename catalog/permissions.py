"""Who may do what: the whole policy of the house on one screen, read by code, pages, help and tests alike."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person, or the system itself, as every function of the domain knows it."""

    account_id: uuid.UUID | None
    name: str
    """Name for people: the account's display name; goes into the audit log."""
    department_id: uuid.UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    address: str | None = None
    """Network address the request came from."""


ANONYMOUS = Actor(account_id=None, name="")
"""The public."""

SYSTEM = "system"
"""Role of jobs and commands. Never granted to an account: it stands outside ROLES."""


def system_actor(name: str) -> Actor:
    """An actor that may do everything, for jobs and the operator's commands; `name` stands in the audit log."""
    return Actor(account_id=None, name=name, roles=frozenset({SYSTEM}))


@dataclass(frozen=True, slots=True)
class Role:
    """A role as people read it. `of_department`: it acts only for the department of its account."""

    key: str
    zh: str
    en: str
    of_department: bool
    zh_help: str
    en_help: str


_ROLES = (
    # key, zh, en, acts for its own department only, what it does in zh and en
    Role("editor", "填报员", "Editor", True, "编制目录、上传数据、提交审签", "Compiles, uploads, submits"),
    Role("reviewer", "审签人", "Reviewer", True, "部门保密与内容审签", "Signs off for secrecy and content"),
    Role("head", "部门负责人", "Head", True, "签署完成声明，接收催办", "Signs declarations, receives escalations"),
    Role("office", "数据主管部门", "Data office", False, "审核、发布、下架、考核", "Reviews, publishes, withdraws"),
    Role("system_admin", "系统管理员", "System administrator", False, "管理设置与账号", "Settings and accounts"),
    Role("security_admin", "安全管理员", "Security administrator", False, "授予与收回角色", "Grants and revokes roles"),
    Role("auditor", "审计管理员", "Auditor", False, "查阅审计日志，不能更改内容", "Reads the log, changes nothing"),
)

ROLES: Mapping[str, Role] = {role.key: role for role in _ROLES}

EXCLUSIVE_ROLES = frozenset({"system_admin", "security_admin", "auditor"})
"""三员分立 (GB/T 22239-2019, 8.1.5): one account holds at most one of these."""

OWN, ANY = "own", "any"

POLICY: Mapping[str, Mapping[str, str]] = {
    # act: {role: scope}. OWN: objects of the account's department only; ANY: of every department.
    "entry.view_draft": {"editor": OWN, "reviewer": OWN, "head": OWN, "office": ANY},
    "entry.create": {"editor": OWN},
    "entry.edit": {"editor": OWN},
    "entry.submit": {"editor": OWN},
    "entry.sign": {"reviewer": OWN},
    "entry.return_by_department": {"reviewer": OWN},
    "entry.review": {"office": ANY},
    "entry.approve": {"office": ANY},
    "entry.return": {"office": ANY},
    "entry.publish": {"office": ANY},
    "entry.ask_withdrawal": {"editor": OWN, "reviewer": OWN, "office": ANY},
    "entry.withdraw": {"office": ANY},
    "entry.suspend": {"office": ANY},
    "entry.resume": {"office": ANY},
    "data.upload": {"editor": OWN},
    "data.submit": {"editor": OWN},
    "data.confirm": {"reviewer": OWN},
    "data.review": {"office": ANY},
    "data.override": {"reviewer": OWN},
    "sheet.import": {"editor": OWN},
    "catalog.adopt": {"office": ANY},
    "candidate.view": {"editor": OWN, "reviewer": OWN, "head": OWN, "office": ANY},
    "candidate.decide": {"editor": OWN, "office": ANY},
    "candidate.import": {"office": ANY},
    "obligation.view": {"editor": OWN, "reviewer": OWN, "head": OWN, "office": ANY},
    "obligation.confirm_unchanged": {"reviewer": OWN},
    "obligation.ask_extension": {"editor": OWN, "reviewer": OWN},
    "obligation.object": {"reviewer": OWN, "head": OWN},
    "obligation.decide": {"office": ANY},
    "obligation.excuse": {"office": ANY},
    "plan.view": {"editor": OWN, "reviewer": OWN, "head": OWN, "office": ANY},
    "plan.list": {"editor": OWN, "office": ANY},
    "plan.declare": {"editor": OWN},
    "plan.sign": {"head": OWN},
    "plan.manage": {"office": ANY},
    "plan.decide": {"office": ANY},
    "plan.hand_over": {"office": ANY},
    "notice.manage": {"reviewer": OWN, "head": OWN, "office": ANY},
    "outbox.read": {"office": ANY, "system_admin": ANY},
    "score.view": {"editor": OWN, "reviewer": OWN, "head": OWN, "office": ANY},
    "score.manage": {"office": ANY},
    "score.object": {"head": OWN},
    "duty.record": {"editor": OWN, "office": ANY},
    "duty.manage": {"office": ANY},
    "rectification.answer": {"editor": OWN},
    "rectification.manage": {"office": ANY},
    "report.make": {"office": ANY},
    "bulk.act": {"office": ANY},
    "department.manage": {"office": ANY},
    "calendar.manage": {"office": ANY},
    "account.view": {"system_admin": ANY, "security_admin": ANY},
    "account.manage": {"system_admin": ANY},
    "role.grant": {"security_admin": ANY},
    "audit.read": {"auditor": ANY},
    "desk.view": {"editor": OWN, "reviewer": OWN, "head": OWN},
    "office.view": {"office": ANY},
    "pulls.read": {"office": ANY, "auditor": ANY},
    "statistics.internal": {"head": OWN, "office": ANY},
}


def is_allowed(by: Actor, act: str, *, department_id: uuid.UUID | None = None) -> bool:
    """Whether `by` may do `act` on an object of the department `department_id`.

    Without `department_id` the question is whether `by` may do `act` anywhere at all: enough to show a menu or open
    a page, never enough to touch an object. Raises KeyError for an act that POLICY does not list.
    """
    scopes = POLICY[act]
    if SYSTEM in by.roles:
        return True
    for role in by.roles:
        scope = scopes.get(role)
        if scope == ANY:
            return True
        if scope == OWN and by.department_id is not None and department_id in (None, by.department_id):
            return True
    return False


def require_allowed(by: Actor, act: str, *, department_id: uuid.UUID | None = None) -> None:
    """Raise NotAllowed("not_allowed", act=...) unless `is_allowed`."""
    if not is_allowed(by, act, department_id=department_id):
        raise NotAllowed("not_allowed", act=act)
