"""Half-years: the spans that a report covers."""

from __future__ import annotations

import datetime as dt

from catalog.errors import NotFound
from catalog.reports.figures import Span
from catalog.scorecards.periods import ScorePeriod, current_period, parse_period

FIRST_YEAR = 2008
"""政府信息公开条例 came into force on 2008-05-01: no report is older."""


def span_of(day: dt.date, *, today: dt.date) -> Span:
    """The half-year in which `day` lies."""
    return _span(current_period(day), today)


def parse_span(key: str, *, today: dt.date) -> Span:
    """The half-year "2026H1" or "2026H2"; raises NotFound("no_such_report_period") for anything else or the future."""
    try:
        period = parse_period(key, today=today)
    except NotFound:
        raise NotFound("no_such_report_period", period=key[:20]) from None
    if period.half is None or period.year < FIRST_YEAR:
        raise NotFound("no_such_report_period", period=key)
    return _span(period, today)


def year_before(span: Span, *, today: dt.date) -> Span:
    """The same half of the year before, up to the same day where the present one still runs."""
    before = _span(current_period(span.starts_on).year_before, today)
    if span.as_of == span.ends_on:
        return before
    day = span.as_of
    last = day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
    return Span(before.key, before.starts_on, before.ends_on, last)


def list_spans(*, today: dt.date, count: int = 6) -> list[Span]:
    """The present half-year and those before it, newest first."""
    period, spans = current_period(today), []
    for _ in range(count):
        spans.append(_span(period, today))
        period = period.previous
    return spans


def _span(period: ScorePeriod, today: dt.date) -> Span:
    return Span(period.key, period.starts_on, period.ends_on, period.measured_on(today))
