"""Row parameters of an address to a Query: `column=value`, `column__operator=value`, and the reserved ones with `_`.

Repeated parameters must all hold. A parameter without a value says nothing (forms send their empty fields). What is
wrong is told all at once, naming the column, the operator, the value and what would have been known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from datasets.columns import Column
from datasets.errors import Invalid, Problem
from datasets.query.operators import OPERATORS, operators_for
from datasets.query.question import LATER, MAX_LIMIT, MAX_OFFSET, RESERVED, Condition, Query, Sort
from datasets.query.values import BadValue, parse_values, shown_problem

MAX_CONDITIONS = 50
MAX_SORTS = 8
MAX_WORDS = 8
MAX_WORDS_LENGTH = 200
SHOWN_KEYS = 50


def parse(pairs: Iterable[tuple[str, str]], columns: Sequence[Column]) -> Query:
    """The question that the parameters `pairs` ask about a table of `columns`.

    Raises Invalid("row_parameters_invalid") with a Problem per parameter that cannot be understood.
    """
    parser = _Parser(columns)
    for name, text in pairs:
        parser.take(name, text)
    return parser.finish()


class _Parser:
    """Collects the parts of a Query and everything that is wrong with them."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.by_key = {column.key: column for column in columns}
        self.problems: list[Problem] = []
        self.conditions: dict[tuple[str, str], Condition] = {}
        self.words: list[str] = []
        self.columns: list[Column] = []
        self.sort: list[Sort] = []
        self.limit: int | None = None
        self.offset = 0
        self.after: int | None = None

    def take(self, name: str, text: str) -> None:
        if not text.strip():
            return
        if not _is_text(name) or not _is_text(text):
            self.problems.append(Problem("", "value_not_text"))
        elif name in LATER:
            self.problems.append(Problem(name, "parameter_not_offered", parameter=name))
        elif name in RESERVED:
            RESERVED_PARSERS[name](self, text)
        else:
            self.take_condition(name, text)

    def finish(self) -> Query:
        if len(self.conditions) > MAX_CONDITIONS:
            self.problems.append(Problem("", "too_many_conditions", limit=MAX_CONDITIONS, count=len(self.conditions)))
        if self.after is not None and self.offset:
            self.problems.append(Problem("_after", "after_with_offset"))
        if self.problems:
            raise Invalid("row_parameters_invalid", problems=self.problems)
        return Query(
            conditions=tuple(sorted(self.conditions.values(), key=Condition.pair)),
            words=tuple(self.words),
            columns=tuple(self.columns),
            sort=tuple(self.sort),
            limit=self.limit,
            offset=self.offset,
            after=self.after,
        )

    def take_condition(self, name: str, text: str) -> None:
        column, operator_key = self.by_key.get(name), "eq"
        if column is None and "__" in name:
            key, operator_key = name.rsplit("__", 1)
            column = self.by_key.get(key)
        if column is None:
            self.unknown_column(name, name.rsplit("__", 1)[0])
            return
        operator = OPERATORS.get(operator_key)
        if operator is None or not operator.offered_for(column.type, column.shadow_type):
            known = [offered.key for offered in operators_for(column.type, column.shadow_type)]
            code = "unknown_operator" if operator is None else "operator_not_for_type"
            self.problems.append(
                Problem(name, code, column=column.name, operator=operator_key[:40], type=column.type, known=known)
            )
            return
        compared = column.shadow_type if operator.by_shadow and column.shadow_type else column.type
        try:
            values = parse_values(text, operator, compared)
        except BadValue as error:
            self.problems.append(shown_problem(name, error, text, column=column.name, operator=operator_key))
            return
        condition = Condition(column, operator_key, text, values)
        self.conditions[condition.pair()] = condition

    def take_columns(self, text: str) -> None:
        for key in [text] if text in self.by_key else text.split(","):
            column = self.by_key.get(key) or self.by_key.get(key.strip())
            if column is None:
                self.unknown_column("_columns", key)
            elif column not in self.columns:
                self.columns.append(column)

    def take_sort(self, text: str) -> None:
        for item in [text] if self.find_sort(text) else text.split(","):
            sort = self.find_sort(item) or self.find_sort(item.strip())
            if sort is None:
                self.unknown_column("_sort", item.strip().removeprefix("-"))
            elif sort.column not in [known.column for known in self.sort]:
                self.sort.append(sort)
        if len(self.sort) > MAX_SORTS:
            self.problems.append(Problem("_sort", "too_many_sorts", limit=MAX_SORTS))

    def find_sort(self, text: str) -> Sort | None:
        if text in self.by_key:
            return Sort(self.by_key[text])
        if text.startswith("-") and text[1:] in self.by_key:
            return Sort(self.by_key[text[1:]], descends=True)
        return None

    def take_words(self, text: str) -> None:
        self.words = list(dict.fromkeys([*self.words, *text.split()]))
        if len(self.words) > MAX_WORDS or len(text) > MAX_WORDS_LENGTH:
            self.problems.append(Problem("_q", "too_many_words", limit=MAX_WORDS, length=MAX_WORDS_LENGTH))

    def take_limit(self, text: str) -> None:
        self.limit = self.number("_limit", text, 1, MAX_LIMIT)

    def take_offset(self, text: str) -> None:
        self.offset = self.number("_offset", text, 0, MAX_OFFSET) or 0

    def take_after(self, text: str) -> None:
        self.after = self.number("_after", text, 0, MAX_OFFSET)

    def number(self, name: str, text: str, least: int, most: int) -> int | None:
        text = text.strip()
        if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        self.problems.append(Problem(name, "number_out_of_range", value=text[:40], least=least, most=most))
        return None

    def unknown_column(self, where: str, key: str) -> None:
        known = list(self.by_key)[:SHOWN_KEYS]
        code = "unknown_parameter" if key.startswith("_") and where == key else "unknown_column"
        params = {"known": list(RESERVED)} if code == "unknown_parameter" else {"known": known}
        self.problems.append(Problem(where, code, column=key[:80], **params))


RESERVED_PARSERS: dict[str, Callable[[_Parser, str], None]] = {
    "_columns": _Parser.take_columns,
    "_q": _Parser.take_words,
    "_sort": _Parser.take_sort,
    "_limit": _Parser.take_limit,
    "_offset": _Parser.take_offset,
    "_after": _Parser.take_after,
}


def _is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
