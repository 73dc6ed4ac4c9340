"""How a row looks as a JSON object: the one rule behind the array, the lines and the properties of places.

Keys are the columns' address keys, as in the API. Integers, decimals and booleans are native, with decimals as they
were delivered (1.50 stays 1.50); everything else is text; a blank cell is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from datasets.columns import Column

NATIVE = frozenset({"integer", "decimal", "boolean"})
BLANK = "null"


def labels(columns: Sequence[Column]) -> list[str]:
    """What stands before each value: the brace or comma, and the key."""
    keys = [json.dumps(column.key, ensure_ascii=False) + ":" for column in columns]
    return [("," if place else "{") + key for place, key in enumerate(keys)]


def value_sql(cell: str, kind: str, _place: int = 0) -> str:
    """The SQL of a cell's JSON."""
    return f"CAST({cell} AS VARCHAR)" if kind in NATIVE else f"CAST(to_json(CAST({cell} AS VARCHAR)) AS VARCHAR)"


def value_text(cell: str, kind: str, _place: int = 0, _line: int = 0) -> str:
    """The same from the printed cell."""
    return cell if kind in NATIVE else json.dumps(cell, ensure_ascii=False)
