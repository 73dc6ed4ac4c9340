"""The records behind a figure, out of the same selects that the figure is summed from: they always agree."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from catalog.duty_lists import count_duties
from catalog.errors import NotFound
from catalog.permissions import Actor, require_allowed
from catalog.scorecards.entry_facts import entry_facts
from catalog.scorecards.entry_measures import EntryMeasure
from catalog.scorecards.indicators import INDICATORS, Indicator, Obligations
from catalog.scorecards.measuring import count_domains, duty_tally
from catalog.scorecards.obligation_records import obligation_records
from catalog.scorecards.periods import ScorePeriod
from catalog.vocabularies import VOCABULARIES

MAX_AFTER = 200


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """One record: what it adds to numerator (`hit`) and denominator (`of`), and why (`mark`).

    `name` is the slug of the entry if it is about one. `note`: period of an obligation, code of a domain or a duty,
    else empty. `mark`: a code of `entry_measures.MARKS` or of the vocabulary `obligation_state`.
    """

    key: str
    name: str | None
    title: str
    note: str
    hit: float
    of: float
    mark: str | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of records; `next` is the key that continues it."""

    rows: tuple[ScoreRecord, ...]
    next: str | None


def list_records(
    session: Session,
    code: str,
    *,
    department_id: uuid.UUID,
    period: ScorePeriod,
    today: dt.date,
    by: Actor,
    after: str | None = None,
    limit: int = 50,
) -> RecordPage:
    """The records of one figure as they are now, by entry name or due date, after the key `after`.

    A page of obligations costs the department's obligations of the period; one of entries costs O(public entries),
    since copies are told by comparing with all others. Raises NotAllowed, NotFound("indicator_not_found").
    """
    require_allowed(by, "score.view", department_id=department_id)
    indicator, start = get_indicator(code), (after or "")[:MAX_AFTER]
    query = select_records(indicator, period, today=today)
    if query is None:
        small = _domains if indicator.code == "coverage" else _duties
        rows = [row for row in small(session, department_id, period, today) if row.key > start][: limit + 1]
    else:
        rows = _read(session, query, department_id, start, limit + 1)
    return RecordPage(tuple(rows[:limit]), rows[limit - 1].key if len(rows) > limit else None)


def get_indicator(code: str) -> Indicator:
    """The row of INDICATORS; raises NotFound("indicator_not_found")."""
    indicator = INDICATORS.get(code)
    if indicator is None:
        raise NotFound("indicator_not_found", indicator=code[:40])
    return indicator


def select_records(indicator: Indicator, period: ScorePeriod, *, today: dt.date) -> Select[Any] | None:
    """Every record of every department: department_id, key, name, title, note, hit, of, mark; None for small lists."""
    source = indicator.source
    if isinstance(source, Obligations):
        return obligation_records(period, source.kinds, today=today)
    if isinstance(source, EntryMeasure):
        facts = entry_facts(period.measured_on(today)).c
        mark = source.mark(facts) if source.mark else literal(None)
        of = source.of(facts)
        return select(
            facts.department_id,
            facts.name.label("key"),
            facts.name,
            facts.title,
            literal("").label("note"),
            source.hit(facts).label("hit"),
            of.label("of"),
            mark.label("mark"),
        ).where(of > 0)
    return None


def _read(session: Session, query: Select[Any], department_id: uuid.UUID, after: str, limit: int) -> list[ScoreRecord]:
    one = query.subquery().c
    wanted = select(one.key, one.name, one.title, one.note, one.hit, one.of, one.mark)
    wanted = wanted.where(one.department_id == department_id, one.key > after).order_by(one.key).limit(limit)
    return [ScoreRecord(*row) for row in session.execute(wanted)]


def _domains(session: Session, department_id: uuid.UUID, period: ScorePeriod, today: dt.date) -> list[ScoreRecord]:
    """The 22 domains, covered or not; `note` is the number of entries. None for a department without entries."""
    counts = count_domains(session, department_id, period.measured_on(today))
    codes = VOCABULARIES["domain"].codes if counts else ()
    return [
        ScoreRecord(f"{place:02}", None, code, str(counts.get(code, 0)), int(code in counts), 1, None)
        for place, code in enumerate(codes, start=1)
    ]


def _duties(session: Session, department_id: uuid.UUID, period: ScorePeriod, today: dt.date) -> list[ScoreRecord]:
    """Each counted duty that fell due, with how often it was done since the year began."""
    counts = count_duties(session, start=period.starts_on, end=period.ends_on, department_id=department_id)
    tallies = ((count, duty_tally(count)) for count in sorted(counts, key=lambda count: count.code))
    return [
        ScoreRecord(count.code, None, count.title, str(count.done_in_year), tally.numerator, tally.denominator, None)
        for count, tally in tallies
        if tally.denominator
    ]
