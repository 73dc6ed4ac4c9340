"""The office's pages about departments and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.accounts import AccountFacts
from catalog.departments import DEFAULT_KIND, DepartmentFacts
from catalog.errors import Problem
from catalog.permissions import ROLES, Actor, is_allowed
from datasets.clock import SHANGHAI
from portal.pages.filled_form import FieldProblems, field_texts

DEPARTMENT_FIELDS = ("name", "short_name", "name_en", "kind", "credit_code", "phone")
KINDS = ("区直部门", "街道", "管理区", "市直部门", "乡镇", "直属单位", "其他")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class DepartmentForm(FieldProblems):
    """The form of a new department (`slug` None) or of one to change; `problems`: (field, sentence)."""

    slug: str | None
    values: Mapping[str, str]
    kinds: tuple[str, ...]
    is_active: bool
    entry_count: int
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def kind_choices(self) -> list[tuple[str, str]]:
        """(value, text) of each kind."""
        return [(kind, kind) for kind in self.kinds]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the list of accounts; `state`: active, locked, disabled."""

    id: str
    username: str
    name: str
    department: str
    roles: tuple[str, ...]
    state: str
    last_login: str


@dataclass(frozen=True, slots=True)
class AccountList:
    """A page of accounts; `next` is the user name after which the following page begins."""

    rows: tuple[AccountRow, ...]
    q: str
    next: str | None
    can_create: bool


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that may be given to or taken from an account."""

    key: str
    name: str
    about: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class AccountDetails(FieldProblems):
    """One account with what the acting person may do to it."""

    row: AccountRow
    roles: tuple[RoleChoice, ...]
    can_manage: bool
    can_grant: bool
    is_own: bool
    password: str | None
    """Shown once, right after it was generated."""
    must_change_password: bool
    departments: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    """What the form of name, department and address holds."""
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountForm(FieldProblems):
    """The form of a new account."""

    values: Mapping[str, str]
    departments: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]


def make_department_form(
    department: DepartmentFacts | None,
    *,
    values: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    language: str,
) -> DepartmentForm:
    """The form, with what was typed and what was wrong with it."""
    stored = {name: getattr(department, name) or "" for name in DEPARTMENT_FIELDS} if department else {}
    shown = values if values is not None else stored or {"kind": DEFAULT_KIND}
    kind = shown.get("kind", "")
    return DepartmentForm(
        slug=department.slug if department else None,
        values=shown,
        kinds=KINDS if not kind or kind in KINDS else (kind, *KINDS),
        is_active=department.is_active if department else True,
        entry_count=department.entry_count if department else 0,
        problems=field_texts(problems, language),
    )


def make_account_list(facts: list[AccountFacts], *, q: str, by: Actor, language: str) -> AccountList:
    """A page of at most `PAGE_SIZE` accounts; `facts` may hold one more, the sign that there is another page."""
    rows = tuple(make_account_row(one, language) for one in facts[:PAGE_SIZE])
    following = rows[-1].username if len(facts) > PAGE_SIZE else None
    return AccountList(rows, q, following, is_allowed(by, "account.manage"))


def make_account_row(facts: AccountFacts, language: str) -> AccountRow:
    """One account in words."""
    state = "disabled" if not facts.is_active else "locked" if facts.is_locked else "active"
    seen = facts.last_login_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if facts.last_login_at else ""
    roles = tuple(ROLES[key].en if language == "en" else ROLES[key].zh for key in ROLES if key in facts.roles)
    return AccountRow(
        str(facts.id), facts.username, facts.display_name, facts.department_name or "", roles, state, seen
    )


def make_account_details(
    facts: AccountFacts,
    departments: Iterable[DepartmentFacts],
    *,
    by: Actor,
    password: str | None = None,
    values: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    language: str,
) -> AccountDetails:
    """The account with the roles that may be granted or revoked, and the form of its name, department and address."""
    is_english = language == "en"
    department_id = str(facts.department_id) if facts.department_id else ""
    stored = {"display_name": facts.display_name, "department": department_id, "email": facts.email or ""}
    return AccountDetails(
        row=make_account_row(facts, language),
        roles=tuple(
            RoleChoice(
                role.key,
                role.en if is_english else role.zh,
                role.en_help if is_english else role.zh_help,
                role.key in facts.roles,
            )
            for role in ROLES.values()
        ),
        can_manage=is_allowed(by, "account.manage"),
        can_grant=is_allowed(by, "role.grant"),
        is_own=facts.id == by.account_id,
        password=password,
        must_change_password=facts.must_change_password,
        departments=tuple((str(department.id), department.name) for department in departments),
        values=values if values is not None else stored,
        problems=field_texts(problems, language),
    )


def make_account_form(
    departments: Iterable[DepartmentFacts],
    *,
    values: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    language: str,
) -> AccountForm:
    """The form of a new account."""
    choices = tuple((str(department.id), department.name) for department in departments)
    return AccountForm(values or {}, choices, field_texts(problems, language))
