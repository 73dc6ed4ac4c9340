"""Reminders, calendars, webhooks and addresses, as people meet them in the browser."""

from __future__ import annotations

import datetime as dt
import html
import re
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from flask.testing import FlaskClient

from catalog import outbox
from portal import sending
from tests.catalog.test_icalendar import read_events, read_text
from tests.portal.workspace import District, plain


def due_entry(district: District) -> str:
    """A monthly entry published on 10 July 2026: July is settled by that, August is due on Monday 31 August."""
    name = district.published_with_data()
    assert district.stored(name).next_due_on is not None
    return name


def calendar_address(district: District) -> str:
    source = html.unescape(district.people["reviewer"].get("/desk/notices").get_data(as_text=True))
    return re.findall(r"https?://[^<]+(/calendar/[^<]+\.ics)", source)[0]


def test_reminders_reach_desk_mail_and_office(district: District) -> None:
    house = district.house
    due_entry(district)
    assert district.people["editor"].post("/account/email", email="editor@hsg.gov.cn").status_code == 303
    for _ in range(2):  # running the day's job again adds nothing
        sending.raise_notices(house, on=dt.date(2026, 8, 24))  # Monday, a week before August is due
    page = district.people["editor"].text("/desk/notices")
    assert page.count("即将到期") == 1
    assert "2026年8月" in page
    assert "2026-08-31" in page
    assert "寄往 editor@hsg.gov.cn" in page
    assert sending.send_outbox(house) == 1
    [mail] = (house.home / "mail").iterdir()
    assert b"To: editor@hsg.gov.cn" in mail.read_bytes()
    assert "还没有提醒" in district.people["other_editor"].text("/desk/notices")
    assert "黄石港区民政局" in district.people["office"].text("/office/reminders")
    assert "editor@hsg.gov.cn" in district.people["office"].text("/office/outbox?state=sent")
    assert district.people["editor"].get("/office/outbox").status_code == 403


def test_the_calendar_shows_what_is_due_and_its_old_address_dies(district: District, client: FlaskClient) -> None:
    due_entry(district)
    address = calendar_address(district)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    [event] = read_events(answer.data)
    assert read_text(event["SUMMARY"]) == "应更新：黄石港区社区居委会名录"
    assert re.search(r"/desk/ledger/[0-9a-f-]{36}$", event["URL"])
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(address.replace("/calendar/", "/calendar/x")).status_code == 404
    assert client.get(address[:-8] + "0000.ics").status_code == 404
    assert district.people["editor"].post("/desk/notices/calendar").status_code == 403
    assert district.people["reviewer"].post("/desk/notices/calendar").status_code == 303
    assert client.get(address).status_code == 404
    moved = calendar_address(district)
    assert moved != address
    assert read_events(client.get(moved).data)[0]["UID"] == event["UID"]


def test_the_calendar_address_outlives_a_change_of_the_secret_key(district: District, client: FlaskClient) -> None:
    due_entry(district)
    address, settings = calendar_address(district), district.house.settings
    district.house.settings = replace(settings, secret_key="n3w" * 16, secret_key_fallbacks=(settings.secret_key,))
    assert client.get(address).status_code == 200
    assert calendar_address(district) != address, "the new address is made with the new key"
    district.house.settings = replace(settings, secret_key="n3w" * 16)
    assert client.get(address).status_code == 404


def test_the_public_calendar_says_when_data_is_promised(district: District, client: FlaskClient) -> None:
    due_entry(district)
    district.entry("draft", title="未公开的草稿")
    slug = district.departments["own"].slug
    answer = client.get(f"/department/{slug}/updates.ics")
    [event] = read_events(answer.data)
    assert read_text(event["SUMMARY"]) == "数据更新：黄石港区社区居委会名录"
    assert "/desk" not in answer.get_data(as_text=True)
    assert client.get(f"/department/{slug}/updates.ics", headers={"Host": "evil.example"}).data.count(b"evil") == 0
    assert client.get("/department/nobody/updates.ics").status_code == 404


def test_people_set_their_own_address_and_wrong_ones_are_refused(district: District) -> None:
    editor = district.people["editor"]
    answer = editor.post("/account/email", email="不是邮箱")
    assert answer.status_code == 422
    assert "请填写一个邮箱地址" in plain(answer)
    assert editor.post("/account/email", email="a@hsg.gov.cn\r\nBcc: x@y.cn").status_code == 422
    assert editor.post("/account/email", email=" a@hsg.gov.cn ").status_code == 303
    assert 'value="a@hsg.gov.cn"' in editor.get("/account").get_data(as_text=True)
    assert editor.post("/account/email", email="").status_code == 303
    assert "a@hsg.gov.cn" not in editor.get("/account").get_data(as_text=True)


