"""The form over a table of rows: its lines, and the address that a sent form means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from datasets.columns import Column
from datasets.query.grouping import BUCKETS, MAX_KEYS, MAX_MEASURES, MEASURES, buckets_for, measures_for
from datasets.query.operators import OPERATORS, find_operator, operators_for
from datasets.query.parse import MAX_CONDITIONS
from datasets.query.question import Condition, Query, to_pairs

SPARE_CONDITIONS = 2
"""Empty lines for new conditions below those that hold already."""
ANY, GROUPED_BEFORE = "_any", "_grouped"
CONDITION_FIELDS = ("_c", "_o", "_v")
KEY_FIELDS = ("_gc", "_gb")
MEASURE_FIELDS = ("_mk", "_mc")
"""Names of the form's fields; `address_of_form` turns them into row parameters."""
NO_VALUE = frozenset(operator.key for operator in OPERATORS.values() if operator.values == "none")
Pairs = list[tuple[str, str]]
Choice = tuple[str, str]
"""Key and label, in the language of the page."""


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One line of the filter form."""

    column: str = ""
    operator: str = "eq"
    value: str = ""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One thing to group by."""

    column: str = ""
    bucket: str = ""


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One thing to count of each group."""

    kind: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column as the form offers it, with what can be asked of it: keys of OPERATORS, BUCKETS and MEASURES."""

    key: str
    name: str
    operators: str
    buckets: str
    measures: str


@dataclass(frozen=True, slots=True)
class RowsForm:
    """The form as it stands over an answer. `kept` are parameters that it does not show but keeps."""

    columns: tuple[FormColumn, ...]
    operators: tuple[Choice, ...]
    buckets: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    lines: tuple[ConditionLine, ...]
    is_any: bool
    keys: tuple[KeyLine, ...]
    counted: tuple[MeasureLine, ...]
    words: str
    kept: tuple[tuple[str, str], ...]
    grouped: str
    """What the answer is grouped by: an order by columns of one answer says nothing about another."""


def address_of_form(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The query of the address that a sent filter form means; None when `pairs` are row parameters already."""
    fields: dict[str, list[str]] = {name: [] for name in (*CONDITION_FIELDS, *KEY_FIELDS, *MEASURE_FIELDS)}
    kept: Pairs = []
    own: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            fields[name].append(value)
        elif name in (ANY, GROUPED_BEFORE):
            own[name] = value
        elif value.strip():
            kept.append((name, value))
    if not fields["_c"]:
        return None
    conditions = _conditions(zip(*(fields[name] for name in CONDITION_FIELDS), strict=False))
    if own.get(ANY) == "1" and len(conditions) > 1:
        conditions = [("_or", urlencode(conditions))]
    groups = _groups(fields)
    if _grouped_text(groups) != own.get(GROUPED_BEFORE, ""):
        kept = [(name, value) for name, value in kept if name != "_sort"]
    return urlencode([*kept, *conditions, *groups])


def make_form(query: Query, pairs: Sequence[tuple[str, str]], columns: Sequence[Column], language: str) -> RowsForm:
    """The form of an understood question; of a wrong one, which comes as EVERYTHING, what was sent in `pairs`."""
    is_any = bool(query.alternatives)
    asked = query.alternatives[0] if is_any else query.conditions
    lines = [_line(condition) for condition in asked] or _sent(pairs)
    kept = [condition.pair() for condition in query.conditions] if is_any else []
    kept += [("_or", urlencode([one.pair() for one in group])) for group in query.alternatives[1:]]
    grouping = query.grouping
    keys = [KeyLine(key.column.key, key.bucket_key or "") for key in grouping.keys] if grouping else _sent_keys(pairs)
    measures = grouping.measures if grouping else ()
    counted = [MeasureLine(one.kind_key, one.column.key if one.column else "") for one in measures]
    groups = [pair for pair in to_pairs(query) if pair[0] in ("_group", "_measure")]
    return RowsForm(
        columns=tuple(_offered(column) for column in columns),
        operators=_choices(OPERATORS.values(), language),
        buckets=_choices(BUCKETS.values(), language),
        measures=_choices(MEASURES.values(), language),
        lines=(*lines, *([ConditionLine()] * SPARE_CONDITIONS)),
        is_any=is_any,
        keys=tuple([*keys, KeyLine()][:MAX_KEYS]),
        counted=tuple([*counted, MeasureLine()][:MAX_MEASURES]),
        words=" ".join(query.words) or next((value for key, value in pairs if key == "_q"), ""),
        kept=tuple(kept),
        grouped=_grouped_text(groups),
    )


def _sent(pairs: Sequence[tuple[str, str]]) -> list[ConditionLine]:
    """The conditions among row parameters as they were sent, understood or not; no more than may be asked at once."""
    sent = ((key, value) for key, value in pairs if not key.startswith("_") and value.strip())
    return [ConditionLine(*_split(key), value) for key, value in islice(sent, MAX_CONDITIONS)]


def _sent_keys(pairs: Sequence[tuple[str, str]]) -> list[KeyLine]:
    """What a question that was not understood wanted to group by."""
    items = [item.strip() for name, value in pairs if name == "_group" for item in value.split(",")]
    return [KeyLine(*item.partition(":")[::2]) for item in items if item]


def _conditions(lines: Iterable[tuple[str, ...]]) -> Pairs:
    found: Pairs = []
    for column, operator, value in lines:
        if column and operator in NO_VALUE:
            found.append((f"{column}__{operator}", "1"))
        elif column and value.strip():
            found.append((column if operator == "eq" else f"{column}__{operator}", value.strip()))
    return found


def _groups(fields: dict[str, list[str]]) -> Pairs:
    keys = zip(*(fields[name] for name in KEY_FIELDS), strict=False)
    measures = zip(*(fields[name] for name in MEASURE_FIELDS), strict=False)
    return [
        *(("_group", f"{column}:{bucket}" if bucket else column) for column, bucket in keys if column),
        *(("_measure", f"{kind}:{column}" if column else kind) for kind, column in measures if kind),
    ]


def _grouped_text(groups: Pairs) -> str:
    return urlencode(groups)


def _line(condition: Condition) -> ConditionLine:
    value = "" if condition.operator_key in NO_VALUE else condition.text
    return ConditionLine(condition.column.key, condition.operator_key, value)


def _split(key: str) -> tuple[str, str]:
    column, mark, word = key.rpartition("__")
    operator = find_operator(word) if mark else None
    return (column, operator.key) if operator else (key, "eq")


def _offered(column: Column) -> FormColumn:
    return FormColumn(
        key=column.key,
        name=column.name,
        operators=" ".join(operator.key for operator in operators_for(column.type, column.shadow_type)),
        buckets=" ".join(bucket.key for bucket in buckets_for(column)),
        measures=" ".join(kind.key for kind in measures_for(column)),
    )


def _choices(rows: Iterable[object], language: str) -> tuple[Choice, ...]:
    return tuple((row.key, row.en if language == "en" else row.zh) for row in rows)  # type: ignore[attr-defined]
