"""By what the public filters the catalog: one row of FACETS is one facet in the address, the list and the counts."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select
from sqlalchemy.orm import Session

from catalog.models import CurrentRecord, Department
from catalog.timeliness import timeliness_case, timeliness_clause
from catalog.vocabularies import VOCABULARIES, Vocabulary


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a list is narrowed to. Within a facet any of the values may hold, between facets all must.

    `ids` are the entries that a search found, best first; None means that nothing was searched for.
    """

    ids: tuple[uuid.UUID, ...] | None = None
    department: tuple[str, ...] = ()
    """Slugs."""
    domain: tuple[str, ...] = ()
    open_type: tuple[str, ...] = ()
    cycle: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    timeliness: tuple[str, ...] = ()

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen in the facet of this key."""
        values: tuple[str, ...] = getattr(self, facet)
        return values


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value with the number of entries that choosing it would leave."""

    value: str
    zh: str
    en: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One facet with its values, the most frequent first; values without entries appear only while chosen."""

    key: str
    zh: str
    en: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """How one facet filters and counts: `clause` narrows, `group` gives the column to count by."""

    key: str
    zh: str
    en: str
    vocabulary: str | None
    clause: Callable[[tuple[str, ...], dt.date], ColumnElement[bool]]
    group: Callable[[dt.date], Any]
    is_list: bool = False
    """The grouped column holds several values as ",a,b,"."""


def _department_clause(values: tuple[str, ...], _today: dt.date) -> ColumnElement[bool]:
    return CurrentRecord.department_id.in_(select(Department.id).where(Department.slug.in_(values)))


def _format_clause(values: tuple[str, ...], _today: dt.date) -> ColumnElement[bool]:
    return or_(*(CurrentRecord.formats.contains(f",{value},", autoescape=True) for value in values))


_FACETS = (
    Facet(
        "domain",
        "数据领域",
        "Domain",
        "domain",
        lambda values, _: CurrentRecord.domain.in_(values),
        lambda _: CurrentRecord.domain,
    ),
    Facet("department", "提供部门", "Department", None, _department_clause, lambda _: CurrentRecord.department_id),
    Facet(
        "open_type",
        "开放类型",
        "Access",
        "open_type",
        lambda values, _: CurrentRecord.open_type.in_(values),
        lambda _: CurrentRecord.open_type,
    ),
    Facet("format", "数据格式", "Format", "format_type", _format_clause, lambda _: CurrentRecord.formats, is_list=True),
    Facet(
        "cycle",
        "更新周期",
        "Update cycle",
        "update_cycle",
        lambda values, _: CurrentRecord.update_cycle.in_(values),
        lambda _: CurrentRecord.update_cycle,
    ),
    Facet(
        "timeliness",
        "更新状态",
        "Timeliness",
        "timeliness",
        lambda values, today: timeliness_clause(CurrentRecord, values, today),
        lambda today: timeliness_case(CurrentRecord, today),
    ),
)

FACETS: dict[str, Facet] = {facet.key: facet for facet in _FACETS}


def narrow(
    query: Select[Any], session: Session, criteria: Criteria, today: dt.date, *, leave_out: str | None = None
) -> Select[Any]:
    """`query` over CurrentRecord with the criteria applied, except those of the facet `leave_out`."""
    if criteria.ids is not None:
        query = query.where(among(session, criteria.ids))
    for facet in _FACETS:
        values = criteria.chosen(facet.key)
        if values and facet.key != leave_out:
            query = query.where(facet.clause(values, today))
    return query


def among(session: Session, ids: tuple[uuid.UUID, ...]) -> ColumnElement[bool]:
    """True for the records of these entries, however many: the ids travel as one bound value."""
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(json.dumps([key.hex for key in ids])).table_valued("value")
        return CurrentRecord.entry_id.in_(select(literal_column("value")).select_from(listed))
    return CurrentRecord.entry_id == func.any(list(ids))


def count_facets(session: Session, criteria: Criteria, *, today: dt.date) -> tuple[FacetCount, ...]:
    """The values of every facet with their counts, each counted under the criteria of the other facets.

    One GROUP BY per facet over a covering index: O(matching entries), so callers keep the answer by change number and
    day. Among the hits of a search the facets without a choice are counted together: the hits are looked up once.
    """
    together = [facet for facet in _FACETS if criteria.ids is not None and not criteria.chosen(facet.key)]
    tallies = _tally(session, together, criteria, today) if together else {}
    for facet in _FACETS:
        if facet.key not in tallies:
            tallies |= _tally(session, [facet], criteria, today)
    return tuple(_describe(session, facet, criteria, tallies[facet.key]) for facet in _FACETS)


def _tally(session: Session, facets: list[Facet], criteria: Criteria, today: dt.date) -> dict[str, Counter[Any]]:
    """Facet → value → entries, in one query. All `facets` have the same criteria of others, or it is one alone."""
    places: list[ColumnElement[Any]] = [literal_column(str(place)) for place in range(1, len(facets) + 1)]
    query = select(*(facet.group(today) for facet in facets), func.count()).select_from(CurrentRecord)
    narrowed = narrow(query, session, criteria, today, leave_out=facets[0].key).group_by(*places)
    tallies: dict[str, Counter[Any]] = {facet.key: Counter() for facet in facets}
    for *values, count in session.execute(narrowed):
        for facet, value in zip(facets, values, strict=True):
            for single in value.strip(",").split(",") if facet.is_list and value else [value]:
                if single:
                    tallies[facet.key][single] += count
    return tallies


def _describe(session: Session, facet: Facet, criteria: Criteria, counts: Counter[Any]) -> FacetCount:
    chosen = criteria.chosen(facet.key)
    values = {
        key: FacetValue(key, zh, en, count, key in chosen) for key, zh, en, count in _labels(session, facet, counts)
    }
    for value in chosen:
        zh, en = _names(facet, value)
        values.setdefault(value, FacetValue(value, zh, en, 0, True))
    ordered = sorted(values.values(), key=lambda one: (-one.count, one.zh))
    return FacetCount(facet.key, facet.zh, facet.en, tuple(ordered))


def _labels(session: Session, facet: Facet, counts: Counter[Any]) -> list[tuple[str, str, str, int]]:
    if facet.vocabulary is not None:
        return [(value, *_names(facet, value), count) for value, count in counts.items()]
    departments = select(Department.id, Department.slug, Department.name, Department.name_en)
    return [
        (slug, name, name_en or name, counts[key])
        for key, slug, name, name_en in session.execute(departments)
        if key in counts
    ]


def _names(facet: Facet, value: str) -> tuple[str, str]:
    if facet.vocabulary is None:
        return value, value
    vocabulary: Vocabulary = VOCABULARIES[facet.vocabulary]
    return vocabulary.label(value, "zh"), vocabulary.label(value, "en")
