"""What arrived beside what the catalog declares: every cell against the data item of its column.

Nothing here stops a reading; the clerk and the reviewer see each contradiction with the rows in which it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Self

from datasets.ingest.column_types.shadows import FULL_DATE, shadow_sql
from datasets.ingest.column_types.writings import AMOUNT, FRACTION, GROUPED, MONEY, YES_NO, YUAN
from datasets.ingest.delivery import Delivery
from datasets.ingest.personal_data import mask
from datasets.ingest.raw_table import RawTable
from datasets.ingest.value_ranges import Bounds, CodeList, parse_value_range
from datasets.rows import sql_text

CHECKS: dict[str, tuple[str, str]] = {
    "missing": ("已编目的信息项在文件中没有对应的列", "a declared item has no column in the file"),
    "undeclared": ("文件中的列没有编目", "a column of the file is not declared"),
    "closed": ("信息项不开放，文件中不得出现该列", "the item is not open, so its column may not be in the file"),
    "wrong_type": ("内容与声明的数据类型不符", "cells do not fit the declared type"),
    "too_long": ("内容超过声明的长度", "cells are longer than declared"),
    "too_many_decimals": ("小数位多于声明", "numbers have more decimals than declared"),
    "blank": ("必填的信息项有空白", "cells are blank although the item is required"),
    "not_in_list": ("内容不在值域（代码表）之内", "cells are not in the declared list of values"),
    "out_of_range": ("数值超出声明的值域", "numbers are beyond the declared range"),
    "key_repeated": ("主键有重复", "values of the primary key are repeated"),
}
"""Kind of a contradiction → what it says, in Chinese and English."""

FIRST_ROWS = 100
SAMPLES = 3
DESCRIBED = 200
"""Contradictions of cells that are told; where more columns are wrong, the file is another one altogether."""
LONGEST = 80
"""Signs of a sample."""
CHECKS_A_PASS = 60


def _shaped(shape: str) -> str:
    """SQL template that the whole cell has this shape."""
    return f"regexp_full_match({{cell}}, {sql_text(shape).replace('{', '{{').replace('}', '}}')})"


PLAIN_NUMBER = f"[+-]?(?:{GROUPED}|0|[1-9][0-9]*){FRACTION}"
SUM_OF_MONEY = f"[+-]?(?:{MONEY})?[+-]?{AMOUNT}(?:{YUAN})?"
TRUTH = ", ".join(map(sql_text, [word for pair in YES_NO for word in pair] + ["true", "false", "1", "0"]))
FITS: dict[str, str] = {
    "N": _shaped(PLAIN_NUMBER),
    "Y": _shaped(SUM_OF_MONEY),
    "B": _shaped(PLAIN_NUMBER + "(?:[eE][+-]?[0-9]+)?"),
    "F": _shaped(PLAIN_NUMBER + "(?:[eE][+-]?[0-9]+)?"),
    "I": _shaped(f"[+-]?(?:{GROUPED}|0|[1-9][0-9]*)"),
    "D": f"({_shaped(FULL_DATE + '|[0-9]{8}')} AND ({{date}}) IS NOT NULL)",
    "T": "(({datetime}) IS NOT NULL)",
    "L": f"{{cell}} IN ({TRUTH})",
}
"""Letter of a data item's type → SQL that holds for a cell of that type. Other letters (C, M, G) take any text."""

TYPED = {
    "integer": frozenset("NYBFI"),
    "decimal": frozenset("NYBF"),
    "boolean": frozenset("L"),
    "date": frozenset("DT"),
    "datetime": frozenset("T"),
}
"""Type of a column that all its cells survive → letters that need no second look."""
NUMBERS = frozenset("NYBFI")


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """A data item (信息项) as far as data can contradict it. `type` is one of the letters C N Y D T L B I F M G."""

    name: str
    field_name: str | None = None
    type: str | None = None
    length: int | None = None
    decimals: int | None = None
    is_primary_key: bool = False
    is_required: bool = False
    is_open: bool = True
    value_range: str | None = None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Take what is known here from a data item's values."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may not be: `sql` holds for the cells (SQL name `cell`) that contradict `item`."""

    column: str
    cell: str
    kind: str
    sql: str
    expected: str = ""
    params: tuple[Any, ...] = ()


