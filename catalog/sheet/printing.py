"""From a field's value to what its cell shows: the inverse of `catalog.sheet.values`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.fields import DEFAULTS, FIELDS, ITEM_FIELDS, Field
from catalog.sheet.columns import ITEM
from catalog.vocabularies import VOCABULARIES

Cells = dict[str, str]


def print_value(field: Field, value: Any, language: str = "zh") -> str:
    """The text of a cell, which `parse_cell` reads back to the same value when `language` is "zh"."""
    if value is None or value in ([], ""):
        return ""
    vocabulary = VOCABULARIES.get(field.vocabulary or "")
    if isinstance(value, bool):
        return ("Yes" if value else "No") if language == "en" else ("是" if value else "否")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        labels = [vocabulary.label(member, language) if vocabulary else str(member) for member in value]
        return (", " if language == "en" else "、").join(labels)
    return vocabulary.label(str(value), language) if vocabulary else str(value)


def print_cells(fields: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> tuple[Cells, list[Cells]]:
    """The texts of an entry's cells and of its items' cells, by column name; blank cells are left out.

    A no that is the field's default is left blank, so that the yes stands out.
    """
    return _print(FIELDS, fields, ""), [_print(ITEM_FIELDS, item, ITEM) for item in items]


def _print(table: Mapping[str, Field], values: Mapping[str, Any], prefix: str) -> Cells:
    texts = {}
    for name, field in table.items():
        value = values.get(name)
        if value is False and not DEFAULTS.get(name, False):
            continue
        if text := print_value(field, value):
            texts[prefix + name] = text
    return texts
