"""From a field's value to what its cell shows: the inverse of `catalog.sheet.values`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.fields import Field
from catalog.vocabularies import VOCABULARIES


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
