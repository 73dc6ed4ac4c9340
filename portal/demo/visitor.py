"""A visitor of a running portal who goes by what stands on the pages: follows links, fills forms, keeps cookies.

Standard library only, so that it can stand outside the portal that it visits.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

TIMEOUT_SECONDS = 60
MAX_REDIRECTS = 5
ADDRESS_SIGNS = "/?&=%+:@!$'()*,;~-._[]"
"""Signs of an address that stay as they are; Chinese characters are percent-encoded as browsers do."""
VOID = frozenset({"input", "meta", "link", "br", "hr", "img"})


class NotThere(Exception):
    """What was looked for on a page is not on it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a form field."""

    name: str
    data: bytes


@dataclass
class Form:
    """One form of a page: where it leads, what it holds, the texts of its buttons with what they send."""

    method: str
    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """(text, name, value)"""
    choices: list[tuple[str, str, str]] = field(default_factory=list)
    """What can be ticked or chosen: (text, name, value)."""
    is_multipart: bool = False

    def find_choice(self, part: str) -> str:
        """The value of the first choice with `part` in its text. Raises NotThere."""
        for text, _, value in self.choices:
            if part in text:
                return value
        raise NotThere(f"no choice with {part!r}")

    def value_of(self, name: str) -> str | None:
        """What the field holds, None if there is none."""
        return next((value for key, value in self.values if key == name), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end. `address` is the path that gave it, after redirects."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    address: str

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def page(self) -> Page:
        """The body as a page."""
        return Page(self.text)


class Page(HTMLParser):
    """A page: its title, the text that is read, links and forms."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        """(text, address)"""
        self.forms: list[Form] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._link: tuple[str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._choice: tuple[str, str] | None = None
        self.feed(source)

    @property
    def text(self) -> str:
        """What a person reads, with single blanks."""
        return " ".join(" ".join(self.words).split())

    def find_link(self, part: str) -> str:
        """The address of the first link whose text or address contains `part`. Raises NotThere."""
        for text, address in self.links:
            if part in text or part in address:
                return address
        raise NotThere(f"no link with {part!r} on the page “{self.title}”")

    def find_form(self, part: str) -> Form:
        """The form that takes the step `part`, else the first with `part` in its address or in the text of a button.

        Raises NotThere.
        """
        for form in self.forms:
            if form.value_of("step") == part:
                return form
        for form in self.forms:
            if part in form.action or any(part in text for text, _, _ in form.buttons):
                return form
        raise NotThere(f"no form with {part!r} on the page “{self.title}”")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link, a form or a control."""
        facts = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag == "a" and "href" in facts:
            self._link = (facts["href"], [])
        elif tag == "form":
            self._form = Form(
                facts.get("method", "get").lower(),
                facts.get("action", ""),
                is_multipart="multipart" in facts.get("enctype", ""),
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._begin_control(tag, facts)

    def _begin_control(self, tag: str, facts: dict[str, str]) -> None:
        assert self._form is not None
        name = facts.get("name", "")
        if tag == "button":
            self._button = (name, facts.get("value", ""), [])
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((facts.get("value", ""), "selected" in facts))
            self._choice = (self._select[0], facts.get("value", ""))
        elif tag == "input" and name and facts.get("type") not in ("file", "submit"):
            self._begin_input(name, facts)

    def _begin_input(self, name: str, facts: dict[str, str]) -> None:
        assert self._form is not None
        is_choice = facts.get("type") in ("checkbox", "radio")
        if is_choice:
            self._choice = (name, facts.get("value", ""))
        if not is_choice or "checked" in facts:
            self._form.values.append((name, facts.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "a" and self._link:
            self.links.append((" ".join("".join(self._link[1]).split()), self._link[0]))
            self._link = None
        elif tag == "button" and self._button and self._form:
            name, value, text = self._button
            self._form.buttons.append((" ".join("".join(text).split()), name, value))
            self._button = None
        elif tag == "textarea" and self._area and self._form:
            self._form.values.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, is_chosen in options if is_chosen] or [value for value, _ in options[:1]]
            self._form.values += [(name, value) for value in chosen]
            self._select = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        """Text of the page, of a link, of a button."""
        inside = self._open[-1] if self._open else ""
        if inside == "title" and "head" in self._open:
            self.title += data.strip()
        if inside in ("script", "style"):
            return
        self.words.append(data)
        if self._choice and self._form and data.strip():
            self._form.choices.append((data.strip(), *self._choice))
            self._choice = None
        for holder in (self._link, self._button, self._area):
            if holder:
                holder[-1].append(data)


class Visitor:
    """One person with a browser of their own. `address` is the portal's, such as http://127.0.0.1:8000."""

    def __init__(self, address: str) -> None:
        self.base = address.rstrip("/")
        parts = urlsplit(self.base)
        assert parts.hostname is not None
        self._is_https, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self.cookies: dict[str, str] = {}
        self.at: Answer | None = None
        """The page that the visitor looks at."""

    def ask(
        self, method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, without following redirects. Raises OSError where nobody answers."""
        kind = http.client.HTTPSConnection if self._is_https else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        sent = {"Accept-Language": "zh-CN", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, address, body, sent)
            response = connection.getresponse()
            data = response.read()
            self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, data, address)
        finally:
            connection.close()

    def break_off(self, method: str, address: str, body: bytes, headers: Mapping[str, str], *, after: int) -> None:
        """Begin a request and hang up after so many bytes of its body."""
        kind = http.client.HTTPSConnection if self._is_https else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.putrequest(method, address)
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            for name, value in {**headers, "Cookie": cookies, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body[:after])
        finally:
            connection.close()

    def get(self, address: str, **headers: str) -> Answer:
        """Go to an address of the portal and on where it leads; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._arrive(self.ask("GET", self._local(address), headers=named))

    def follow(self, part: str) -> Answer:
        """Follow the link of the present page with `part` in its text or address."""
        return self.get(self.page.find_link(part))

    def send(self, part: str, button: str = "", files: Mapping[str, Upload] | None = None, **values: str) -> Answer:
        """Send the form of the present page with `part` in its address or button, as filled in, but for `values`.

        `button` chooses among several buttons; underscored names of values are the names of fields as they are.
        """
        form = self.page.find_form(part)
        pairs = [(name, value) for name, value in form.values if name not in values] + list(values.items())
        pressed = next((one for one in form.buttons if (button or part) in one[0]), None)
        if pressed and pressed[1]:
            pairs.append((pressed[1], pressed[2]))
        assert self.at is not None
        target = self._local(urljoin(self.at.address, form.action or self.at.address))
        if form.method == "get":
            return self.get(f"{target.partition('?')[0]}?{urlencode(pairs)}")
        return self.post(target, pairs, files, is_multipart=form.is_multipart)

    def post(
        self,
        address: str,
        pairs: Iterable[tuple[str, str]],
        files: Mapping[str, Upload] | None = None,
        *,
        is_multipart: bool = False,
    ) -> Answer:
        """Send pairs and files to an address."""
        if files or is_multipart:
            body, kind = encode_multipart(pairs, files or {})
        else:
            body, kind = urlencode(list(pairs)).encode(), "application/x-www-form-urlencoded"
        return self._arrive(self.ask("POST", self._local(address), body, {"Content-Type": kind}))

    @property
    def page(self) -> Page:
        """The page that the visitor looks at."""
        assert self.at is not None, "go somewhere first"
        return self.at.page

    def sign_in(self, username: str, password: str) -> Answer:
        """Sign in by the form; the answer is the person's first page. Raises NotThere when it does not work."""
        self.get("/account/sign-in")
        answer = self.send("/account/sign-in", username=username, password=password)
        if answer.status != 200 or "/account/sign-in" in answer.address:
            raise NotThere(f"{username} cannot sign in: HTTP {answer.status}")
        return answer

    def _arrive(self, answer: Answer) -> Answer:
        for _ in range(MAX_REDIRECTS):
            if answer.status not in (301, 302, 303) or "location" not in answer.headers:
                break
            answer = self.ask("GET", self._local(urljoin(answer.address, answer.headers["location"])))
        self.at = answer
        return answer

    def _local(self, address: str) -> str:
        """Path and query on this portal, also of an absolute address that it published."""
        parts = urlsplit(address)
        return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=ADDRESS_SIGNS)

    def _keep_cookies(self, lines: Iterable[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def encode_multipart(pairs: Iterable[tuple[str, str]], files: Mapping[str, Upload]) -> tuple[bytes, str]:
    """Body and content type of a form with files (RFC 7578; names of files in UTF-8)."""
    boundary = secrets.token_hex(16)
    parts: list[bytes] = []
    for name, value in pairs:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, file in files.items():
        shown = file.name.replace('"', "%22")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", file.data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