def fold_name(name: str) -> str:
    """A name as it is compared: width, case and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def index_names(names: Iterable[Sequence[str | None]]) -> dict[str, int]:
    """Folded name → place of the item that bears it; `names` are those of each item. Of two with one name the first."""
    found: dict[str, int] = {}
    for place, alternatives in enumerate(names):
        for name in filter(None, alternatives):
            found.setdefault(fold_name(name), place)
    return found


def find_place(places: Mapping[str, int], name: str, key: str) -> int | None:
    """The place of the item that a column of that name and key belongs to; None where it is not declared."""
    return places.get(fold_name(name), places.get(fold_name(key)))


def check_declared(
    delivery: Delivery, declared: Sequence[Mapping[str, Any]], *, hidden: Set[str] = frozenset()
) -> list[dict[str, Any]]:
    """What contradicts `declared` (values of data items): nothing where nothing is declared. O(rows × columns).

    Each is {"column", "kind": key of CHECKS, "count", "rows", "samples", "expected"}: how many cells, the first 100
    rows as spreadsheets count them (1-based), at most 3 different contents, what the declaration says. Contradictions
    of a whole column have the count 0 and no rows. Samples of `hidden` columns (names), which hold personal data, are
    masked.
    """
    if not declared:
        return []
    items = [DeclaredItem.from_dict(values) for values in declared]
    places = index_names((item.name, item.field_name) for item in items)
    found = [find_place(places, heading.name, heading.key) for heading in delivery.headings]
    matched = {index: items[place] for index, place in enumerate(found) if place is not None}
    checks = [_whole(item.name, "missing") for at, item in enumerate(items) if item.is_open and at not in found]
    checks += [_whole(h.name, "undeclared") for index, h in enumerate(delivery.headings) if index not in matched]
    checks += [_whole(delivery.headings[at].name, "closed") for at, item in matched.items() if not item.is_open]
    rules = [rule for index, item in matched.items() for rule in _rules(delivery, index, item)]
    checks += _apply(delivery.table, rules, delivery.where, hidden)
    return checks + _check_key(delivery, matched, hidden)


def _whole(column: str, kind: str) -> dict[str, Any]:
    return {"column": column, "kind": kind, "count": 0, "rows": [], "samples": [], "expected": ""}


def _rules(delivery: Delivery, index: int, item: DeclaredItem) -> list[Rule]:
    heading, kind, letter = delivery.headings[index], delivery.types[index].type, item.type or ""
    name, cell = heading.name, f"r{heading.position}"
    rules = []
    if letter in FITS and letter not in TYPED.get(kind, frozenset()):
        fits = FITS[letter].format(cell=cell, date=shadow_sql(cell, "date"), datetime=shadow_sql(cell, "datetime"))
        rules.append(Rule(name, cell, "wrong_type", f"{cell} IS NOT NULL AND NOT {fits}", letter))
    if item.length and letter in NUMBERS | {"C", "M", ""}:
        signs = f"translate({cell}, '+-.,，', '')" if letter in NUMBERS else cell
        rules.append(Rule(name, cell, "too_long", f"length({signs}) > {item.length:d}", str(item.length)))
    if item.decimals is not None and letter in NUMBERS - {"I"}:
        is_exact = kind in ("integer", "decimal")
        places = "length({0}) - strpos({0}, '.')" if is_exact else "length(regexp_extract({0}, '[.]([0-9]+)$', 1))"
        places = f"CASE WHEN contains({cell}, '.') THEN {places.format(cell)} END"
        rules.append(Rule(name, cell, "too_many_decimals", f"{places} > {item.decimals:d}", str(item.decimals)))
    if item.is_required or item.is_primary_key:
        rules.append(Rule(name, cell, "blank", f"{cell} IS NULL"))
    return rules + _range_rules(name, cell, item, kind)


def _range_rules(name: str, cell: str, item: DeclaredItem, kind: str) -> list[Rule]:
    expected = (item.value_range or "")[:LONGEST]
    match parse_value_range(item.value_range):
        case CodeList(values):
            marks = ", ".join("?" * len(values))
            return [Rule(name, cell, "not_in_list", f"{cell} NOT IN ({marks})", expected, tuple(sorted(values)))]
        case Bounds(least, greatest) if item.type in NUMBERS:
            number = f"TRY_CAST({cell} AS DOUBLE)" if kind in TYPED else shadow_sql(cell, "decimal")
            return [Rule(name, cell, "out_of_range", f"({number}) NOT BETWEEN ? AND ?", expected, (least, greatest))]
    return []


def _apply(table: RawTable, rules: Sequence[Rule], where: str, hidden: Set[str]) -> list[dict[str, Any]]:
    """Count what breaks the rules in one pass; then look up the first rows of those that are broken."""
    broken: list[tuple[Rule, int]] = []
    for start in range(0, len(rules), CHECKS_A_PASS):
        some = rules[start : start + CHECKS_A_PASS]
        sql = ", ".join(f"count_if({rule.sql})" for rule in some)
        params = [value for rule in some for value in rule.params]
        counts = table.one(f"SELECT {sql} FROM raw WHERE {where}", params)
        broken += [(rule, count) for rule, count in zip(some, counts, strict=True) if count]
    return [_describe(table, rule, count, where, hidden) for rule, count in broken[:DESCRIBED]]


def _describe(table: RawTable, rule: Rule, count: int, where: str, hidden: Set[str]) -> dict[str, Any]:
    """The first rows that break the rule, with what stands in them."""
    found = table.connection.execute(
        f"SELECT rowid, {rule.cell}[1:{LONGEST}] FROM raw WHERE {where} AND {rule.sql}"
        f" ORDER BY rowid LIMIT {FIRST_ROWS}",
        list(rule.params),
    ).fetchall()
    return {
        "column": rule.column,
        "kind": rule.kind,
        "count": count,
        "rows": [row + 1 for row, _ in found],
        "samples": _samples((cell for _, cell in found), is_hidden=rule.column in hidden),
        "expected": rule.expected,
    }


def _samples(cells: Iterable[str | None], *, is_hidden: bool) -> list[str]:
    shown = (mask(cell) if is_hidden else cell for cell in cells if cell is not None)
    return list(dict.fromkeys(shown))[:SAMPLES]


def _check_key(delivery: Delivery, matched: Mapping[int, DeclaredItem], hidden: Set[str]) -> list[dict[str, Any]]:
    """Rows whose key an earlier row has already; keys with a blank in them are told as blank, not as repeated."""
    headings = [delivery.headings[index] for index, item in matched.items() if item.is_primary_key]
    if not headings:
        return []
    cells = [f"r{heading.position}" for heading in headings]
    keys, table = ", ".join(cells), delivery.table
    filled = " AND ".join(f"{cell} IS NOT NULL" for cell in cells)
    data = f"(SELECT rowid AS row, {keys} FROM raw WHERE {delivery.where} AND {filled})"
    repeats = f"SELECT {keys}, min(row) AS first, count(*) AS times FROM {data} GROUP BY {keys} HAVING count(*) > 1"
    (count,) = table.one(f"SELECT coalesce(sum(times - 1), 0) FROM ({repeats})")
    if not count:
        return []
    found = table.connection.execute(
        f"SELECT row, concat_ws(' + ', {keys})[1:{LONGEST}] FROM {data} JOIN ({repeats}) USING ({keys})"
        f" WHERE row > first ORDER BY row LIMIT {FIRST_ROWS}"
    ).fetchall()
    check = _whole(" + ".join(heading.name for heading in headings), "key_repeated")
    samples = _samples((cell for _, cell in found), is_hidden=any(heading.name in hidden for heading in headings))
    return [check | {"count": int(count), "rows": [row + 1 for row, _ in found], "samples": samples}]
