"""The guarded client: whom it calls, and that nothing makes it wait."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from portal.calling import CallRefused, Guard, is_public, make_guard, post_bytes
from portal.sending import sign_call

LOCAL = make_guard(["127.0.0.1"])

REFUSED = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "192.0.0.8",
    "192.0.2.1", "192.168.1.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::", "2001::1", "2001:db8::1", "fc00::1", "fd12:3456::1",
    "fe80::1", "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_no_address_outside_the_public_internet_is_reached(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(CallRefused, match="call_address_refused"):
        post_bytes("https://hooks.example.cn/", b"{}", {}, guard=Guard(), resolve=lambda host, port: [text])


@pytest.mark.parametrize("text", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "2606:4700:4700::1111"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://0177.0.0.1/",
        "https://0/", "https://localhost/", "https://localhost./", "https://[::1]/", "https://[::]/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25lo]/", "https://127。0。0。1/", "http://127.0.0.1/",
    ],
)  # fmt: skip
def test_no_spelling_of_this_machine_is_reached(url: str) -> None:
    with pytest.raises(CallRefused, match=r"call_address_refused|call_unresolved"):
        post_bytes(url, b"{}", {}, guard=Guard())


def test_one_inner_address_among_several_refuses_the_name() -> None:
    with pytest.raises(CallRefused, match="call_address_refused"):
        post_bytes("https://a.example.cn/", b"", {}, guard=Guard(), resolve=lambda host, port: ["1.1.1.1", "10.0.0.1"])


def test_plain_http_is_for_listed_addresses_only() -> None:
    with pytest.raises(CallRefused, match="call_needs_https"):
        post_bytes("http://a.example.cn/", b"", {}, guard=Guard(), resolve=lambda host, port: ["1.1.1.1"])


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that hears one request per connection and answers with `answer`."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def loop() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                sock.settimeout(5)
                try:
                    heard.append(_read_request(sock))
                    answer(sock)
                except OSError:
                    continue

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(1)


def _read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536) or _gone()
    head, _, body = data.partition(b"\r\n\r\n")
    size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < size:
        body += sock.recv(65536) or _gone()
    return head + b"\r\n\r\n" + body


def _gone() -> bytes:
    raise ConnectionResetError


def say(data: bytes) -> Callable[[socket.socket], None]:
    return lambda sock: sock.sendall(data)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with serving(say(OK)) as (port, heard):
        answer = post_bytes(f"http://hooks.example.cn:{port}/in?a=1", b"{}", {"X-A": "1"}, guard=LOCAL, resolve=resolve)
    assert (answer.status, answer.body) == (200, b"ok")
    assert asked == ["hooks.example.cn"]  # asked once: a second answer cannot lead elsewhere
    assert heard[0].startswith(b"POST /in?a=1 HTTP/1.1\r\n")
    assert f"Host: hooks.example.cn:{port}\r\n".encode() in heard[0]


def test_redirects_are_handed_back_and_not_followed() -> None:
    with serving(say(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) as (port, heard):
        assert post_bytes(f"http://127.0.0.1:{port}/", b"{}", {}, guard=LOCAL).status == 307
    assert len(heard) == 1


def test_the_environment_sets_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(say(OK)) as (port, _):
        assert post_bytes(f"http://127.0.0.1:{port}/", b"{}", {}, guard=LOCAL).status == 200


def test_an_endless_answer_is_cut_off() -> None:
    def endless(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    with serving(endless) as (port, _):
        assert len(post_bytes(f"http://127.0.0.1:{port}/", b"{}", {}, guard=LOCAL).body) == 64_000


def _trickle(sock: socket.socket) -> None:
    for sign in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
        sock.sendall(bytes([sign]))
        time.sleep(0.05)


@pytest.mark.parametrize("behave", [_trickle, lambda sock: time.sleep(1)])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_slow_answer_ends_at_the_deadline(behave: Callable[[socket.socket], None], scheme: str) -> None:
    with serving(behave) as (port, _):
        started = time.monotonic()
        with pytest.raises(CallRefused, match="call_timed_out"):
            post_bytes(f"{scheme}://127.0.0.1:{port}/", b"{}", {}, guard=LOCAL, deadline=0.4)
        assert time.monotonic() - started < 1.5


def test_a_name_server_that_hangs_is_not_waited_for() -> None:
    with pytest.raises(CallRefused, match="call_timed_out"):
        post_bytes(
            "https://a.example.cn/", b"", {}, guard=LOCAL, resolve=lambda host, port: time.sleep(2) or [], deadline=0.2
        )


def test_a_server_that_breaks_off_or_speaks_nonsense_is_unreachable() -> None:
    for data in (b"", b"hello\r\n\r\n"):
        with serving(say(data)) as (port, _), pytest.raises(CallRefused, match="call_unreachable"):
            post_bytes(f"http://127.0.0.1:{port}/", b"{}", {}, guard=LOCAL)


def test_a_certificate_nobody_vouches_for_is_refused(self_signed: ssl.SSLContext) -> None:
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = listener.accept()
        try:
            with self_signed.wrap_socket(sock, server_side=True) as safe:
                heard.append(safe.recv(100))
        except OSError:
            sock.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(CallRefused, match="call_tls_refused"):
        post_bytes(f"https://127.0.0.1:{listener.getsockname()[1]}/", b"secret", {}, guard=LOCAL)
    thread.join(5)
    listener.close()
    assert not any(heard)


def test_signatures_bind_the_time_and_the_body() -> None:
    at = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)
    wanted = hmac.new(b"key", b'1783648800.{"a":1}', hashlib.sha256).hexdigest()
    assert sign_call("key", b'{"a":1}', at=at) == f"t=1783648800,v1={wanted}"
