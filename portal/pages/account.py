"""The pages of one's own account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.accounts import SignedIn
from catalog.errors import Problem
from catalog.passwords import RULES, AccountRules
from catalog.permissions import ROLES
from datasets.clock import SHANGHAI
from portal.demo_accounts import DemoAccount
from portal.messages import problem_text
from portal.pages.filled_form import FieldProblems, field_texts


@dataclass(frozen=True, slots=True)
class DemoChoice:
    """One account of the demonstration that one click signs in as; `text` is its role, `name` its holder."""

    username: str
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The demonstration's accounts of one department; `department` is "" for those of none."""

    department: str
    choices: tuple[DemoChoice, ...]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`failed`: a sentence when the last try did not work; `target`: where to go afterwards."""

    username: str
    target: str
    failed: str
    demo_groups: tuple[DemoGroup, ...]


@dataclass(frozen=True, slots=True)
class PasswordPage(FieldProblems):
    """`is_forced`: nothing else is open until it is done; `problems`: (field, sentence)."""

    is_forced: bool
    problems: tuple[tuple[str, str], ...]
    rules: AccountRules


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Who one is here."""

    display_name: str
    username: str
    department: str | None
    roles: tuple[tuple[str, str], ...]
    """(name, what it does)"""
    signed_in_at: str
    ends_at: str
    email: str
    email_errors: tuple[str, ...] = ()


def make_sign_in_page(
    accounts: Iterable[DemoAccount], *, username: str, target: str, failed: str, language: str
) -> SignInPage:
    """The form, with the demonstration's accounts where they may be offered."""
    groups: dict[str, list[DemoChoice]] = {}
    for account in accounts:
        choice = DemoChoice(account.username, _describe(account, language), account.display_name)
        groups.setdefault(account.department, []).append(choice)
    shown = tuple(DemoGroup(department, tuple(choices)) for department, choices in groups.items())
    return SignInPage(username, target, failed, shown)


def make_password_page(*, is_forced: bool, problems: Iterable[Problem] = (), language: str) -> PasswordPage:
    """The form with what was wrong."""
    shown = field_texts(problems, language)
    return PasswordPage(is_forced, shown, RULES)


def make_account_page(
    signed_in: SignedIn, *, email: str | None, problems: Iterable[Problem] = (), language: str
) -> AccountPage:
    """The signed-in person; times in Shanghai. `problems` are those of the address just typed."""
    is_english = language == "en"
    held = [ROLES[key] for key in ROLES if key in signed_in.actor.roles]
    return AccountPage(
        display_name=signed_in.display_name,
        username=signed_in.username,
        department=signed_in.department_name,
        roles=tuple((role.en, role.en_help) if is_english else (role.zh, role.zh_help) for role in held),
        signed_in_at=_moment(signed_in.signed_in_at),
        ends_at=_moment(signed_in.ends_at),
        email=email or "",
        email_errors=tuple(problem_text(problem, language) for problem in problems),
    )


def _describe(account: DemoAccount, language: str) -> str:
    return "、".join(ROLES[key].en if language == "en" else ROLES[key].zh for key in account.roles)


def _moment(instant: dt.datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
