"""The figures of a period: numerator and denominator of every indicator for every department.

A fixed number of reads whatever the number of departments: one over the facts of all public entries, one for domains,
one over obligations, two for 不定期 and the like, three for counted duties.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.duty_lists import DutyCount, count_duties
from catalog.scorecards.entry_facts import entry_facts, public_entries
from catalog.scorecards.entry_measures import EntryMeasure
from catalog.scorecards.indicators import INDICATORS, Obligations
from catalog.scorecards.obligation_records import due_obligations
from catalog.scorecards.periods import ScorePeriod
from catalog.timely_rates import TimelyShares, add_shares, list_timely_shares
from catalog.vocabularies import VOCABULARIES


@dataclass(frozen=True, slots=True)
class Tally:
    """Numerator and denominator of one figure; a denominator of 0 means that it does not apply."""

    numerator: float = 0
    denominator: float = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.numerator + other.numerator, self.denominator + other.denominator)


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Bonus:
    """Points a department earned by one bonus item in the period: so much done, so many points."""

    code: str
    title: str
    title_en: str
    done: int
    points: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one department, or of the district."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """Indicator → figure; what is missing does not apply."""
    domains: frozenset[str] = frozenset()
    shares: TimelyShares = field(default_factory=TimelyShares)
    """不定期, 不更新 and 确认无变化, which stand beside the timely rate."""
    bonuses: tuple[Bonus, ...] = ()

    def tally(self, code: str) -> Tally:
        """The figure of an indicator."""
        return self.tallies.get(code, NOTHING)


ByDepartment = dict[uuid.UUID, dict[str, Tally]]


def measure(session: Session, period: ScorePeriod, *, today: dt.date) -> dict[uuid.UUID, Measured]:
    """Every department that has anything to measure; eight queries, O(entries + obligations due in the period)."""
    on = period.measured_on(today)
    tallies = _of_entries(session, on)
    domains = _domains(session, on)
    for department_id, codes in domains.items():
        tallies.setdefault(department_id, {})["coverage"] = _coverage(codes)
    _add(tallies, _of_obligations(session, period, today))
    counts = count_duties(session, start=period.starts_on, end=period.ends_on)
    _add(tallies, _of_duties(counts))
    shares = list_timely_shares(session, since=period.starts_on, until=period.ends_on, today=today)
    bonuses = _bonuses(counts)
    return {
        department_id: Measured(
            tallies=tallies.get(department_id, {}),
            domains=domains.get(department_id, frozenset()),
            shares=shares.get(department_id, TimelyShares()),
            bonuses=bonuses.get(department_id, ()),
        )
        for department_id in {*tallies, *shares, *bonuses}
    }


def sum_measured(parts: Iterable[Measured]) -> Measured:
    """The district as a whole: figures added up, each domain once. Bonus points belong to departments alone."""
    every = list(parts)
    total: dict[str, Tally] = {}
    for one in every:
        for code, tally in one.tallies.items():
            total[code] = total.get(code, NOTHING) + tally
    domains = frozenset[str]().union(*(one.domains for one in every))
    if "coverage" in total:
        total["coverage"] = _coverage(domains)
    return Measured(total, domains, add_shares(one.shares for one in every))


def duty_tally(count: DutyCount) -> Tally:
    """What one duty adds: done at most as often as it fell due."""
    return Tally(min(count.done_in_year, count.expected), count.expected)


def count_domains(session: Session, department_id: uuid.UUID, on: dt.date) -> dict[str | None, int]:
    """Domain → entries of the department that were public at the end of the day; None for those that name none."""
    entries = public_entries(on)
    query = select(entries.c.domain, func.count()).where(entries.c.department_id == department_id)
    return {row[0]: row[1] for row in session.execute(query.group_by(entries.c.domain))}


def _of_entries(session: Session, on: dt.date) -> ByDepartment:
    facts = entry_facts(on)
    measures = {code: row.source for code, row in INDICATORS.items() if isinstance(row.source, EntryMeasure)}
    sums = [
        func.sum(amount(facts.c)).label(f"{code}_{part}")
        for code, one in measures.items()
        for part, amount in (("hit", one.hit), ("of", one.of))
    ]
    found: ByDepartment = {}
    for department_id, *row in session.execute(select(facts.c.department_id, *sums).group_by(facts.c.department_id)):
        found[department_id] = {
            code: Tally(int(row[2 * place]), int(row[2 * place + 1])) for place, code in enumerate(measures)
        }
    return found


def _domains(session: Session, on: dt.date) -> dict[uuid.UUID, frozenset[str]]:
    """Department → domains in which it has a public entry; empty for one whose entries name none."""
    entries = public_entries(on)
    found: dict[uuid.UUID, set[str]] = {}
    for department_id, domain in session.execute(select(entries.c.department_id, entries.c.domain).distinct()):
        codes = found.setdefault(department_id, set())
        if domain in VOCABULARIES["domain"]:
            codes.add(domain)
    return {department_id: frozenset(codes) for department_id, codes in found.items()}


def _coverage(domains: frozenset[str]) -> Tally:
    return Tally(len(domains), len(VOCABULARIES["domain"]))


def _of_obligations(session: Session, period: ScorePeriod, today: dt.date) -> ByDepartment:
    owners = {
        kind: code
        for code, row in INDICATORS.items()
        if isinstance(row.source, Obligations)
        for kind in row.source.kinds
    }
    one = due_obligations(period, list(owners), today=today).subquery().c
    query = select(one.department_id, one.kind, func.sum(one.hit), func.count()).group_by(one.department_id, one.kind)
    found: ByDepartment = {}
    for department_id, kind, hit, of in session.execute(query):
        tallies, code = found.setdefault(department_id, {}), owners[kind]
        tallies[code] = tallies.get(code, NOTHING) + Tally(int(hit), of)
    return found


def _of_duties(counts: Iterable[DutyCount]) -> ByDepartment:
    found: ByDepartment = {}
    for count in counts:
        if count.expected:
            tallies = found.setdefault(count.department_id, {})
            tallies["duty"] = tallies.get("duty", NOTHING) + duty_tally(count)
    return found


def _bonuses(counts: Iterable[DutyCount]) -> dict[uuid.UUID, tuple[Bonus, ...]]:
    found: dict[uuid.UUID, tuple[Bonus, ...]] = {}
    for count in counts:
        if count.kind == "bonus" and count.done:
            bonus = Bonus(count.code, count.title, count.title_en, count.done, round(count.earned, 2))
            found[count.department_id] = (*found.get(count.department_id, ()), bonus)
    return found


def _add(into: ByDepartment, more: ByDepartment) -> None:
    for department_id, tallies in more.items():
        into.setdefault(department_id, {}).update(tallies)
