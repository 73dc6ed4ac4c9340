"""Half-years: the spans that a report covers."""

from __future__ import annotations

import datetime as dt
import re

from catalog.cycles import period_of
from catalog.errors import NotFound
from catalog.reports.figures import Span

FIRST_YEAR = 2008
"""政府信息公开条例 came into force on 2008-05-01: no report is older."""


def span_of(day: dt.date, *, today: dt.date) -> Span:
    """The half-year in which `day` lies."""
    period = period_of("half_yearly", day)
    assert period is not None
    return Span(period.key, period.starts_on, period.due_on, min(period.due_on, today))


def parse_span(key: str, *, today: dt.date) -> Span:
    """The half-year "2026H1" or "2026H2"; raises NotFound("no_such_period") for anything else or the future."""
    match = re.fullmatch(r"(20\d\d)H([12])", key)
    if match is None or int(match[1]) < FIRST_YEAR:
        raise NotFound("no_such_report_period", period=key[:20])
    span = span_of(dt.date(int(match[1]), 1 if match[2] == "1" else 7, 1), today=today)
    if span.starts_on > today:
        raise NotFound("no_such_report_period", period=key)
    return span


def year_before(span: Span, *, today: dt.date) -> Span:
    """The same half of the year before, up to the same day where the present one still runs."""
    before = span_of(span.starts_on.replace(year=span.starts_on.year - 1), today=today)
    if span.as_of == span.ends_on:
        return before
    day = span.as_of
    last = day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
    return Span(before.key, before.starts_on, before.ends_on, last)


def list_spans(*, today: dt.date, count: int = 6) -> list[Span]:
    """The present half-year and those before it, newest first."""
    spans = [span_of(today, today=today)]
    while len(spans) < count:
        spans.append(span_of(spans[-1].starts_on - dt.timedelta(days=1), today=today))
    return spans
