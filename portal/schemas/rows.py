"""Rows of a file as programs get them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from portal.schemas.entries import ColumnSchema

CELL = {"oneOf": [{"type": kind} for kind in ("string", "integer", "number", "boolean", "null")]}

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
        ("_sort", {"type": "string"}, "排序列，前加 - 为降序，可重复 · Column to sort by; a leading - descends"),
        ("_limit", {"type": "integer", "minimum": 1, "maximum": 10_000}, "每页行数，默认 100 · Rows of one page"),
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
        "description": "`列=值` 或 `列__操作符=值`，须全部满足；写错时返回 422 并列出可用的列与操作符 · "
        "`column=value` or `column__operator=value`; all must hold; wrong ones give 422",
    }
]


class RowVersionSchema(ma.Schema):
    """Which version the rows are of."""

    number = fields.Integer(required=True)
    published_at = fields.String(required=True)


class RowPageSchema(ma.Schema):
    """One page of rows; each row is an object by column key, a blank cell is null."""

    total = fields.Integer(required=True, metadata={"description": "Rows that fit, over all pages; exact"})
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
