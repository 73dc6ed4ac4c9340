"""A form that grew stale: both texts side by side, each field to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.revision_texts import FieldChange
from portal.pages.desk_form import Typed
from portal.pages.desk_texts import describe_change, place_label


@dataclass(frozen=True, slots=True)
class StaleField:
    """One field that differs. `choice` names its radio buttons; `is_mine` preselects what this person changed."""

    choice: str
    label: str
    lines: tuple[tuple[str, str, str], ...]
    """(what, mine, theirs); `what` is empty where the field is the whole."""
    is_mine: bool


@dataclass(frozen=True, slots=True)
class StalePage:
    """All that the page shows; `lock` and `base` let the next save go through."""

    name: str
    lock: int
    base: str
    fields: tuple[StaleField, ...]


def make_stale_page(name: str, params: Mapping[str, Any], typed: Typed, *, base: str, language: str) -> StalePage:
    """The differences of a Conflict("stale_form"), data items as one choice; `base` is the open revision."""
    fields, item_lines = [], []
    for difference in params["differences"]:
        change = FieldChange(difference["field"], difference["theirs"], difference["yours"])
        line = describe_change(change, language)
        if change.field.partition(".")[0] == "items":
            item_lines.append((line.label, line.new, line.old))
        else:
            mine = typed.is_touched(change.field)
            fields.append(StaleField(change.field, line.label, (("", line.new, line.old),), mine))
    if item_lines:
        fields.append(StaleField("items", place_label("items", language), tuple(item_lines), typed.is_touched("items")))
    return StalePage(name, params["lock"], base, tuple(fields))
