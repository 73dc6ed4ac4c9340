"""Row parameters of an address to a Query: `column=value`, `column__operator=value`, and the reserved ones with `_`.

Repeated parameters must all hold. The value of `_or` is itself a list of conditions, encoded as an address is
("district=A&level__ge=3"), of which at least one must hold; repeated `_or` must all hold. A parameter without a value
says nothing (forms send their empty fields). What is wrong is told all at once, naming the column, the operator, the
value and what would have been known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import parse_qsl

from datasets.columns import Column
from datasets.errors import Invalid, Problem
from datasets.query.group_parse import parse_grouping
from datasets.query.grouping import Grouping
from datasets.query.operators import find_operator, operators_for
from datasets.query.question import MAX_LIMIT, MAX_OFFSET, RESERVED, Condition, Query, Sort
from datasets.query.values import BadValue, parse_values, shown_problem

MAX_CONDITIONS = 50
MAX_SORTS = 8
MAX_WORDS = 8
MAX_WORDS_LENGTH = 200
MAX_PROBLEMS = 20
"""So many findings are told, each with what would be known: an address of 256 KB holds 60,000 wrong parameters."""
SHOWN_KEYS = 50


def parse(pairs: Iterable[tuple[str, str]], columns: Sequence[Column]) -> Query:
    """The question that the parameters `pairs` ask about a table of `columns`.

    Raises Invalid("row_parameters_invalid") with a Problem for each of the first MAX_PROBLEMS parameters that cannot
    be understood.
    """
    parser = _Parser(columns)
    for name, text in pairs:
        parser.take(name, text)
        if len(parser.problems) >= MAX_PROBLEMS:
            break
    return parser.finish()


class _Parser:
    """Collects the parts of a Query and everything that is wrong with them."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.by_key = {column.key: column for column in columns}
        self.problems: list[Problem] = []
        self.conditions: dict[tuple[str, str], Condition] = {}
        self.alternatives: dict[tuple[tuple[str, str], ...], tuple[Condition, ...]] = {}
        self.words: list[str] = []
        self.columns: list[Column] = []
        self.sorts: list[str] = []
        self.groups: list[str] = []
        self.measures: list[str] = []
        self.limit: int | None = None
        self.offset = 0
        self.after: int | None = None

    def take(self, name: str, text: str) -> None:
        if not text.strip():
            return
        if not _is_text(name) or not _is_text(text):
            self.problems.append(Problem("", "value_not_text"))
        elif name in RESERVED:
            RESERVED_PARSERS[name](self, text)
        elif condition := self.condition(name, text):
            self.conditions[condition.pair()] = condition

    def finish(self) -> Query:
        grouping = parse_grouping(self.groups, self.measures, self.by_key, self.problems)
        sort = self.sort_of(grouping)
        count = len(self.conditions) + sum(map(len, self.alternatives.values()))
        if count > MAX_CONDITIONS:
            self.problems.append(Problem("", "too_many_conditions", limit=MAX_CONDITIONS, count=count))
        if self.after is not None and self.offset:
            self.problems.append(Problem("_after", "after_with_offset"))
        if grouping:
            wrong = {"_columns": bool(self.columns), "_after": self.after is not None}
            self.problems += [
                Problem(name, "not_with_groups", parameter=name) for name, is_there in wrong.items() if is_there
            ]
        if self.problems:
            raise Invalid("row_parameters_invalid", problems=self.problems[:MAX_PROBLEMS])
        return Query(
            conditions=tuple(sorted(self.conditions.values(), key=Condition.pair)),
            alternatives=tuple(self.alternatives[key] for key in sorted(self.alternatives)),
            words=tuple(self.words),
            columns=tuple(self.columns),
            sort=sort,
            limit=self.limit,
            offset=self.offset,
            after=self.after,
            grouping=grouping,
        )

    def condition(self, name: str, text: str) -> Condition | None:
        """What one parameter says of a column; None, and a finding, when it cannot be understood."""
        column, operator_key = self.by_key.get(name), "eq"
        if column is None and "__" in name:
            key, operator_key = name.rsplit("__", 1)
            column = self.by_key.get(key)
        if column is None:
            self.unknown_column(name, name.rsplit("__", 1)[0])
            return None
        operator = find_operator(operator_key)
        if operator is None or not operator.offered_for(column.type, column.shadow_type):
            known = [offered.key for offered in operators_for(column.type, column.shadow_type)]
            code = "unknown_operator" if operator is None else "operator_not_for_type"
            self.problems.append(
                Problem(name, code, column=column.name, operator=operator_key[:40], type=column.type, known=known)
            )
            return None
        compared = column.shadow_type if operator.by_shadow and column.shadow_type else column.type
        try:
            values = parse_values(text, operator, compared)
        except BadValue as error:
            self.problems.append(shown_problem(name, error, text, column=column.name, operator=operator.key))
            return None
        return Condition(column, operator.key, text, values)

    def take_alternatives(self, text: str) -> None:
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_CONDITIONS)
        except ValueError:
            self.problems.append(Problem("_or", "too_many_conditions", limit=MAX_CONDITIONS, count=text.count("&") + 1))
            return
        pairs = [(name, value) for name, value in pairs if value.strip()]
        if not pairs or any(name in RESERVED for name, _ in pairs):
            self.problems.append(Problem("_or", "or_needs_conditions"))
            return
        found = [self.condition(name, value) for name, value in pairs]
        group = {condition.pair(): condition for condition in found if condition}
        self.alternatives[tuple(sorted(group))] = tuple(group[pair] for pair in sorted(group))

    def take_columns(self, text: str) -> None:
        for key in [text] if text in self.by_key else text.split(","):
            column = self.by_key.get(key) or self.by_key.get(key.strip())
            if column is None:
                self.unknown_column("_columns", key)
            elif column not in self.columns:
                self.columns.append(column)

    def take_sort(self, text: str) -> None:
        self.sorts.append(text)

    def take_group(self, text: str) -> None:
        self.groups.append(text)

    def take_measure(self, text: str) -> None:
        self.measures.append(text)

    def sort_of(self, grouping: Grouping | None) -> tuple[Sort, ...]:
        """The order asked for: by columns of the table, or by those of the answer where it is grouped."""
        by_key = {column.key: column for column in grouping.result_columns()} if grouping else self.by_key
        found: dict[str, Sort] = {}
        for text in self.sorts:
            for item in [text] if _find_sort(text, by_key) else text.split(","):
                sort = _find_sort(item, by_key) or _find_sort(item.strip(), by_key)
                if sort is None:
                    self.unknown_column("_sort", item.strip().removeprefix("-"), by_key)
                else:
                    found.setdefault(sort.column.key, sort)
        if len(found) > MAX_SORTS:
            self.problems.append(Problem("_sort", "too_many_sorts", limit=MAX_SORTS))
        return tuple(found.values())

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

    def unknown_column(self, where: str, key: str, by_key: Mapping[str, Column] | None = None) -> None:
        known = list(by_key or self.by_key)[:SHOWN_KEYS]
        code = "unknown_parameter" if key.startswith("_") and where == key else "unknown_column"
        params = {"known": list(RESERVED)} if code == "unknown_parameter" else {"known": known}
        self.problems.append(Problem(where, code, column=key[:80], **params))


RESERVED_PARSERS: dict[str, Callable[[_Parser, str], None]] = {
    "_columns": _Parser.take_columns,
    "_q": _Parser.take_words,
    "_or": _Parser.take_alternatives,
    "_group": _Parser.take_group,
    "_measure": _Parser.take_measure,
    "_sort": _Parser.take_sort,
    "_limit": _Parser.take_limit,
    "_offset": _Parser.take_offset,
    "_after": _Parser.take_after,
}


def _find_sort(text: str, by_key: Mapping[str, Column]) -> Sort | None:
    if text in by_key:
        return Sort(by_key[text])
    if text.startswith("-") and text[1:] in by_key:
        return Sort(by_key[text[1:]], descends=True)
    return None


def _is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
