"""A form as it comes back: what was typed, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.errors import DomainError, Invalid, Problem
from portal.messages import error_text, problem_text


class FieldProblems:
    """What every page with a form can tell: `problems` are (field, sentence); no field: the form as a whole."""

    __slots__ = ()
    problems: tuple[tuple[str, str], ...]

    def errors_of(self, name: str) -> list[str]:
        """The sentences for one field."""
        return [text for where, text in self.problems if where == name]

    def error_of(self, name: str) -> str:
        """The sentences for one field as one text."""
        return " ".join(self.errors_of(name))


@dataclass(frozen=True, slots=True)
class FilledForm(FieldProblems):
    """What was typed by field."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()

    def value(self, name: str, default: object = "") -> str:
        """What was typed, else `default` as text."""
        return self.values.get(name) or ("" if default is None else str(default))


def field_texts(problems: Iterable[Problem], language: str) -> tuple[tuple[str, str], ...]:
    """(field, sentence) of each problem."""
    return tuple((problem.where, problem_text(problem, language)) for problem in problems)


def fill_form(values: Mapping[str, str], error: DomainError | None, language: str) -> FilledForm:
    """The form with the failure told field by field, or in one sentence where no field is to blame."""
    if error is None:
        return FilledForm(values)
    if isinstance(error, Invalid) and error.problems:
        return FilledForm(values, field_texts(error.problems, language))
    return FilledForm(values, (("", error_text(error, language)),))


def read_form(form: Mapping[str, str], names: Iterable[str], *, limit: int = 4000) -> dict[str, str]:
    """The named fields of a form, trimmed and cut."""
    return {name: form.get(name, "").strip()[:limit] for name in names}


def parse_ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """The ids among the values of a form; what is none cannot have come from ours and is passed over."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def parse_days(values: Mapping[str, str], *names: str) -> tuple[dict[str, dt.date | None], list[Problem]]:
    """Days from ISO texts, None for empty ones, and a problem for each that is none."""
    days: dict[str, dt.date | None] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            days[name] = dt.date.fromisoformat(values[name]) if values[name] else None
        except ValueError:
            days[name] = None
            problems.append(Problem(name, "not_a_date", value=values[name][:40]))
    return days, problems
