"""Rows and groups of a file as programs get them; the parameters are written down from the tables that define them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from datasets.query.grouping import BUCKETS, MAX_KEYS, MAX_MEASURES, MEASURES
from datasets.query.operators import ALIASES, OPERATORS, VALUE_EXAMPLES
from datasets.query.question import MAX_LIMIT
from portal.schemas.entries import ColumnSchema

CELL = {"oneOf": [{"type": kind} for kind in ("string", "integer", "number", "boolean", "null")]}


def _lines(head: str, rows: list[tuple[str, str]]) -> str:
    """A description with a list, as Markdown."""
    return "\n".join([head, "", *(f"- `{key}` {text}" for key, text in rows)])


CONDITIONS = _lines(
    "`列=值` 或 `列__操作符=值`，须全部满足；写错时返回 422 并列出可用的列与操作符 · "
    "`column=value` or `column__operator=value`; all must hold; wrong ones give 422",
    [
        (key, f"{one.zh} · {one.en} ({', '.join(sorted(one.types))}): {' · '.join(VALUE_EXAMPLES[one.values])}")
        for key, one in OPERATORS.items()
    ]
    + [(alias, f"= `{key}`") for alias, key in ALIASES.items()],
)
GROUPS = _lines(
    f"分组的列，可写 `列:时段`，逗号分隔或重复，最多 {MAX_KEYS} 个；返回的每一行是一组 · "
    f"Columns to group by, `column:bucket` for a length of time; up to {MAX_KEYS}; each row of the answer is a group",
    [(key, f"{one.zh} · {one.en}: {one.example}") for key, one in BUCKETS.items()],
)
COUNTED = _lines(
    f"统计项 `方式:列`，逗号分隔或重复，最多 {MAX_MEASURES} 个，默认 `count`；结果列名如 `sum_amount` · "
    f"What to count of each group, `measure:column`; up to {MAX_MEASURES}; by default `count`; keys like `sum_amount`",
    [(key, f"{one.zh} · {one.en} ({', '.join(sorted(one.types))})") for key, one in MEASURES.items()],
)
ALTERNATIVES = (
    "至少满足其一的条件，值为编码后的参数串，例如 `_or=district%3DA%26level__ge%3D3`；可重复，须都成立 · "
    "Conditions of which at least one must hold, as an encoded list of parameters; may be repeated, all must hold"
)

ROW_PARAMETERS: list[dict[str, Any]] = [
    {
        "in": "query",
        "name": name,
        "required": False,
        "schema": schema,
        "description": description,
    }
    for name, schema, description in (
        ("_columns", {"type": "string"}, "只要这些列（列名，可重复）· Keys of the columns wanted; may be repeated"),
        ("_q", {"type": "string"}, "行内任一单元格须含的词 · Words that must stand in some cell of the row"),
        ("_or", {"type": "string"}, ALTERNATIVES),
        ("_group", {"type": "string"}, GROUPS),
        ("_measure", {"type": "string"}, COUNTED),
        (
            "_sort",
            {"type": "string"},
            "排序列，前加 - 为降序，可重复；分组时写结果列名 · "
            "Column to sort by, of the answer where it is grouped; a leading - descends",
        ),
        ("_limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, "每页行数，默认 100 · Rows of one page"),
        ("_offset", {"type": "integer", "minimum": 0}, "跳过的行数 · Rows to skip"),
        ("_after", {"type": "integer", "minimum": 0}, "上一页返回的 next_after · `next_after` of the former page"),
    )
] + [
    {
        "in": "query",
        "name": "conditions",
        "required": False,
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "description": CONDITIONS,
    }
]


class RowVersionSchema(ma.Schema):
    """Which version the rows are of."""

    number = fields.Integer(required=True)
    published_at = fields.String(required=True)


class RowPageSchema(ma.Schema):
    """One page of rows, or of groups; each row is an object by column key, a blank cell is null.

    Pages of rows go on by `next_after`, pages of groups by `_offset`; `next_url` knows which.
    """

    total = fields.Integer(
        required=True, metadata={"description": "Rows that fit, or groups of them, over all pages; exact"}
    )
    limit = fields.Integer(required=True)
    offset = fields.Integer(required=True)
    next_after = fields.Integer(required=True, allow_none=True)
    next_url = fields.String(required=True, allow_none=True)
    version = fields.Nested(RowVersionSchema, required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    rows = fields.Raw(
        required=True,
        metadata={"type": "array", "items": {"type": "object", "additionalProperties": CELL}},
    )
