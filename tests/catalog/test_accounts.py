"""Accounts, roles and sessions as an inspector would try them."""

from __future__ import annotations

import datetime as dt

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import accounts, passwords
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import Account, AuditRow, Department
from tests.catalog.people import HOUR, MINUTE, OPERATOR, PASSWORD, acts, as_actor, make, sign_in


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id at a fraction of its cost: these tests are about rules, not about hashing."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords.decoy_hash.cache_clear()


@pytest.fixture
def department(session: Session, now: dt.datetime) -> Department:
    row = Department(slug="minzheng", name="黄石港区民政局", short_name="区民政局", created_at=now)
    session.add(row)
    session.flush()
    return row


# --- making accounts -------------------------------------------------------------------------------------------------


def test_a_new_account_gets_a_password_that_must_be_changed(
    session: Session, now: dt.datetime, department: Department
) -> None:
    new = accounts.create_account(
        session,
        username=" ＺhangWei ",
        display_name="张伟",
        department_id=department.id,
        roles=["editor"],
        by=OPERATOR,
        now=now,
    )
    assert new.account.username == "zhangwei"
    assert (new.account.roles, new.account.department_name) == (("editor",), "黄石港区民政局")
    outcome = accounts.sign_in(session, "ZHANGWEI", new.password, now=now, address=None, user_agent=None)
    assert outcome.token is not None
    assert outcome.must_change_password
    stored = [*session.scalars(select(Account.password_hash)), *session.scalars(select(AuditRow.params))]
    assert new.password not in str(stored)


@pytest.mark.parametrize("username", ["", "a", "a b", "张/伟", "x" * 65, "-dash", "a\nb"])
def test_a_strange_username_is_refused(session: Session, now: dt.datetime, username: str) -> None:
    with pytest.raises(Invalid) as error:
        make(session, now, username)
    assert "username_shape" in [problem.code for problem in error.value.problems]


def test_a_username_is_never_given_twice_in_any_spelling(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    accounts.disable_account(session, account.id, by=OPERATOR, now=now)
    with pytest.raises(Conflict, match="username_taken"):
        make(session, now, "ＺＨＡＮＧwei")


def test_only_the_system_admin_makes_accounts_and_only_the_security_admin_grants_roles(
    session: Session, now: dt.datetime
) -> None:
    system, security = make(session, now, "sys", "system_admin"), make(session, now, "sec", "security_admin")
    person = make(session, now, "person")
    options = {"username": "new", "display_name": "新人", "now": now}
    with pytest.raises(NotAllowed):
        accounts.create_account(session, **options, by=as_actor(security))
    with pytest.raises(NotAllowed):
        accounts.create_account(session, **options, roles=["office"], by=as_actor(system))
    with pytest.raises(NotAllowed):
        accounts.grant_role(session, person.id, "office", by=as_actor(system), now=now)
    accounts.grant_role(session, person.id, "office", by=as_actor(security), now=now)
    assert accounts.get_account(session, person.id, now=now).roles == ("office",)


def test_a_person_moves_to_another_department_and_signs_in_anew(
    session: Session, now: dt.datetime, department: Department
) -> None:
    account = make(session, now, "zhangwei", "editor", department=department)
    other = Department(slug="jiaoyu", name="黄石港区教育局", short_name="区教育局", created_at=now)
    session.add(other)
    session.flush()
    token = sign_in(session, now) or ""
    change = {"by": OPERATOR, "now": now}
    accounts.update_account(session, account.id, display_name="张伟", department_id=department.id, **change)
    assert accounts.find_actor(session, token, now=now) is not None, "a new name ends nothing"
    accounts.update_account(session, account.id, display_name="张伟", department_id=other.id, **change)
    assert accounts.find_actor(session, token, now=now) is None
    facts = accounts.get_account(session, account.id, now=now)
    assert (facts.display_name, facts.department_name) == ("张伟", "黄石港区教育局")
    with pytest.raises(Conflict, match="role_needs_department"):
        accounts.update_account(session, account.id, display_name="张伟", department_id=None, **change)
    with pytest.raises(Invalid):
        accounts.update_account(session, account.id, display_name=" ", department_id=other.id, **change)
    before = len(acts(session))
    accounts.update_account(session, account.id, display_name=" 张伟 ", department_id=other.id, **change)
    assert len(acts(session)) == before, "equal values leave no trace"


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["system_admin", "security_admin", "auditor"])
@pytest.mark.parametrize("second", ["system_admin", "security_admin", "auditor"])
def test_the_three_administrators_exclude_one_another(
    session: Session, now: dt.datetime, first: str, second: str
) -> None:
    account = make(session, now, "person", first)
    if first == second:
        accounts.grant_role(session, account.id, second, by=OPERATOR, now=now)
        return
    with pytest.raises(Conflict, match="roles_exclude_each_other"):
        accounts.grant_role(session, account.id, second, by=OPERATOR, now=now)


def test_nobody_changes_their_own_roles(session: Session, now: dt.datetime) -> None:
    security = make(session, now, "sec", "security_admin")
    with pytest.raises(NotAllowed, match="own_roles"):
        accounts.grant_role(session, security.id, "office", by=as_actor(security), now=now)
    with pytest.raises(NotAllowed, match="own_roles"):
        accounts.revoke_role(session, security.id, "security_admin", by=as_actor(security), now=now)


