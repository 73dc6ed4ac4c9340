"""The outbox: nothing is lost, nothing goes twice."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog import deadlines, digests, emails, outbox, webhooks
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import Account, AccountRole, AuditRow, Department, Entry, Message, Webhook
from catalog.outbox import NewMessage
from catalog.permissions import Actor
from catalog.reminders import raise_reminders
from tests.catalog.lifecycle import Lifecycle, People, make_actor, make_department
from tests.catalog.test_reminders import JULY, add

MAIL = NewMessage(key="digest:1", channel="mail", recipient="a@example.gov.cn", subject="提醒", body="正文")


def queue(session: Session, count: int, now: dt.datetime) -> None:
    mails = [NewMessage(f"digest:{number}", "mail", "a@example.gov.cn") for number in range(count)]
    assert outbox.queue_messages(session, mails, now=now) == count


def stored(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


def test_a_message_queued_twice_is_one(session: Session, now: dt.datetime) -> None:
    assert outbox.queue_messages(session, [MAIL, MAIL], now=now) == 1
    assert outbox.queue_messages(session, [MAIL], now=now) == 0
    assert stored(session).body == "正文"


def test_a_message_in_the_hands_of_one_sender_is_not_given_to_another(session: Session, now: dt.datetime) -> None:
    queue(session, 3, now)
    first = outbox.lease_messages(session, now=now, limit=2)
    second = outbox.lease_messages(session, now=now, limit=2)
    assert len(first) == 2
    assert len(second) == 1
    assert {one.id for one in first}.isdisjoint(one.id for one in second)
    assert not outbox.has_ready(session, now=now)


def test_what_a_dead_sender_held_is_sent_by_the_next_under_the_same_id(session: Session, now: dt.datetime) -> None:
    queue(session, 1, now)
    [held] = outbox.lease_messages(session, now=now)
    later = now + dt.timedelta(seconds=outbox.LEASE_SECONDS + 1)
    [again] = outbox.lease_messages(session, now=later)
    assert again.id == held.id
    assert again.attempts == 2
    assert not outbox.mark_failed(session, held, problem={"code": "mail_refused", "params": {}}, now=later)
    assert outbox.mark_sent(session, held, now=later)  # it had left after all: it must not leave again
    assert not outbox.has_ready(session, now=later + dt.timedelta(days=1))
    assert not outbox.mark_sent(session, again, now=later)


def test_failures_are_tried_again_for_three_days_and_then_stay_visible(session: Session, now: dt.datetime) -> None:
    queue(session, 1, now)
    at, pauses = now, []
    while (leased := outbox.lease_messages(session, now=at)) != []:
        problem = {"code": "mail_server_unreachable", "params": {"host": "mail"}}
        outbox.mark_failed(session, leased[0], problem=problem, now=at)
        row = stored(session)
        if row.state == "failed":
            break
        pauses.append((row.next_try_at - at) // dt.timedelta(minutes=1))
        assert not outbox.lease_messages(session, now=row.next_try_at - dt.timedelta(seconds=1))
        at = row.next_try_at
    assert pauses == [1, 4, 16, 64, 256, *[360] * 10]
    assert dt.timedelta(days=2) < at - now <= dt.timedelta(days=3)
    assert stored(session).state == "failed"
    assert stored(session).problem == {"code": "mail_server_unreachable", "params": {"host": "mail"}}


def test_the_office_tries_a_failed_message_again(session: Session, people: People, now: dt.datetime) -> None:
    queue(session, 1, now)
    [leased] = outbox.lease_messages(session, now=now)
    outbox.mark_failed(session, leased, problem={"code": "mail_refused", "params": {}}, is_final=True, now=now)
    assert not outbox.has_ready(session, now=now + dt.timedelta(days=9))
    with pytest.raises(NotAllowed):
        outbox.retry_message(session, leased.id, by=people.editor, now=now)
    outbox.retry_message(session, leased.id, by=people.office, now=now)
    [again] = outbox.lease_messages(session, now=now)
    outbox.mark_sent(session, again, now=now)
    with pytest.raises(Conflict, match="message_sent"):
        outbox.retry_message(session, leased.id, by=people.office, now=now)


def test_the_list_pages_newest_first_and_by_state(session: Session, people: People, now: dt.datetime) -> None:
    queue(session, 5, now)
    [first] = outbox.lease_messages(session, now=now, limit=1)
    outbox.mark_sent(session, first, now=now)
    seen, after = [], None
    while True:
        rows, after = outbox.list_messages(session, by=people.office, state="waiting", after=after, limit=3)
        seen += [row.id for row in rows]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 4
    assert outbox.count_messages(session) == {"waiting": 4, "sent": 1, "failed": 0}
    with pytest.raises(Invalid, match="bad_message_state"):
        outbox.list_messages(session, by=people.office, state="lost")


def test_twelve_senders_at_once_send_each_message_once(own_engine: Engine, now: dt.datetime) -> None:
    with Session(own_engine) as session:
        queue(session, 40, now)
        session.commit()
    taken: list[uuid.UUID] = []

    def send() -> None:
        while True:
            with own_engine.connect().execution_options(isolation_mode="write") as connection:
                with Session(bind=connection) as session:
                    leased = outbox.lease_messages(session, now=now, limit=3)
                    session.commit()
            if not leased:
                return
            taken.extend(message.id for message in leased)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


# Addresses


@pytest.mark.parametrize(
    "text",
    [
        "a@b.cn\nBcc: x@y.cn",
        "a@b.cn\r\nX: 1",
        "Somebody <a@b.cn>",
        "a@b.cn, c@d.cn",
        "a@localhost",
        "@b.cn",
        "a b@c.cn",
        "张三@example.cn",
        "a@b..cn",
        f"{'a' * 50_000}@b.cn",
        "a@" + "b." * 25_000 + "cn",
    ],
)
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="email_refused"):
        emails.parse_email(text)


def test_an_address_is_set_by_its_owner_or_who_manages_accounts(
    session: Session, people: People, now: dt.datetime
) -> None:
    account_id = people.editor.account_id
    assert account_id is not None
    emails.change_email(session, account_id, email="li.si+data@hsg.gov.cn", by=people.editor, now=now)
    assert session.get_one(Account, account_id).email == "li.si+data@hsg.gov.cn"
    with pytest.raises(NotAllowed):
        emails.change_email(session, account_id, email="x@hsg.gov.cn", by=people.reviewer, now=now)
    emails.change_email(session, account_id, email=None, by=make_actor(session, "system_admin"), now=now)
    assert session.get_one(Account, account_id).email is None
    rows = session.scalars(select(AuditRow).where(AuditRow.act == "account.update").order_by(AuditRow.number)).all()
    assert [row.params for row in rows] == [{"email": "set"}, {"email": "removed"}]  # never the address itself


# Webhooks


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.cn/",
        "https://user:pass@example.cn/",
        "https://example.cn/#part",
        "https://",
        "https://exa mple.cn/",
        "https://example.cn/\r\nX: 1",
        "https://example.cn:99999/",
        "https://[::1/",
        "javascript:alert(1)",
        "https://例子.cn/",
        "https://example.cn/" + "a" * 3000,
    ],
)
def test_addresses_of_webhooks_are_refused_by_their_shape(
    session: Session, people: People, url: str, now: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="webhook_refused"):
        webhooks.register_webhook(session, people.department.id, url=url, by=people.reviewer, now=now)


def test_a_webhook_belongs_to_its_department(session: Session, people: People, now: dt.datetime) -> None:
    url = "https://hooks.example.gov.cn/kaifang?a=1"
    made = webhooks.register_webhook(session, people.department.id, url=url, by=people.reviewer, now=now)
    other = make_actor(session, "reviewer", department=make_department(session, "黄石港区教育局"))
    with pytest.raises(NotAllowed):
        webhooks.register_webhook(session, people.department.id, url=url, by=people.editor, now=now)
    with pytest.raises(NotAllowed):
        webhooks.register_webhook(session, None, url=url, by=people.reviewer, now=now)
    for act in (
        lambda: webhooks.remove_webhook(session, made.id, by=other, now=now),
        lambda: webhooks.queue_test(session, made.id, by=other, now=now),
        lambda: webhooks.switch_webhook(session, made.id, is_active=False, by=other, now=now),
    ):
        with pytest.raises(NotFound, match="webhook_not_found"):
            act()
    webhooks.queue_test(session, made.id, by=people.reviewer, now=now)
    webhooks.remove_webhook(session, made.id, by=people.reviewer, now=now)
    assert webhooks.list_webhooks(session, people.department.id, by=people.reviewer) == []
    assert stored(session).problem == {"code": "webhook_removed", "params": {}}


def fail_until_off(session: Session, webhook_id: uuid.UUID, people: People, at: dt.datetime) -> tuple[int, dt.datetime]:
    """How many calls failed until the portal gave up, and when it did."""
    failures = 0
    webhooks.queue_test(session, webhook_id, by=people.reviewer, now=at)
    while session.get_one(Webhook, webhook_id).is_active:
        leased = outbox.lease_messages(session, now=at)
        if not leased:
            webhooks.queue_test(session, webhook_id, by=people.reviewer, now=at)
            continue
        outbox.mark_failed(session, leased[0], problem={"code": "call_not_taken", "params": {"status": 500}}, now=at)
        failures += 1
        webhooks.switch_off_failing(session, webhook_id, now=at)
        at += dt.timedelta(hours=6)
    return failures, at


def test_a_webhook_that_fails_twenty_times_is_switched_off(session: Session, people: People, now: dt.datetime) -> None:
    made = webhooks.register_webhook(
        session, people.department.id, url="https://hooks.example.cn/", by=people.reviewer, now=now
    )
    failures, at = fail_until_off(session, made.id, people, now)
    assert failures == webhooks.FAILURES_BEFORE_OFF == 20
    assert webhooks.count_broken(session, by=people.reviewer) == 1
    assert not outbox.has_ready(session, now=at + dt.timedelta(days=9))
    webhooks.switch_webhook(session, made.id, is_active=True, by=people.reviewer, now=at)
    assert webhooks.count_broken(session, by=people.reviewer) == 0
    again, _ = fail_until_off(session, made.id, people, at)
    assert again == 20, "switched on again, it has its twenty tries"


def test_a_webhook_that_a_person_switched_off_is_not_broken(session: Session, people: People, now: dt.datetime) -> None:
    made = webhooks.register_webhook(
        session, people.department.id, url="https://hooks.example.cn/", by=people.reviewer, now=now
    )
    webhooks.queue_test(session, made.id, by=people.reviewer, now=now)
    [leased] = outbox.lease_messages(session, now=now)
    outbox.mark_failed(session, leased, problem={"code": "call_not_taken", "params": {}}, is_final=True, now=now)
    webhooks.switch_webhook(session, made.id, is_active=False, by=people.reviewer, now=now)
    assert webhooks.count_broken(session, by=people.reviewer) == 0


# Digests


def mailed(session: Session, actor: Actor, email: str) -> None:
    assert actor.account_id is not None
    session.get_one(Account, actor.account_id).email = email
    for role in actor.roles:
        session.add(
            AccountRole(account_id=actor.account_id, role=role, granted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        )
    session.flush()


def test_each_person_hears_what_their_role_hears(session: Session, people: People, now: dt.datetime) -> None:
    head = make_actor(session, "head", department=people.department)
    for name, actor in {
        "editor": people.editor,
        "reviewer": people.reviewer,
        "head": head,
        "office": people.office,
    }.items():
        mailed(session, actor, f"{name}@hsg.gov.cn")
    silent = make_actor(session, "editor", department=people.department)
    assert silent.account_id is not None  # without an address: the desk alone
    add(session, people.department, JULY)
    heard = {}
    for on in ("2026-07-24", "2026-07-31", "2026-08-10"):
        raise_reminders(session, on=dt.date.fromisoformat(on), now=now)
        found = digests.list_digests(session, on=dt.date.fromisoformat(on))
        heard[on] = {digest.email.split("@")[0]: digest.total for digest in found}
    assert heard == {
        "2026-07-24": {"editor": 1},
        "2026-07-31": {"editor": 1, "reviewer": 1},
        "2026-08-10": {"head": 1, "office": 1},
    }
    assert list(digests.list_digests(session, on=dt.date(2026, 8, 11))) == []


def test_the_office_gets_one_line_for_each_department(session: Session, people: People, now: dt.datetime) -> None:
    mailed(session, people.office, "office@hsg.gov.cn")
    other = make_department(session, "黄石港区教育局")
    for department in (people.department, other, other):
        add(session, department, JULY)
    raise_reminders(session, on=dt.date(2026, 8, 10), now=now)
    [digest] = digests.list_digests(session, on=dt.date(2026, 8, 10))
    assert [(row.name, row.overdue) for row in digest.departments] == [("黄石港区教育局", 2), ("黄石港区民政局", 1)]


def test_a_debt_that_grows_old_is_told_once_more_as_long_stale(
    session: Session, lifecycle: Lifecycle, people: People, now: dt.datetime
) -> None:
    """July is overdue on Monday 08-10; August's grace ends on Monday 09-07, so on the Tuesday July is long stale,
    and August overdue."""
    head = make_actor(session, "head", department=people.department)
    mailed(session, head, "head@hsg.gov.cn")
    mailed(session, people.office, "office@hsg.gov.cn")
    lifecycle.entry("published")  # monthly, without data: July is owed
    told = {}
    for on in (dt.date(2026, 8, 10), dt.date(2026, 9, 7), dt.date(2026, 9, 8), dt.date(2026, 9, 9)):
        deadlines.check(session, on=on)
        raise_reminders(session, on=on, now=now)
        for digest in digests.list_digests(session, on=on):
            steps = [group.step for group in digest.groups]
            counts = [(row.overdue, row.stale) for row in digest.departments]
            told[f"{on} {digest.email.split('@')[0]}"] = (steps, counts)
    assert told == {
        "2026-08-10 head": (["overdue"], []),
        "2026-08-10 office": ([], [(1, 0)]),
        "2026-09-08 head": (["stale", "overdue"], []),
        "2026-09-08 office": ([], [(1, 1)]),
    }


def test_irregular_entries_are_brought_to_mind_on_the_first_working_day_of_a_month(
    session: Session, lifecycle: Lifecycle, people: People
) -> None:
    mailed(session, people.editor, "editor@hsg.gov.cn")
    entry: Entry = lifecycle.entry("published", update_cycle="irregular")
    entry.data_updated_on = dt.date(2025, 6, 2)
    session.flush()
    # Friday 1 May 2026 to Tuesday 5 May are days off: the first working day is Wednesday 6 May.
    days = {
        day: [digest.irregular[0].title for digest in digests.list_digests(session, on=dt.date.fromisoformat(day))]
        for day in ("2026-05-06", "2026-06-01", "2026-06-02", "2026-07-01", "2026-07-02")
    }
    assert days == {
        "2026-05-06": [],
        "2026-06-01": [],  # a day short of twelve months
        "2026-06-02": [],
        "2026-07-01": ["黄石港区社区居委会名录"],
        "2026-07-02": [],
    }


def test_calls_carry_the_reminders_of_their_department(session: Session, people: People, now: dt.datetime) -> None:
    import orjson

    other: Department = make_department(session, "黄石港区教育局")
    webhooks.register_webhook(session, people.department.id, url="https://a.example.cn/", by=people.reviewer, now=now)
    webhooks.register_webhook(session, None, url="https://b.example.cn/", by=people.office, now=now)
    for department in (people.department, other):
        add(session, department, JULY)
    raise_reminders(session, on=dt.date(2026, 7, 24), now=now)
    queued = [
        webhooks.queue_calls(session, on=dt.date(2026, 7, 24), base_url="https://data.example.cn", now=now)
        for _ in range(2)
    ]
    assert queued == [2, 0]
    bodies = {row.recipient: orjson.loads(row.body) for row in session.scalars(select(Message))}
    assert bodies["https://a.example.cn/"]["total"] == 1
    assert bodies["https://a.example.cn/"]["department"]["name"] == "黄石港区民政局"
    assert bodies["https://b.example.cn/"]["total"] == 2
    assert bodies["https://b.example.cn/"]["department"] is None
    first, *_ = bodies["https://b.example.cn/"]["reminders"]
    place = first.pop("url")
    assert re.fullmatch(r"https://data\.example\.cn/office/ledger/[0-9a-f-]{36}", place)
    assert bodies["https://a.example.cn/"]["reminders"][0]["url"].startswith("https://data.example.cn/desk/ledger/")
    assert first | {"department": None} == {
        "step": "before",
        "kind": "update",
        "period": "2026-07",
        "title": "社区名录",
        "due_on": "2026-07-31",
        "grace_on": "2026-08-07",
        "department": None,
    }
