"""Search by plain SQL, for the minutes in which there is no index. Reads every current record: O(catalog)."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from catalog.models import CurrentRecord, Department
from catalog.search.question import Term, loosen, parse_question
from catalog.search.results import Hit, SearchResult

COLUMNS: tuple[tuple[Any, int], ...] = (
    (CurrentRecord.title, 8),
    (Department.name, 3),
    (CurrentRecord.item_names, 3),
    (CurrentRecord.summary, 1),
)


def search_by_like(session: Session, text: str, *, limit: int | None = None) -> SearchResult:
    """Entries whose title, summary, field names or department contain the words of `text`, titles first.

    Only Latin capitals and simplified characters are folded; tags and pinyin are not searched.
    """
    question = parse_question(text)
    terms = [term for term in question.terms if not term.is_weak] or list(question.terms)
    hits = _find(session, and_(*map(_contains, terms)), terms) if terms else []
    is_loose = False
    if not hits and (loose := loosen(question)):
        hits = _find(session, or_(*map(_contains, loose)), list(loose))
        is_loose = bool(hits)
    return SearchResult(
        hits[:limit], len(hits), question.texts, is_loose=is_loose, is_cut=question.is_cut, is_fallback=True
    )


def _find(session: Session, condition: ColumnElement[bool], terms: list[Term]) -> list[Hit]:
    points: list[ColumnElement[int]] = [
        case((_like(column, term.text), weight), else_=0) for term in terms for column, weight in COLUMNS
    ]
    score = reduce(operator.add, points)
    rows = session.execute(
        select(CurrentRecord.entry_id, score)
        .join(Department, Department.id == CurrentRecord.department_id)
        .where(condition)
        .order_by(score.desc(), func.length(CurrentRecord.title), CurrentRecord.ordinal)
    )
    return [Hit(entry_id, float(total)) for entry_id, total in rows]


def _contains(term: Term) -> ColumnElement[bool]:
    whole = or_(*(_like(column, term.text) for column, _ in COLUMNS))
    if not term.words:
        return whole
    needed = [word for word in term.words if not word.is_weak] or list(term.words)
    return or_(whole, and_(*map(_contains, needed)))


def _like(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.lower(column).contains(text, autoescape=True)
    return found
