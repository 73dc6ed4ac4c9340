"""Calendars as strict readers take them."""

from __future__ import annotations

import datetime as dt
import re

from hypothesis import given
from hypothesis import strategies as st

from catalog.icalendar import Event, escape_text, fold_line, write_calendar

MOMENT = dt.datetime(2026, 7, 10, 2, 0, tzinfo=dt.UTC)


def unfold(body: bytes) -> list[str]:
    """Content lines of RFC 5545; every physical line must be short and end with CRLF."""
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode("utf-8")  # no character is cut in two
    return re.sub(rb"\r\n ", b"", body[:-2]).decode().split("\r\n")


def read_text(value: str) -> str:
    """A TEXT value without its escapes; a bare comma or semicolon is an error."""
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def read_events(body: bytes) -> list[dict[str, str]]:
    """VEVENTs as name → value, alarms under "VALARM."."""
    lines = unfold(body)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    events: list[dict[str, str]] = []
    within: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        assert re.fullmatch(r"[A-Z-]+(;[A-Z]+=[A-Z]+)*", name), line
        if name == "BEGIN":
            within.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert within.pop() == value
        elif "VEVENT" in within:
            key = f"{'VALARM.' if within[-1] == 'VALARM' else ''}{name}"
            assert key not in events[-1]
            events[-1][key] = value
    assert within == []
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(event)
    return events


def event(**facts: object) -> Event:
    values: dict[str, object] = {
        "uid": "1@data.example.gov.cn",
        "day": dt.date(2026, 12, 31),
        "title": "应更新：社区居委会名录",
        "description": "期间：2026年",
        "url": "https://data.example.gov.cn/desk",
        "modified_at": MOMENT,
    }
    return Event(**{**values, **facts})  # type: ignore[arg-type]


def test_a_due_date_is_an_all_day_event_that_ends_the_day_after() -> None:
    found = read_events(write_calendar("区民政局", [event(alarm_days=7, sequence=1)]))[0]
    assert found["DTSTART;VALUE=DATE"] == "20261231"
    assert found["DTEND;VALUE=DATE"] == "20270101"
    assert found["SEQUENCE"] == "1"
    assert found["LAST-MODIFIED"] == "20260710T020000Z"
    assert found["VALARM.TRIGGER"] == "-P7D"
    assert read_text(found["SUMMARY"]) == "应更新：社区居委会名录"


def test_the_same_events_give_the_same_bytes() -> None:
    assert write_calendar("a", [event()]) == write_calendar("a", [event()])


def test_a_title_cannot_begin_another_line() -> None:
    wicked = "名录\r\nATTACH:http://evil.example/\r\n;,\\{{7*7}}"
    found = read_events(write_calendar("区", [event(title=wicked, url="https://a/\r\nX:1")]))[0]
    assert read_text(found["SUMMARY"]) == wicked.replace("\r\n", "\n")
    assert found["URL"] == "https://a/X:1"
    assert "ATTACH" not in found


@given(st.text(max_size=300))
def test_any_text_comes_back_whole(text: str) -> None:
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in kept if sign == "\n" or (sign >= " " and sign != "\x7f"))
    body = fold_line(f"SUMMARY:{escape_text(text)}")
    [line] = unfold(body)
    assert read_text(line.partition(":")[2]) == kept.encode("utf-8", "replace").decode()
