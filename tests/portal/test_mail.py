"""Mail: verified, never twice, no header from user text."""

from __future__ import annotations

import datetime as dt
import email
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import policy
from pathlib import Path

import pytest

from catalog import outbox
from catalog.digests import DepartmentCount, Digest, DigestGroup
from catalog.errors import Invalid
from catalog.outbox import NewMessage
from catalog.reminder_lists import ReminderFacts
from portal import sending
from portal.house import House, build_house
from portal.mail import MailFailed, MailServer, build_mail, parse_smtp_url, send_mail
from portal.pages.digests import write_digest
from portal.settings import Settings, WrongSetting

MAIL_ID = uuid.UUID(int=7)
MOMENT = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)


class FakeServer:
    """A mail server on loopback that keeps what it hears; `refusals`: command → answer."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, refusals: dict[str, str] | None = None) -> None:
        self.tls, self.refusals = tls, refusals or {}
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
                sock.settimeout(5)
                with self.tls.wrap_socket(sock, server_side=True) if self.tls else sock as safe:
                    self._talk(safe)
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def _talk(self, sock: socket.socket) -> None:
        with sock.makefile("rwb") as file:

            def say(text: str) -> None:
                file.write(f"{text}\r\n".encode())
                file.flush()

            say("220 fake")
            for line in file:
                self.commands.append(line.decode().strip())
                verb = line[:4].decode().upper()
                if verb in self.refusals:
                    say(self.refusals[verb])
                elif verb == "EHLO":
                    say("250-fake\r\n250 AUTH PLAIN")
                elif verb == "DATA":
                    say("354 go on")
                    lines = []
                    while (part := file.readline()) != b".\r\n":
                        lines.append(part)
                    self.mails.append(b"".join(lines))
                    say("250 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("235 welcome" if verb == "AUTH" else "250 fine")


@contextmanager
def mail_server(**facts: object) -> Iterator[FakeServer]:
    server = FakeServer(**facts)  # type: ignore[arg-type]
    yield server
    with suppress(OSError):
        server.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next connection
    server.listener.close()


def plain_mail(**facts: str) -> email.message.EmailMessage:
    values = {"to": "a@example.cn", "subject": "7月31日提醒", "text": "正文\n.\n完", "sender": "k@example.cn"}
    values |= {"sender_name": "开放平台", "message_id": "m1", "host": "data.example.cn", **facts}
    return build_mail(at=MOMENT, **values)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://relay.hsg.cn", MailServer("relay.hsg.cn", 25, "plain", "", "")),
        ("smtps://k%40hsg.cn:p%3Aw@mail.hsg.cn", MailServer("mail.hsg.cn", 465, "tls", "k@hsg.cn", "p:w")),
        ("smtp+starttls://k:p@mail.hsg.cn:2525", MailServer("mail.hsg.cn", 2525, "starttls", "k", "p")),
        ("smtp://k:p@127.0.0.1:25", MailServer("127.0.0.1", 25, "plain", "k", "p")),
    ],
)
def test_the_address_of_the_mail_server_is_read(url: str, server: MailServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url", ["smtp://k:p@mail.hsg.cn", "http://mail.hsg.cn", "smtps://", "smtps://a b/", "smtps://h:x", "smtps://h/?a=1"]
)
def test_a_mail_server_that_would_leak_or_makes_no_sense_is_refused(
    url: str, make_settings: Callable[..., Settings]
) -> None:
    with pytest.raises(WrongSetting, match="SMTP_URL"):
        make_settings(smtp_url=url)


def test_no_text_can_add_a_header() -> None:
    for bad in ({"subject": "a\r\nBcc: x@y.cn"}, {"sender_name": "a\nX: 1"}, {"to": "a@b.cn\nBcc: x@y.cn"}):
        with pytest.raises(Invalid):
            plain_mail(**bad)


def test_a_mail_arrives_whole() -> None:
    with mail_server() as server:
        send_mail(parse_smtp_url(f"smtp://k:p@127.0.0.1:{server.port}") or pytest.fail(), plain_mail())
        got = email.message_from_bytes(server.mails[0], policy=policy.default)
    assert got["Subject"] == "7月31日提醒"
    assert got["From"] == "开放平台 <k@example.cn>"
    assert got["Message-ID"] == "<m1@data.example.cn>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content().splitlines() == ["正文", ".", "完"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_nobody_vouches_for_hears_no_password(scheme: str, self_signed: ssl.SSLContext) -> None:
    tls = self_signed if scheme == "smtps" else None
    with mail_server(tls=tls, refusals={} if tls else {"STAR": "220 go"}) as server:
        target = parse_smtp_url(f"{scheme}://user:secret@127.0.0.1:{server.port}")
        assert target is not None
        with pytest.raises(MailFailed):
            send_mail(target, plain_mail())
        assert not any(command.upper().startswith(("AUTH", "MAIL")) for command in server.commands)
        assert server.mails == []


@pytest.mark.parametrize(
    ("refusals", "code", "is_final"),
    [
        ({"RCPT": "550 no such user"}, "mail_recipient_refused", True),
        ({"RCPT": "450 later"}, "mail_recipient_refused", False),
        ({"AUTH": "535 wrong"}, "mail_login_refused", False),
        ({"DATA": "554 spam"}, "mail_refused", True),
    ],
)
def test_refusals_say_why_and_whether_to_try_again(refusals: dict[str, str], code: str, is_final: bool) -> None:
    with mail_server(refusals=refusals) as server:
        target = parse_smtp_url(f"smtp://k:p@127.0.0.1:{server.port}")
        assert target is not None
        with pytest.raises(MailFailed, match=code) as failed:
            send_mail(target, plain_mail())
        assert failed.value.is_final == is_final


# Through the outbox


def queue(house: House, *addresses: str) -> None:
    mails = [NewMessage(f"digest:{one}", "mail", one, "提醒", "正文") for one in addresses]
    with house.database.work() as session:
        outbox.queue_messages(session, mails, now=house.now())


def counts(house: House) -> dict[str, int]:
    with house.database.reading() as session:
        return outbox.count_messages(session)


def test_without_a_server_a_mail_is_one_file(house: House) -> None:
    queue(house, "a@example.cn")
    assert sending.send_outbox(house) == 1
    assert sending.send_outbox(house) == 0
    [path] = (house.home / "mail").iterdir()
    got = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert got["To"] == "a@example.cn"
    assert path.stem in got["Message-ID"]
    assert counts(house) == {"waiting": 0, "sent": 1, "failed": 0}


def test_a_sender_killed_between_handing_over_and_noting_it_leaves_one_mail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(house, "a@example.cn")
    with monkeypatch.context() as patch:

        def die(*args: object, **kwargs: object) -> bool:
            raise KeyboardInterrupt

        patch.setattr(outbox, "mark_sent", die)
        with pytest.raises(KeyboardInterrupt):
            sending.send_outbox(house)
    assert len(list((house.home / "mail").iterdir())) == 1
    assert sending.send_outbox(house) == 0  # the lease still holds
    house.clock.advance(seconds=outbox.LEASE_SECONDS + 1)  # type: ignore[attr-defined]
    assert sending.send_outbox(house) == 1
    assert len(list((house.home / "mail").iterdir())) == 1
    assert counts(house)["sent"] == 1


def test_sent_again_by_smtp_it_carries_the_same_id(
    make_settings: Callable[..., Settings], clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        settings = make_settings(smtp_url=f"smtp://127.0.0.1:{server.port}")
        house = build_house(settings, clock=clock)  # type: ignore[arg-type]
        queue(house, "a@example.cn")
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "mark_sent", lambda *args, **kwargs: False)
            sending.send_outbox(house)
        clock.advance(seconds=outbox.LEASE_SECONDS + 1)  # type: ignore[attr-defined]
        sending.send_outbox(house)
        ids = [email.message_from_bytes(mail)["Message-ID"] for mail in server.mails]
        assert len(ids) == 2
        assert ids[0] == ids[1]
        assert counts(house)["sent"] == 1
        house.close()


def test_a_dead_server_loses_nothing_and_is_asked_once_a_turn(
    make_settings: Callable[..., Settings], clock: object
) -> None:
    with mail_server() as server:
        port = server.port
    house = build_house(make_settings(smtp_url=f"smtp://127.0.0.1:{port}"), clock=clock)  # type: ignore[arg-type]
    queue(house, *(f"u{number}@example.cn" for number in range(12)))
    assert sending.send_outbox(house) == 0
    assert counts(house) == {"waiting": 12, "sent": 0, "failed": 0}
    house.close()


# The text


def test_a_digest_reads_well_and_takes_titles_as_text() -> None:
    title = "{{7*7}}{{config}} <b>名录</b>\r\nBcc: x@y.cn"
    line = ReminderFacts(
        MAIL_ID, "due", dt.date(2026, 7, 31), "update", "2026-07", title, "minglu-ab12", MAIL_ID, "区民政局",
        "minzheng", dt.date(2026, 7, 31), dt.date(2026, 8, 7), "open", MAIL_ID,
    )  # fmt: skip
    group = DigestGroup("due", "update", (line,), 3)
    digest = Digest(MAIL_ID, "a@b.cn", "张三", MAIL_ID, "黄石港区民政局", dt.date(2026, 7, 31), (group,))
    subject, text = write_digest(digest, base_url="https://data.example.cn", site_name="开放平台")
    assert subject == "【开放平台】07月31日提醒：到期日 3"
    assert text.startswith("张三，您好：\n\n2026-07-31（星期五）黄石港区民政局需要办理的事项如下。\n")
    assert "■ 到期日（3 项）请今天上传数据，或确认本期无变化。\n" in text
    assert "  · {{7*7}}{{config}} <b>名录</b> Bcc: x@y.cn（2026年7月）\n" in text
    assert "    到期 2026-07-31（星期五），宽限至 2026-08-07\n" in text
    assert f"    https://data.example.cn/desk/ledger/{MAIL_ID}\n" in text
    assert "  另有 2 项，见 https://data.example.cn/desk/notices\n" in text


def test_a_digest_leads_to_where_each_thing_is_done() -> None:
    day = dt.date(2026, 6, 30)

    def group(kind: str, period: str) -> DigestGroup:
        line = ReminderFacts(
            MAIL_ID, "overdue" if kind != "node" else "missed", day, kind, period, "事项", None, MAIL_ID, "区民政局",
            "minzheng", day, day, "open", MAIL_ID,
        )  # fmt: skip
        return DigestGroup(line.step, kind, (line,), 1)

    groups = (group("node", "2026#1"), group("rectification", "ZG2026-003"))
    counts = (DepartmentCount("区民政局", 2, 0, 1, "min-zheng-ju"),)
    digest = Digest(MAIL_ID, "a@b.cn", "李四", None, None, day, groups, counts)
    _, text = write_digest(digest, base_url="https://data.example.cn", site_name="开放平台")
    assert "https://data.example.cn/desk/plans/2026\n" in text
    assert "https://data.example.cn/desk/rectifications/ZG2026-003\n" in text
    assert "https://data.example.cn/office/ledger?state=overdue&department=min-zheng-ju\n" in text
    assert text.endswith("提醒与邮箱设置：https://data.example.cn/office/reminders\n")


def test_the_command_sends_a_test_mail(make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from portal.cli.mail import mail

    settings = make_settings()
    monkeypatch.setattr("portal.cli.common.load_settings", lambda: settings)
    done = CliRunner().invoke(mail, ["test", "a@example.cn"], catch_exceptions=False)
    assert done.exit_code == 0
    assert Path(done.output.split()[-1]).suffix == ".eml"
