"""Calls to addresses that people typed in: a guarded client that reaches the public internet over https only.

The name is resolved first, every address it leads to is looked at, and the connection goes to the one that was
looked at, so that a second answer of the name server changes nothing. Inner networks are reached only where the
operator has listed them in OUTBOUND_ALLOW; plain http as well. No redirect is followed, no proxy or .netrc of the
environment is used, the answer is capped, and everything together has one deadline.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from catalog.errors import DomainError

DEADLINE_SECONDS = 10.0
ANSWER_BYTES = 64_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Name and port → addresses as text."""

NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23"),
        *("fec0::/10", "3fff::/20", "5f00::/16", "192.0.0.0/24", "192.88.99.0/24"),
    )
)
"""IPv6 ranges in which an IPv4 address hides (RFC 4291, 6052, 8215, 3056, 4380), the former site-local ones, and
special ranges (RFC 6890, 7526, 9602, 9637) that the standard library of some releases takes for public."""


class CallRefused(DomainError):
    """The call was not made, or not answered as it should be; the code says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, at most ANSWER_BYTES of it."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may be reached: the public internet, and what OUTBOUND_ALLOW lists (networks, addresses, host names)."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def lists(self, host: str, address: Address) -> bool:
        """Whether the operator has listed this host or address."""
        is_inside = any(address.version == net.version and address in net for net in self.networks)
        return is_inside or host.rstrip(".").casefold() in self.hosts

    def allows(self, host: str, address: Address) -> bool:
        """Whether a connection to this address may be opened."""
        return self.lists(host, address) or is_public(address)


def make_guard(allowed: Sequence[str]) -> Guard:
    """The guard of OUTBOUND_ALLOW: what reads as an address or network is one, the rest are host names."""
    networks, hosts = [], set()
    for text in (one.strip() for one in allowed if one.strip()):
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            hosts.add(text.rstrip(".").casefold())
    return Guard(tuple(networks), frozenset(hosts))


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet: not private, shared, link-local, reserved, multicast or
    documentation, and no IPv6 address that hides an IPv4 one."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == net.version and address in net for net in NEVER_PUBLIC)


def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as the machine's resolver knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def post_bytes(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    guard: Guard,
    resolve: Resolve = resolve_name,
    context: ssl.SSLContext | None = None,
    deadline: float = DEADLINE_SECONDS,
) -> Answer:
    """POST `body` and return the answer, whatever its status.

    Raises CallRefused: call_address_refused, call_needs_https, call_unresolved, call_unreachable, call_tls_refused,
    call_timed_out.
    """
    until = time.monotonic() + deadline
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise CallRefused("call_unresolved", host=host[:100]) from error
    address = _choose_address(_resolve_in_time(host, port, resolve, until), host, parts.scheme, guard)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    secure = (context or ssl.create_default_context()) if parts.scheme == "https" else None
    connection = _Pinned(host, port, str(address), until, secure)
    try:
        return _exchange(connection, target, body, headers, until)
    except ssl.SSLCertVerificationError as error:
        raise CallRefused("call_tls_refused", host=host) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        code = "call_timed_out" if time.monotonic() >= until else "call_unreachable"
        raise CallRefused(code, host=host) from error
    finally:
        connection.close()


def _choose_address(found: Sequence[str], host: str, scheme: str, guard: Guard) -> Address:
    """The one address to connect to; all that the name leads to must be allowed."""
    addresses = []
    for text in found:
        try:
            addresses.append(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError as error:
            raise CallRefused("call_unresolved", host=host[:100]) from error
    if not addresses:
        raise CallRefused("call_unresolved", host=host[:100])
    if not all(guard.allows(host, address) for address in addresses):
        raise CallRefused("call_address_refused", host=host[:100])
    if scheme != "https" and not all(guard.lists(host, address) for address in addresses):
        raise CallRefused("call_needs_https", host=host[:100])
    return addresses[0]


def _resolve_in_time(host: str, port: int, resolve: Resolve, until: float) -> Sequence[str]:
    """What `resolve` says; name servers that hang are not waited for past the deadline."""
    found: list[Sequence[str]] = []

    def ask() -> None:
        try:
            found.append(resolve(host, port))
        except (OSError, UnicodeError):
            found.append(())

    asking = threading.Thread(target=ask, daemon=True, name="resolve")
    asking.start()
    asking.join(max(0.0, until - time.monotonic()))
    if not found:
        raise CallRefused("call_timed_out", host=host[:100])
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to an address chosen before; the name is for Host and for the certificate alone."""

    def __init__(self, host: str, port: int, address: str, until: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self.address = address
        self.until = until
        self.context = context

    def connect(self) -> None:
        """Open the socket to the pinned address, encrypted where there is a context."""
        left = max(0.1, self.until - time.monotonic())
        self.sock = socket.create_connection((self.address, self.port), timeout=left)
        if self.context is not None:
            sock = self.context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = sock  # known before the handshake, so that the deadline can cut that too
            sock.do_handshake()


def _exchange(connection: _Pinned, target: str, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
    """Send and read; a timer cuts the connection at the deadline, so that trickled bytes do not stretch it."""
    watch = threading.Timer(max(0.0, until - time.monotonic()), _cut, args=(connection,))
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read(ANSWER_BYTES))
    finally:
        watch.cancel()


def _cut(connection: _Pinned) -> None:
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
