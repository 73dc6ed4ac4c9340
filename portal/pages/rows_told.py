"""A question about rows in words: what stands over its answer, one short text for each part."""

from __future__ import annotations

from collections.abc import Sequence

from datasets.query.operators import OPERATORS
from datasets.query.question import Condition, Query

WORDS: dict[str, tuple[str, str]] = {
    "any_cell": ("任意列包含“{0}”", "any column contains “{0}”"),
    "grouped": ("按{0}分组", "grouped by {0}"),
    "one_group": ("全部合为一组", "all in one group"),
    "ascending": ("按{0}升序", "by {0}, ascending"),
    "descending": ("按{0}降序", "by {0}, descending"),
    "or": (" 或 ", " or "),
    "and": ("、", ", "),
}


def tell_question(query: Query, language: str) -> tuple[str, ...]:
    """The parts of `query` as people say them, in the order of the form; empty for everything in the file's order."""
    side = 1 if language == "en" else 0
    parts = [_condition(one, side) for one in query.conditions]
    parts += [WORDS["or"][side].join(_condition(one, side) for one in group) for group in query.alternatives]
    parts += [WORDS["any_cell"][side].format(word) for word in query.words]
    results = query.grouping.result_columns(language) if query.grouping else []
    if query.grouping:
        parts.append(_grouped([column.name for column in results[: len(query.grouping.keys)]], side))
    names = {column.key: column.name for column in results}
    for sort in query.sort:
        word = WORDS["descending" if sort.descends else "ascending"][side]
        parts.append(word.format(names.get(sort.column.key, sort.column.name)))
    return tuple(parts)


def _condition(condition: Condition, side: int) -> str:
    operator = OPERATORS[condition.operator_key]
    word = (operator.zh, operator.en)[side]
    value = "" if operator.values == "none" else condition.text
    return " ".join(part for part in (condition.column.name, word, value) if part)


def _grouped(keys: Sequence[str], side: int) -> str:
    if not keys:
        return WORDS["one_group"][side]
    return WORDS["grouped"][side].format(WORDS["and"][side].join(keys))
