"""What a field is: one row of the tables of entry and item fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "long", "choice", "list", "date", "bool", "number"]
Format = Literal["url", "email", "phone", "region", "class_code", "code", "field_name"]


@dataclass(frozen=True, slots=True)
class Field:
    """One metadata field.

    `kind`: text one line, long several lines, choice one code of `vocabulary`, list several texts (codes of
    `vocabulary` if there is one), date ISO day, bool, number a whole number ≥ 0.
    `required`: must be filled before the entry may be submitted; `required_if`: only when one of the named fields
    holds one of the values; `one_of`: at least one field bearing this mark must be filled.
    `depends_on`: the field whose value limits the choices (`Term.parent`).
    `max_length`: characters of a text or of each member of a list; `max_count`: members of a list.
    `owner`: the row that holds it; `counts`: whether it counts for completeness although optional.
    """

    name: str
    zh: str
    en: str
    kind: Kind
    group: str = "basic"
    vocabulary: str | None = None
    max_length: int | None = None
    max_count: int | None = None
    format: Format | None = None
    required: bool = False
    required_if: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    one_of: str | None = None
    depends_on: str | None = None
    counts: bool = False
    owner: Literal["entry", "revision", "item"] = "revision"
    help_zh: str = ""
    help_en: str = ""

    def is_required(self, values: Mapping[str, Any]) -> bool:
        """Whether it must be filled to submit, given the other `values` of the same entry."""
        return self.required or any(values.get(other) in allowed for other, allowed in self.required_if)
