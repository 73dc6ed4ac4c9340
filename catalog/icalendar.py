"""Calendars that other programs subscribe to: a pure writer of RFC 5545, and the all-day events of due dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

LINE_OCTETS = 75
"""RFC 5545 3.1: longer lines are folded, never inside a character."""


@dataclass(frozen=True, slots=True)
class Event:
    """One all-day event. `uid` never changes; `sequence` rises when the day was moved; `alarm_days` before, or None."""

    uid: str
    day: dt.date
    title: str
    description: str
    url: str
    modified_at: dt.datetime
    sequence: int = 0
    alarm_days: int | None = None


def write_calendar(name: str, events: Iterable[Event], *, language: str = "ZH") -> bytes:
    """The calendar as UTF-8 with CRLF line ends; the same events always give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Kaifang//Kaifang//{language}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape_text(name)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _event_lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(fold_line(line) for line in lines)


def _event_lines(event: Event) -> list[str]:
    stamp = event.modified_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape_text(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.day + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape_text(event.title)}",
        f"DESCRIPTION:{escape_text(event.description)}",
        f"URL:{clean_url(event.url)}",
        "TRANSP:TRANSPARENT",
    ]
    if event.alarm_days is not None:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{escape_text(event.title)}",
            f"TRIGGER:-P{event.alarm_days}D",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def escape_text(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends escaped, other control characters dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign == "\n" or (sign >= " " and sign != "\x7f"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def clean_url(url: str) -> str:
    """An address as a URI value: nothing in it can end the line."""
    return "".join(sign for sign in url if sign > " " and sign != "\x7f")


def fold_line(line: str) -> bytes:
    """The content line in UTF-8 with CRLF, folded so that no part has more than 75 octets."""
    parts, part, limit = [], b"", LINE_OCTETS
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(part) + len(octets) > limit:
            parts.append(part)
            part, limit = b"", LINE_OCTETS - 1
        part += octets
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"
