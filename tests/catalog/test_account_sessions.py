"""Sessions and passwords of accounts as an inspector would try them."""

from __future__ import annotations

import datetime as dt

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import accounts, passwords
from catalog.errors import Invalid, NotAllowed
from catalog.models import AuthSession, Department
from catalog.permissions import Actor
from tests.catalog.people import DAY, HOUR, MINUTE, OPERATOR, PASSWORD, as_actor, make, sign_in


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


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_session_knows_its_person(session: Session, now: dt.datetime, department: Department) -> None:
    account = make(session, now, "zhangwei", "editor", department=department)
    token = sign_in(session, now)
    assert token is not None
    found = accounts.find_actor(session, token, now=now + MINUTE, address="10.2.2.2")
    assert found is not None
    assert found.actor == Actor(account.id, "人员zhangwei", department.id, frozenset({"editor"}), "10.2.2.2")
    assert (found.department_slug, found.ends_at) == ("minzheng", now + 8 * HOUR)
    assert not found.must_change_password
    stored = session.scalars(select(AuthSession.token_hash)).one()
    assert token not in stored, "the token itself is stored nowhere"


def test_every_sign_in_has_a_token_of_its_own(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    assert sign_in(session, now) != sign_in(session, now)


def test_an_idle_session_ends_after_half_an_hour_and_any_after_eight_hours(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    token = sign_in(session, now)
    assert token is not None
    assert accounts.find_actor(session, token, now=now + 29 * MINUTE) is not None
    assert accounts.find_actor(session, token, now=now + 30 * MINUTE) is None
    moment = now
    while moment < now + 8 * HOUR - 20 * MINUTE:
        moment += 20 * MINUTE
        found = accounts.find_actor(session, token, now=moment)
        assert found is not None
        assert found.is_touch_due
        accounts.touch_session(session, token, now=moment)
    assert accounts.find_actor(session, token, now=now + 8 * HOUR) is None


def test_use_is_written_once_a_minute_at_most(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    token = sign_in(session, now)
    assert token is not None
    found = accounts.find_actor(session, token, now=now + MINUTE / 2)
    assert found is not None
    assert not found.is_touch_due


@pytest.mark.parametrize("token", ["", "x", "'; drop table account; --"])
def test_a_made_up_token_is_nobody(session: Session, now: dt.datetime, token: str) -> None:
    assert accounts.find_actor(session, token, now=now) is None
    accounts.end_session(session, token, now=now)


def test_a_session_is_dead_at_the_next_request_after_whatever_ends_it(
    session: Session, now: dt.datetime, department: Department
) -> None:
    account = make(session, now, "zhangwei", department=department)

    def fresh() -> str:
        token = sign_in(session, now)
        assert token is not None
        assert accounts.find_actor(session, token, now=now) is not None
        return token

    token = fresh()
    accounts.end_session(session, token, now=now)
    assert accounts.find_actor(session, token, now=now) is None
    for end in (
        lambda: accounts.end_all_sessions(session, account.id, now=now),
        lambda: accounts.grant_role(session, account.id, "editor", by=OPERATOR, now=now),
        lambda: accounts.revoke_role(session, account.id, "editor", by=OPERATOR, now=now),
        lambda: accounts.disable_account(session, account.id, by=OPERATOR, now=now),
    ):
        token = fresh()
        end()
        assert accounts.find_actor(session, token, now=now) is None


def test_ended_sessions_are_swept_after_a_day(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    sign_in(session, now)
    assert accounts.sweep_sessions(session, now=now + DAY) == 0
    assert accounts.sweep_sessions(session, now=now + 2 * DAY) == 1


# --- passwords -------------------------------------------------------------------------------------------------------


def test_changing_the_password_ends_all_sessions_and_begins_a_new_one(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    here, there = sign_in(session, now), sign_in(session, now)
    by = as_actor(account)
    token = accounts.change_password(session, account.id, old=PASSWORD, new="Nine!Lanterns4u", now=now, by=by)
    assert [accounts.find_actor(session, one or "", now=now) for one in (here, there)] == [None, None]
    assert accounts.find_actor(session, token, now=now) is not None
    assert sign_in(session, now) is None
    assert sign_in(session, now, password="Nine!Lanterns4u") is not None


def test_the_last_five_passwords_are_not_taken_again(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    by = as_actor(account)
    old = PASSWORD
    for n in range(5):
        with pytest.raises(Invalid) as error:
            accounts.change_password(session, account.id, old=old, new=PASSWORD, now=now, by=by)
        assert [problem.code for problem in error.value.problems] == ["password_used_before"]
        new = f"Harbor-{n}-Lamp-{n}x"
        accounts.change_password(session, account.id, old=old, new=new, now=now, by=by)
        old = new
    accounts.change_password(session, account.id, old=old, new=PASSWORD, now=now, by=by)


def test_a_wrong_old_password_or_a_weak_new_one_changes_nothing(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    by = as_actor(account)
    for old, new, code in [("no", "Nine!Lanterns4u", "password_wrong"), (PASSWORD, "weak", "password_too_short")]:
        with pytest.raises(Invalid) as error:
            accounts.change_password(session, account.id, old=old, new=new, now=now, by=by)
        assert code in [problem.code for problem in error.value.problems]
    with pytest.raises(NotAllowed):
        accounts.change_password(session, account.id, old=PASSWORD, new="Nine!Lanterns4u", now=now, by=OPERATOR)
    assert sign_in(session, now) is not None


def test_a_password_grows_old_after_ninety_days(session: Session, now: dt.datetime) -> None:
    make(session, now, "zhangwei")
    token = sign_in(session, now + 90 * DAY - MINUTE)
    assert token is not None
    young = accounts.find_actor(session, token, now=now + 90 * DAY - MINUTE)
    old = accounts.find_actor(session, token, now=now + 90 * DAY)
    assert young is not None
    assert old is not None
    assert (young.must_change_password, old.must_change_password) == (False, True)


def test_a_reset_password_must_be_changed_and_opens_a_locked_account(session: Session, now: dt.datetime) -> None:
    account = make(session, now, "zhangwei")
    for _ in range(5):
        sign_in(session, now, password="Wrong#pass1word")
    new = accounts.reset_password(session, account.id, by=OPERATOR, now=now)
    assert new.account.must_change_password
    assert sign_in(session, now, password=new.password) is not None


def test_an_account_unused_for_ninety_days_is_disabled_but_no_last_holder(session: Session, now: dt.datetime) -> None:
    idle, active = make(session, now, "idle"), make(session, now, "active")
    office = make(session, now, "office", "office")
    sign_in(session, now + 60 * DAY, username="active")
    assert accounts.disable_unused(session, by=OPERATOR, now=now + 91 * DAY) == 1
    listed = {one.username: one.is_active for one in accounts.list_accounts(session, by=OPERATOR, now=now)}
    assert listed == {"active": True, "idle": False, "office": True}
    accounts.enable_account(session, idle.id, by=OPERATOR, now=now + 91 * DAY)
    assert accounts.disable_unused(session, by=OPERATOR, now=now + 92 * DAY) == 0
    assert active.is_active
    assert office.is_active
