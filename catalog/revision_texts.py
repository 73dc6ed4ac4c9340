"""The texts of a revision as plain values, and how two of them differ field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.field_values import Values
from catalog.fields import FIELDS, ITEM_FIELDS, REVISION_FIELDS
from catalog.models import DataItem, Entry, Revision


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. `field` is a name of FIELDS or `items.{name}.{field}`; codes stay codes.

    For a data item as a whole, which was added or taken out, `field` is `items.{name}` and one side is None.
    """

    field: str
    old: Any
    new: Any


def revision_values(revision: Revision) -> Values:
    """The metadata of a revision: every name of REVISION_FIELDS."""
    return {name: getattr(revision, name) for name in REVISION_FIELDS}


def item_values(item: DataItem) -> Values:
    """A data item: every name of ITEM_FIELDS."""
    return {name: getattr(item, name) for name in ITEM_FIELDS}


def compare_values(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FieldChange]:
    """The fields of `new` that differ from `old`, in the order of the table of fields."""
    return [
        FieldChange(name, old.get(name), new[name])
        for name in FIELDS
        if name in new and _plain(old.get(name)) != _plain(new[name])
    ]


def compare_items(old: Sequence[Values], new: Sequence[Values]) -> list[FieldChange]:
    """How data items differ, matched by name; a changed order alone is one change of `items`."""
    before, after = _by_name(old), _by_name(new)
    changes: list[FieldChange] = []
    for name, item in after.items():
        if name not in before:
            changes.append(FieldChange(f"items.{name}", None, item))
            continue
        changes.extend(
            FieldChange(f"items.{name}.{key}", before[name][key], item[key])
            for key in ITEM_FIELDS
            if before[name][key] != item[key]
        )
    changes.extend(FieldChange(f"items.{name}", item, None) for name, item in before.items() if name not in after)
    if not changes and list(before) != list(after):
        changes.append(FieldChange("items", list(before), list(after)))
    return changes


def list_differences(
    entry: Entry, revision: Revision, values: Values, items: Sequence[Values] | None
) -> list[dict[str, Any]]:
    """What saving `values` and `items` would change, JSON-able: [{"field", "yours", "theirs"}]."""
    changes = compare_values({**revision_values(revision), "code": entry.code}, values)
    if items is not None:
        changes += compare_items([item_values(item) for item in revision.items], items)
    return [{"field": c.field, "yours": _plain(c.new), "theirs": _plain(c.old)} for c in changes]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _by_name(items: Sequence[Values]) -> dict[str, Values]:
    """Items by name; a repeated name gets its count behind it, so that none is lost."""
    named: dict[str, Values] = {}
    for item in items:
        name, count = item["name"], 1
        while name in named:
            count += 1
            name = f"{item['name']} ({count})"
        named[name] = item
    return named
