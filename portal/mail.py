"""Mail: digests as plain text, handed to the server of SMTP_URL or, without one, laid into a folder of the home.

TLS is always verified, and user name and password never travel without it except on this machine. The Message-ID is
the id of the outbox row: a mail that was handed over right before a crash goes out again under the same id, by which
mail programs recognise the second one; in the folder it replaces the first one's file.
"""

from __future__ import annotations

import datetime as dt
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from catalog.emails import parse_email
from catalog.errors import DomainError, Invalid
from portal.settings import WrongSetting

SECURITY = {"smtp": "plain", "smtp+starttls": "starttls", "smtps": "tls"}
PORTS = {"plain": 25, "starttls": 587, "tls": 465}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
STEP_SECONDS = 10
"""Longest wait for one answer of the server."""
TOTAL_SECONDS = 60
"""Longest time for one mail, also when the server answers a byte a second."""
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


class MailFailed(DomainError):
    """A mail was not taken. `is_final`: trying again cannot help; `is_server`: nor will the next mail fare better."""

    def __init__(self, code: str, *, is_final: bool = False, is_server: bool = False, **params: object) -> None:
        super().__init__(code, **params)
        self.is_final = is_final
        self.is_server = is_server


@dataclass(frozen=True, slots=True)
class MailServer:
    """What SMTP_URL says; `security` is plain, starttls or tls."""

    host: str
    port: int
    security: str
    user: str
    password: str


def parse_smtp_url(url: str) -> MailServer | None:
    """The server of SMTP_URL, None where it is empty; raises ValueError with a sentence that names what to do."""
    if not url:
        return None
    shape = "smtps://user:password@host:465, smtp+starttls://user:password@host:587 or smtp://host:25"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"SMTP_URL must look like {shape}.") from error
    security = SECURITY.get(parts.scheme)
    is_odd = parts.path.strip("/") or parts.query or parts.fragment
    if security is None or is_odd or not _HOST.fullmatch(parts.hostname or ""):
        raise ValueError(f"SMTP_URL must look like {shape}.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host = parts.hostname or ""
    if user and security == "plain" and host not in LOOPBACK:
        raise ValueError("SMTP_URL would send the password in the clear: use smtps:// or smtp+starttls://.")
    if any(not sign.isprintable() for sign in user + password):
        raise ValueError("SMTP_URL holds a control character in its user name or password.")
    return MailServer(host, port or PORTS[security], security, user, password)


def check_mail(smtp_url: str, sender: str) -> str:
    """Check the settings of mail and return the sender, "" where none is set; raises WrongSetting."""
    try:
        parse_smtp_url(smtp_url)
        return parse_email(sender) if sender else ""
    except ValueError as error:
        raise WrongSetting(str(error)) from error
    except Invalid as error:
        raise WrongSetting(f"MAIL_FROM (or SITE_EMAIL) {sender!r} must be one plain e-mail address.") from error


def sender_of(mail_from: str, base_url: str) -> str:
    """The sender: as set, else kaifang@ the host of BASE_URL."""
    return mail_from or f"kaifang@{host_of(base_url)}"


def host_of(base_url: str) -> str:
    """The host name under which ids are made unique; addresses in figures are no names."""
    host = urlsplit(base_url).hostname or ""
    return host if re.fullmatch(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]*", host) else "localhost.localdomain"


def build_mail(
    *, to: str, subject: str, text: str, sender: str, sender_name: str, message_id: str, host: str, at: dt.datetime
) -> EmailMessage:
    """The message. Raises Invalid("email_refused"); no text can add a header: line ends in headers are refused."""
    address = parse_email(to)
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in subject + sender_name):
        raise Invalid("mail_header_refused")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((sender_name, sender))
    mail["To"] = address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text, subtype="plain", charset="utf-8", cte="base64")
    return mail


def save_mail(folder: Path, name: str, mail: EmailMessage) -> Path:
    """Lay the mail into the folder as `name`.eml: whole or not at all; again under the same name it is one file."""
    path = folder / f"{name}.eml"
    fresh = folder / f".{name}.part"
    fresh.write_bytes(mail.as_bytes())
    return fresh.replace(path)


def send_mail(server: MailServer, mail: EmailMessage, *, context: ssl.SSLContext | None = None) -> None:
    """Hand the mail to the server; raises MailFailed. `context` is for servers with a certificate of their own."""
    try:
        with _connected(server, context or ssl.create_default_context()) as client:
            if server.user:
                client.login(server.user, server.password)
            client.send_message(mail)
    except ssl.SSLError as error:
        raise MailFailed("mail_tls_refused", is_server=True, host=server.host) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailFailed("mail_login_refused", is_server=True, host=server.host) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailFailed("mail_not_supported", is_server=True, host=server.host) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [answer[0] for answer in error.recipients.values()]
        raise MailFailed("mail_recipient_refused", is_final=all(code >= 500 for code in codes)) from error
    except smtplib.SMTPResponseException as error:
        is_final = 500 <= error.smtp_code < 600
        raise MailFailed("mail_refused", is_final=is_final, status=error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailFailed("mail_server_unreachable", is_server=True, host=server.host) from error


class _Client(smtplib.SMTP):
    """A client whose socket is known from the first moment, so that a timer can cut it in any phase."""

    def __init__(self, server: MailServer, context: ssl.SSLContext) -> None:
        super().__init__(timeout=STEP_SECONDS)
        self._host = server.host  # the name that STARTTLS checks the certificate against
        self._server = server
        self._context = context

    def open(self) -> None:
        """Connect and hear the greeting."""
        status, _ = self.connect(self._server.host, self._server.port)
        if status != 220:
            raise smtplib.SMTPConnectError(status, "no greeting")
        if self._server.security == "starttls":
            self.starttls(context=self._context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self.sock = socket.create_connection((host, port), timeout)
        if self._server.security == "tls":
            sock = self._context.wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
            self.sock = sock
            sock.do_handshake()
        return self.sock

    def cut(self) -> None:
        """End the connection at once, from another thread."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _connected(server: MailServer, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted before anything is said, and cut after TOTAL_SECONDS."""
    client = _Client(server, context)
    watch = threading.Timer(TOTAL_SECONDS, client.cut)
    watch.daemon = True
    watch.start()
    try:
        client.open()
        yield client
        with suppress(smtplib.SMTPException, OSError):
            client.quit()  # the mail has been taken: a poor farewell changes nothing
    finally:
        watch.cancel()
        client.close()