def test_the_administrator_changes_name_department_and_address(district: District) -> None:
    admin = district.people["system_admin"]
    place = f"/office/accounts/{district.people['editor'].actor.account_id}"
    other = str(district.departments["other"].id)
    form = {"display_name": "王五", "department": other, "email": "wang@hsg.gov.cn"}
    assert district.people["security_admin"].post(f"{place}/details", **form).status_code == 403
    refused = admin.post(f"{place}/details", **{**form, "email": "wang"})
    assert refused.status_code == 422
    assert "王五" in refused.get_data(as_text=True)
    assert "editor" in admin.text(place)  # nothing of it was kept
    assert admin.post(f"{place}/details", **form).status_code == 303
    page = admin.get(place).get_data(as_text=True)
    assert "王五" in page
    assert 'value="wang@hsg.gov.cn"' in page
    assert "黄石港区教育局" in page
    assert admin.post(f"{place}/details", **{**form, "department": ""}).status_code == 422


# Webhooks


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers what it is told."""

    heard: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012  emptied by each test
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def receiver() -> object:
    """An address on loopback that takes calls."""
    Receiver.heard.clear()
    Receiver.status = 204
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/in"
    server.shutdown()
    server.server_close()


def test_a_webhook_is_called_once_with_a_signature_its_owner_can_check(district: District, receiver: str) -> None:
    house = district.house
    object.__setattr__(house.settings, "outbound_allow", ("127.0.0.1",))
    reviewer = district.people["reviewer"]
    made = reviewer.post("/desk/notices/webhooks", url=receiver)
    assert made.status_code == 200
    [secret] = re.findall(r"<code class=\"break\">([0-9a-f]{64})</code>", made.get_data(as_text=True))
    shown = reviewer.get("/desk/notices").get_data(as_text=True)
    assert secret not in shown  # shown once
    [place] = set(re.findall(r'action="(/desk/notices/webhooks/[0-9a-f-]{36})"', shown))
    assert reviewer.post(place, act="test").status_code == 303
    assert sending.send_outbox(house) == 1
    [(headers, body)] = Receiver.heard
    moment = dt.datetime.fromtimestamp(int(headers["X-Kaifang-Signature"][2:12]), dt.UTC)
    assert moment == house.now()
    assert headers["X-Kaifang-Signature"] == sending.sign_call(secret, body, at=moment)
    assert orjson.loads(body)["kind"] == "test"
    assert "已发出" in reviewer.text("/desk/notices")
    for other in ("other_reviewer", "other_head", "office"):
        room = place if other != "office" else place.replace("/desk/notices", "/office/reminders")
        expected = 303 if other == "office" else 404
        assert district.people[other].post(room, act="test").status_code == expected


def test_inner_addresses_are_not_called_and_the_page_says_why(district: District, receiver: str) -> None:
    reviewer, house = district.people["reviewer"], district.house
    reviewer.post("/desk/notices/webhooks", url=receiver)
    shown = reviewer.get("/desk/notices").get_data(as_text=True)
    place = re.findall(r'action="(/desk/notices/webhooks/[0-9a-f-]{36})"', shown)[0]
    reviewer.post(place, act="test")
    assert sending.send_outbox(house) == 0
    assert Receiver.heard == []
    assert "127.0.0.1 指向内网或保留地址" in reviewer.text("/desk/notices")
    office = district.people["office"]
    assert "127.0.0.1 指向内网或保留地址" in office.text("/office/outbox")
    retry = re.findall(r'action="(/office/outbox/[0-9a-f-]{36}/retry)"', office.get("/office/outbox").get_data(True))[0]
    assert office.post(retry).status_code == 303
    with house.database.reading() as session:
        assert outbox.has_ready(session, now=house.now())


def test_a_wrong_address_comes_back_with_what_is_wrong(district: District) -> None:
    answer = district.people["head"].post("/desk/notices/webhooks", url="ftp://example.cn/")
    assert answer.status_code == 422
    assert "ftp://example.cn/" in answer.get_data(as_text=True)
    assert "请填写 https:// 开头的完整地址" in plain(answer)
    assert district.people["editor"].post("/desk/notices/webhooks", url="https://a.cn/").status_code == 403


def test_every_page_of_notices_speaks_english(district: District) -> None:
    assert "Reminders and subscriptions" in district.people["reviewer"].text("/en/desk/notices")
    assert "Reminders of due dates to all departments" in district.people["office"].text("/en/office/reminders")
    assert "Outbox" in district.people["office"].text("/en/office/outbox")
