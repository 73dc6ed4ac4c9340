"""What leaves the house: today's reminders become messages, and the outbox is emptied."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import uuid

from catalog import digests, outbox, reminders, webhooks
from catalog.errors import DomainError
from catalog.outbox import NewMessage, Outgoing
from portal import __version__
from portal.calling import CallRefused, make_guard, post_bytes
from portal.house import House
from portal.mail import MailFailed, build_mail, host_of, parse_smtp_url, save_mail, send_mail, sender_of
from portal.pages.digests import write_digest

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 5
"""Leased together: even if each takes its full time, the lease outlasts them."""
MESSAGES_A_TURN = 200
"""Then the worker looks after its other work."""

FINAL_CODES = frozenset({"email_refused", "mail_header_refused", "webhook_switched_off"})
"""Failures that trying again cannot mend."""


def raise_notices(house: House, *, on: dt.date) -> int:
    """Raise the reminders of the day, and queue digests and calls for them; how many were raised.

    Every step may be run again: reminders are unique by obligation and step, messages by their keys.
    """
    after, count = None, 0
    while True:
        with house.database.work() as session:
            report = reminders.raise_reminders(session, on=on, now=house.now(), after=after)
        count += report.raised
        after = report.next_after
        if after is None:
            break
    with house.database.work() as session:
        base_url, site = house.settings.base_url, house.settings.site_name
        mails = [_digest_mail(digest, base_url, site) for digest in digests.list_digests(session, on=on)]
        outbox.queue_messages(session, mails, now=house.now())
        webhooks.queue_calls(session, on=on, base_url=base_url, now=house.now())
    return count


def _digest_mail(digest: digests.Digest, base_url: str, site: str) -> NewMessage:
    """The mail of one digest; what is raised later on the same day makes another, for the total is in the key."""
    subject, text = write_digest(digest, base_url=base_url, site_name=site)
    return NewMessage(
        key=f"digest:{digest.account_id}:{digest.on.isoformat()}:{digest.total}",
        channel="mail",
        recipient=digest.email,
        subject=subject[:255],
        body=text,
        account_id=digest.account_id,
        department_id=digest.department_id,
    )


def send_outbox(house: House) -> int:
    """Send what waits; how many left. One query when nothing does.

    After the mail server has failed once, the other mails of this turn are put back untried.
    """
    count, server_problem = 0, None
    for _ in range(MESSAGES_A_TURN // MESSAGES_AT_ONCE):
        with house.database.reading() as session:
            if not outbox.has_ready(session, now=house.now()):
                return count
        with house.database.work() as session:
            leased = outbox.lease_messages(session, now=house.now(), limit=MESSAGES_AT_ONCE)
        for message in leased:
            if message.channel == "mail" and server_problem is not None:
                _note_failure(house, message, server_problem)
                continue
            failure = _send(house, message)
            count += failure is None
            if isinstance(failure, MailFailed) and failure.is_server:
                server_problem = failure
    return count


def _send(house: House, message: Outgoing) -> DomainError | None:
    """Send one message and note the outcome; the failure, or None when it has left."""
    try:
        if message.channel == "mail":
            deliver_mail(house, message)
        else:
            _call(house, message)
    except DomainError as error:
        log.warning("message %s was not sent: %s", message.id, error.code)
        _note_failure(house, message, error)
        return error
    with house.database.work() as session:
        outbox.mark_sent(session, message, now=house.now())
    return None


def _note_failure(house: House, message: Outgoing, error: DomainError) -> None:
    is_final = bool(getattr(error, "is_final", False)) or error.code in FINAL_CODES
    problem = {"code": error.code, "params": error.params}
    with house.database.work() as session:
        outbox.mark_failed(session, message, problem=problem, is_final=is_final, now=house.now())
        if message.webhook_id is not None:
            webhooks.switch_off_failing(session, message.webhook_id, now=house.now())


def deliver_mail(house: House, message: Outgoing) -> str:
    """Hand one mail over: to the server of SMTP_URL, else as a file into mail/ of the home; says where it went.

    The Message-ID and the file's name are the row's id: handed over twice it is recognised, in the folder it is one.
    """
    settings = house.settings
    mail = build_mail(
        to=message.recipient,
        subject=message.subject,
        text=message.body,
        sender=sender_of(settings.mail_from, settings.base_url),
        sender_name=settings.site_name,
        message_id=str(message.id),
        host=host_of(settings.base_url),
        at=message.created_at,
    )
    server = parse_smtp_url(settings.smtp_url)
    if server is None:
        return str(save_mail(settings.folder("mail"), str(message.id), mail))
    send_mail(server, mail)
    return server.host


def _call(house: House, message: Outgoing) -> None:
    """POST the message to its webhook, signed; only an answer 2xx counts as taken."""
    with house.database.reading() as session:
        url = webhooks.find_target(session, message.webhook_id)
    if url is None or message.webhook_id is None:
        raise CallRefused("webhook_switched_off")
    body = message.body.encode()
    secret = webhook_secret(house.settings.secret_key, message.webhook_id)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Kaifang/{__version__}",
        "X-Kaifang-Delivery": str(message.id),
        "X-Kaifang-Signature": sign_call(secret, body, at=house.now()),
    }
    answer = post_bytes(url, body, headers, guard=make_guard(house.settings.outbound_allow))
    if not 200 <= answer.status < 300:
        code = "call_redirected" if 300 <= answer.status < 400 else "call_not_taken"
        raise CallRefused(code, status=answer.status)


def webhook_secret(key: str, webhook_id: uuid.UUID) -> str:
    """The secret that the owner of a webhook checks calls with: derived from the present SECRET_KEY, stored nowhere.

    SECRET_KEY_FALLBACKS do not sign: after a change of the key the owner registers the address anew for its new secret.
    """
    return hmac.new(key.encode(), f"webhook:{webhook_id}".encode(), hashlib.sha256).hexdigest()


def sign_call(secret: str, body: bytes, *, at: dt.datetime) -> str:
    """The value of X-Kaifang-Signature: `t` is the Unix time, `v1` HMAC-SHA256 of "t.body" under the secret.

    The receiver computes it anew, compares in constant time, and refuses a `t` more than five minutes old.
    """
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={hmac.new(secret.encode(), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