def test_a_department_role_needs_a_department_and_a_role_must_exist(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "person")
    with pytest.raises(Conflict, match="role_needs_department"):
        accounts.grant_role(session, account.id, "editor", by=OPERATOR, now=now)
    with pytest.raises(NotFound, match="role_not_found"):
        accounts.grant_role(session, account.id, "system", by=OPERATOR, now=now)


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor", "office"])
def test_the_last_holder_of_an_office_stays(session: Session, now: dt.datetime, role: str) -> None:
    one, two = make(session, now, "one", role), make(session, now, "two", role)
    accounts.disable_account(session, one.id, by=OPERATOR, now=now)
    with pytest.raises(Conflict, match="last_holder"):
        accounts.disable_account(session, two.id, by=OPERATOR, now=now)
    with pytest.raises(Conflict, match="last_holder"):
        accounts.revoke_role(session, two.id, role, by=OPERATOR, now=now)
    accounts.enable_account(session, one.id, by=OPERATOR, now=now)
    accounts.revoke_role(session, two.id, role, by=OPERATOR, now=now)
    assert accounts.get_account(session, two.id, now=now).roles == ()


# --- signing in ------------------------------------------------------------------------------------------------------


def test_failures_tell_nothing_apart_but_the_audit_log_does(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    unknown = accounts.sign_in(session, "nobody", PASSWORD, now=now)
    wrong = accounts.sign_in(session, "zhangwei", "Wrong#pass1word", now=now)
    accounts.disable_account(session, account.id, by=OPERATOR, now=now)
    disabled = accounts.sign_in(session, "zhangwei", PASSWORD, now=now)
    assert unknown == wrong == disabled
    assert (unknown.code, unknown.token) == ("sign_in_failed", None)
    reasons = [reason for act, result, reason in acts(session) if act == "account.sign_in" and result == "refused"]
    assert reasons == ["unknown_name", "wrong_password", "disabled"]
    assert "nobody" not in str([row.params for row in session.scalars(select(AuditRow))])


def test_five_wrong_passwords_lock_for_half_an_hour(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    for n in range(5):
        assert sign_in(session, now + n * MINUTE, password="Wrong#pass1word") is None
    locked_at = now + 4 * MINUTE
    assert sign_in(session, locked_at + 29 * MINUTE) is None, "even the right password"
    assert sign_in(session, locked_at + 30 * MINUTE) is not None


def test_each_further_lock_is_twice_as_long_until_a_success(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")

    def lock(at: dt.datetime) -> dt.timedelta:
        for _ in range(5):
            sign_in(session, at, password="Wrong#pass1word")
        until = session.get_one(Account, account.id).locked_until
        assert until is not None
        return until - at

    assert lock(now) == 30 * MINUTE
    assert lock(now + HOUR) == 60 * MINUTE
    assert lock(now + 3 * HOUR) == 120 * MINUTE
    assert sign_in(session, now + 6 * HOUR) is not None
    assert lock(now + 7 * HOUR) == 30 * MINUTE
    assert lock(now + 40 * HOUR) == 30 * MINUTE, "a day of quiet forgets"


def test_slow_guessing_below_the_window_does_not_lock(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    for n in range(12):
        sign_in(session, now + n * 11 * MINUTE, password="Wrong#pass1word")
    assert sign_in(session, now + 132 * MINUTE) is not None


def test_locking_somebody_elses_account_does_not_throw_them_out(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    token = sign_in(session, now)
    assert token is not None
    for _ in range(5):
        sign_in(session, now, password="Wrong#pass1word")
    assert accounts.find_actor(session, token, now=now) is not None


def test_the_admin_ends_a_lock(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    for _ in range(5):
        sign_in(session, now, password="Wrong#pass1word")
    assert accounts.get_account(session, account.id, now=now).is_locked
    accounts.unlock_account(session, account.id, by=OPERATOR, now=now)
    assert sign_in(session, now) is not None


# --- lists -----------------------------------------------------------------------------------------------------------


def test_accounts_are_listed_by_name_part_department_and_role(
    session: Session, now: dt.datetime, department: Department
) -> None:
    make(session, now, "wang", "editor", department=department)
    make(session, now, "zhang", "office")
    make(session, now, "zhao")

    def names(**options: object) -> list[str]:
        return [one.username for one in accounts.list_accounts(session, by=OPERATOR, now=now, **options)]  # type: ignore[arg-type]

    assert names() == ["wang", "zhang", "zhao"]
    assert names(after="wang", limit=1) == ["zhang"]
    assert names(q="人员zha") == ["zhang", "zhao"]
    assert names(q="%") == []
    assert names(role="editor") == ["wang"]
    assert names(department_id=department.id) == ["wang"]
    found = accounts.find_account(session, "WANG", now=now)
    assert found is not None
    assert found.department_name == "黄石港区民政局"
    assert accounts.find_account(session, "li", now=now) is None


def test_every_act_leaves_one_audit_row(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    accounts.grant_role(session, account.id, "office", by=OPERATOR, now=now)
    make(session, now, "second", "office")
    accounts.revoke_role(session, account.id, "office", by=OPERATOR, now=now)
    password = accounts.reset_password(session, account.id, by=OPERATOR, now=now).password
    accounts.disable_account(session, account.id, by=OPERATOR, now=now)
    accounts.enable_account(session, account.id, by=OPERATOR, now=now)
    accounts.unlock_account(session, account.id, by=OPERATOR, now=now)
    token = sign_in(session, now, password=password)
    accounts.end_session(session, token or "", now=now)
    assert [act for act, _, _ in acts(session)] == [
        "account.create",
        "role.grant",
        "account.create",
        "role.grant",
        "role.revoke",
        "account.reset_password",
        "account.disable",
        "account.enable",
        "account.unlock",
        "account.sign_in",
        "account.sign_out",
    ]
