"""What still keeps an entry from being submitted, and how complete it is.

The rules are those of the field tables (`required`, `required_if`, `one_of`) and the ones below that bind several
fields. Whether a value has the right form at all is decided earlier, by `catalog.field_values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from catalog.errors import Problem
from catalog.fields import FIELDS, ITEM_FIELDS, Field
from catalog.vocabularies import SHARE_METHODS_OF_CATEGORY, VOCABULARIES, simplify

Values = Mapping[str, Any]
Items = Sequence[Mapping[str, Any]]
Rule = Callable[[Values, Items], Iterator[Problem]]

ADOPT_FIELDS = ("title", "open_type", "update_cycle")
"""What even an entry that is public elsewhere needs before it can be adopted with gaps."""

MIN_BASIS_LENGTH = 8
"""Characters of the grounds for staying closed: a blanket “涉密” is not enough."""

_EMAIL = re.compile(r"[^@\s<>(),;:\\\"]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()（）\-–—]{5,30}(?:(?:转|ext\.?|x|#) ?[0-9]{1,6})?")
_PHONE_MARKS = re.compile(r"[、,，;；/]")


def check_revision(fields: Values, items: Items) -> list[Problem]:
    """Every rule that the metadata breaks; an empty list means it may be submitted.

    `where` names the field, or `items`, or `items.{n}.{field}` counting from 1.
    """
    return [problem for rule in RULES for problem in rule(fields, items)]


def list_gaps(fields: Values, items: Items) -> list[str]:
    """The places that `check_revision` finds fault with, each once, in the order of the fields."""
    return list(dict.fromkeys(problem.where for problem in check_revision(fields, items)))


def completeness(fields: Values, items: Items) -> int:
    """Per cent of the required and recommended pieces that are there, rounded down.

    Counts each required field, each field marked `counts`, one contact, and one for having data items.
    """
    wanted = [field for field in FIELDS.values() if field.counts or field.is_required(fields)]
    filled = sum(_is_filled(field, fields) for field in wanted)
    contact = any(_is_filled(field, fields) for field in FIELDS.values() if field.one_of)
    return (filled + contact + bool(items)) * 100 // (len(wanted) + 2)


def _is_filled(field: Field, values: Values) -> bool:
    return values.get(field.name) not in (None, "", [])


def _required(fields: Values, items: Items) -> Iterator[Problem]:
    for name, field in FIELDS.items():
        if field.is_required(fields) and not _is_filled(field, fields):
            yield Problem(name, "required_missing")


def _one_of(fields: Values, items: Items) -> Iterator[Problem]:
    marks: dict[str, list[Field]] = {}
    for field in FIELDS.values():
        if field.one_of:
            marks.setdefault(field.one_of, []).append(field)
    for mark, group in marks.items():
        if not any(_is_filled(field, fields) for field in group):
            yield Problem(group[0].name, f"{mark}_missing")


def _contact_form(fields: Values, items: Items) -> Iterator[Problem]:
    phone, email = fields.get("contact_phone"), fields.get("contact_email")
    if phone and not all(_PHONE.fullmatch(part.strip()) for part in _PHONE_MARKS.split(phone)):
        yield Problem("contact_phone", "bad_phone", value=phone)
    if email and not _EMAIL.fullmatch(email):
        yield Problem("contact_email", "bad_email", value=email)


def _title_is_not_the_system(fields: Values, items: Items) -> Iterator[Problem]:
    title, system = fields.get("title"), fields.get("source_system")
    if title and system and simplify(title) == simplify(system):
        yield Problem("title", "title_is_system_name", value=title)


def _format_pair(fields: Values, items: Items) -> Iterator[Problem]:
    category, term = fields.get("format_category"), VOCABULARIES["format_type"].get(fields.get("format_type"))
    if category and term and term.parent != category:
        yield Problem("format_type", "format_pair_mismatch", type=term.code, category=category)


def _share_method_fits(fields: Values, items: Items) -> Iterator[Problem]:
    category, method = fields.get("format_category"), fields.get("share_method")
    if category and method and method not in SHARE_METHODS_OF_CATEGORY.get(category, {method}):
        yield Problem("share_method", "share_method_unfit", method=method, category=category)


def _closed_grounds(fields: Values, items: Items) -> Iterator[Problem]:
    text = fields.get("closed_basis_text")
    if fields.get("open_type") == "closed" and text and len(simplify(text)) < MIN_BASIS_LENGTH:
        yield Problem("closed_basis_text", "basis_too_blanket", value=text, limit=MIN_BASIS_LENGTH)


def _class_code_shape(fields: Values, items: Items) -> Iterator[Problem]:
    code = fields.get("class_code")
    if code and (len(code) < 6 or code[0] not in "123"):
        yield Problem("class_code", "class_code_short", value=code)


def _period_order(fields: Values, items: Items) -> Iterator[Problem]:
    start, end = fields.get("temporal_start"), fields.get("temporal_end")
    if start and end and end < start:
        yield Problem("temporal_end", "period_reversed", start=start.isoformat(), end=end.isoformat())


def _items_present(fields: Values, items: Items) -> Iterator[Problem]:
    if not items:
        yield Problem("items", "items_missing")


def _items_required(fields: Values, items: Items) -> Iterator[Problem]:
    for number, item in enumerate(items, start=1):
        for name, field in ITEM_FIELDS.items():
            if field.required and not _is_filled(field, item):
                yield Problem(f"items.{number}.{name}", "required_missing")


def _items_unique(fields: Values, items: Items) -> Iterator[Problem]:
    for name, fold in (("name", str), ("field_name", str.lower)):
        seen: dict[str, int] = {}
        for number, item in enumerate(items, start=1):
            value = item.get(name)
            if value and seen.setdefault(fold(value), number) != number:
                yield Problem(f"items.{number}.{name}", "item_repeats", value=value, first=seen[fold(value)])


def _items_safe(fields: Values, items: Items) -> Iterator[Problem]:
    if fields.get("open_type") == "closed":
        return
    for number, item in enumerate(items, start=1):
        if not item.get("is_open", True):
            continue
        if item.get("sensitivity") in ("state_secret", "trade_secret"):
            yield Problem(f"items.{number}.is_open", "item_secret_open", value=item.get("name"))
        elif item.get("sensitivity") == "personal_privacy" and item.get("masking") in (None, "none"):
            yield Problem(f"items.{number}.masking", "item_private_unmasked", value=item.get("name"))


RULES: tuple[Rule, ...] = (
    _required,
    _one_of,
    _contact_form,
    _title_is_not_the_system,
    _format_pair,
    _share_method_fits,
    _closed_grounds,
    _class_code_shape,
    _period_order,
    _items_present,
    _items_required,
    _items_unique,
    _items_safe,
)
