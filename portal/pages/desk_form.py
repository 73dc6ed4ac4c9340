"""The form of an entry: made from the tables of fields, filled from a revision or from what was typed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.errors import Problem
from catalog.fields import DEFAULTS, FIELDS, GROUPS, ITEM_FIELDS, Field
from catalog.vocabularies import VOCABULARIES
from portal.messages import problem_text
from portal.pages.desk_texts import describe_problems, field_label, in_words

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

Values = Mapping[str, Any]

MAX_FORM_ITEMS = 300
"""Data items that a form can carry; entries with more are changed by the Excel sheet."""
SPARE_ITEMS = 3
MORE_ITEMS = 8
RADIOS = frozenset({"open_type", "share_type"})
MAIN_ITEM_FIELDS = ("name", "field_name", "type", "unit", "is_primary_key", "is_open")
"""Fields of a data item that stand in its first line; the others are folded away."""
_ITEM_PLACE = re.compile(r"items\.([1-9][0-9]{0,3})\.([a-z_]{1,30})")
_LIST_JOIN = "、"

Raw = dict[str, Any]
"""Field → text as typed, list of codes for several choices, bool for a yes."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One control. `control`: text, long, date, choice, radios, checks or bool; `need`: always, sometimes or ""."""

    name: str
    label: str
    control: str
    value: Any
    help: str = ""
    need: str = ""
    options: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Options under headings, where one field's choice depends on another's."""
    max_length: int | None = None
    errors: tuple[str, ...] = ()
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields under one heading."""

    key: str
    label: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One data item of the form: its first line and what is folded away."""

    number: int
    title: str
    main: tuple[FormField, ...]
    rest: tuple[FormField, ...]
    is_blank: bool

    @property
    def is_open(self) -> bool:
        """Whether something folded away is wrong, so that it must be seen."""
        return any(one.errors for one in self.rest)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought. `items` is None when it carried none; `seen` are digests of what the form showed."""

    fields: Raw
    items: list[Raw] | None
    base: str
    lock: int | None
    seen: Mapping[str, str]
    left_to_others: frozenset[str] = frozenset()
    """Fields for which the text of the other person was chosen after both had been shown."""

    @property
    def chosen_fields(self) -> Raw:
        """The fields to save."""
        return {name: value for name, value in self.fields.items() if name not in self.left_to_others}

    @property
    def chosen_items(self) -> list[Raw] | None:
        """The data items to save; None leaves them as they are."""
        return None if "items" in self.left_to_others else self.items

    def is_touched(self, name: str) -> bool:
        """Whether the person changed this field after the form was shown."""
        if name == "items":
            return self.seen.get(name) != digest_items(self.items or ())
        return self.seen.get(name) != digest(self.fields.get(name))


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The page of the form. `base` and `lock` say what it was made from."""

    name: str
    title: str
    base: str
    lock: int | None
    seen: str
    groups: tuple[FormGroup, ...]
    items: tuple[ItemRow, ...]
    item_count: int
    has_too_many_items: bool
    problems: tuple[tuple[str, str], ...]
    failure: str = ""
    return_reason: str = ""
    gaps: tuple[tuple[str, str], ...] = field(default=())


def raw_of(fields: Values, table: Mapping[str, Field] = FIELDS) -> Raw:
    """Stored values in the form in which controls hold them."""
    return {name: _raw(one, fields.get(name, DEFAULTS.get(name))) for name, one in table.items()}


def parse_form(form: MultiDict[str, str], *, has_code: bool) -> Typed:
    """What was typed; fields that the form did not carry stay away."""
    fields = {name: _typed(one, name, form) for name, one in FIELDS.items() if name != "code" or has_code}
    items = _typed_items(form) if "items" in form else None
    lock = form.get("lock", "")
    seen = dict(pair.split(":", 1) for pair in form.get("seen", "")[:4000].split(",") if ":" in pair)
    left = frozenset(name for name in (*FIELDS, "items") if form.get(f"keep.{name}") == "theirs")
    return Typed(
        fields=fields,
        items=items,
        base=form.get("base", "")[:40],
        lock=int(lock) if lock.isascii() and lock.isdigit() and len(lock) < 10 else None,
        seen=seen,
        left_to_others=left,
    )


def make_entry_form(
    *,
    name: str,
    title: str,
    raw: Raw,
    items: Sequence[Raw] | None,
    base: str,
    lock: int | None,
    seen: str | None = None,
    is_code_fixed: bool,
    problems: Iterable[Problem] = (),
    gaps: Iterable[Problem] = (),
    failure: str = "",
    return_reason: str = "",
    spare: int = SPARE_ITEMS,
    language: str,
) -> EntryForm:
    """The form with `raw` values; `problems` keep it from being saved, `gaps` only from being submitted.

    Without `items` the form carries none, and saving leaves them as they are.
    """
    problems, gaps = list(problems), list(gaps)
    errors = _by_place([*problems, *gaps], language)
    is_too_much = items is None or len(items) > MAX_FORM_ITEMS
    rows = [] if items is None or is_too_much else [*items, *([raw_of({}, ITEM_FIELDS)] * spare)]
    return EntryForm(
        name=name,
        title=title,
        base=base,
        lock=lock,
        seen=seen if seen is not None else _seen(raw, items or ()),
        groups=_groups(raw, errors, is_code_fixed=is_code_fixed, language=language),
        items=tuple(_row(number, row, errors, language) for number, row in enumerate(rows, start=1)),
        item_count=len(items or ()),
        has_too_many_items=is_too_much,
        problems=describe_problems(problems, language),
        failure=failure,
        return_reason=return_reason,
        gaps=describe_problems(gaps, language),
    )


def _groups(raw: Raw, errors: Mapping[str, list[str]], *, is_code_fixed: bool, language: str) -> tuple[FormGroup, ...]:
    return tuple(
        FormGroup(
            key,
            in_words(label, language),
            tuple(
                _control(one, raw.get(name), name, errors, language, is_fixed=is_code_fixed)
                for name, one in FIELDS.items()
                if one.group == key
            ),
        )
        for key, label in GROUPS.items()
    )


def digest(value: Any) -> str:
    """Eight signs that tell whether a typed value is the one that was shown; line ends and order do not count."""
    text = "\n".join(sorted(value)) if isinstance(value, list) else str(value or "")
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:8]


def digest_items(items: Iterable[Raw]) -> str:
    """The same for the data items together."""
    return digest("\n".join(f"{name}={value}" for item in items for name, value in item.items()))


def is_blank_item(item: Mapping[str, Any]) -> bool:
    """Whether a row of data items says nothing: it is left out."""
    return not any(str(value or "").strip() for name, value in item.items() if ITEM_FIELDS[name].kind != "bool")


def _seen(raw: Raw, items: Iterable[Raw]) -> str:
    marks = {**{key: digest(value) for key, value in raw.items()}, "items": digest_items(items)}
    return ",".join(f"{key}:{mark}" for key, mark in marks.items())


def _raw(one: Field, value: Any) -> Any:
    if one.kind == "bool":
        return bool(value)
    if value is None:
        return [] if one.kind == "list" and one.vocabulary else ""
    if one.kind == "list" and not one.vocabulary:
        return _LIST_JOIN.join(value)
    return value.isoformat() if isinstance(value, dt.date) else list(value) if one.kind == "list" else str(value)


def _typed(one: Field, name: str, form: MultiDict[str, str]) -> Any:
    if one.kind == "bool":
        return form.get(name, "") not in ("", "0")
    if one.kind == "list" and one.vocabulary:
        return [value for value in form.getlist(name) if value]
    return form.get(name, "")


def _typed_items(form: MultiDict[str, str]) -> list[Raw]:
    """The rows that say something and are not to be dropped, in order."""
    numbers = sorted({int(found[1]) for key in form if (found := _ITEM_PLACE.fullmatch(key))})
    rows = []
    for number in numbers:
        row = {name: _typed(one, f"items.{number}.{name}", form) for name, one in ITEM_FIELDS.items()}
        if not is_blank_item(row) and not form.get(f"items.{number}.drop"):
            rows.append(row)
    return rows


def _by_place(problems: Iterable[Problem], language: str) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for problem in problems:
        places.setdefault(problem.where, []).append(problem_text(problem, language))
    return places


def _row(number: int, raw: Raw, errors: Mapping[str, list[str]], language: str) -> ItemRow:
    controls = {
        name: _control(one, raw.get(name), f"items.{number}.{name}", errors, language)
        for name, one in ITEM_FIELDS.items()
    }
    return ItemRow(
        number=number,
        title=str(raw.get("name") or ""),
        main=tuple(controls[name] for name in MAIN_ITEM_FIELDS),
        rest=tuple(control for name, control in controls.items() if name not in MAIN_ITEM_FIELDS),
        is_blank=is_blank_item(raw),
    )


def _control(
    one: Field, value: Any, name: str, errors: Mapping[str, list[str]], language: str, *, is_fixed: bool = False
) -> FormField:
    return FormField(
        name=name,
        label=field_label(one, language),
        control=_kind(one),
        value=value,
        help=one.help_en if language == "en" else one.help_zh,
        need="always" if one.required else "sometimes" if one.required_if or one.one_of else "",
        options=_options(one, language) if not one.depends_on else (),
        groups=_grouped(one, language) if one.depends_on else (),
        max_length=one.max_length if one.kind in ("text", "long") else None,
        errors=tuple(errors.get(name, ())),
        is_fixed=is_fixed and one.name == "code",
    )


def _kind(one: Field) -> str:
    if one.kind == "choice":
        return "radios" if one.name in RADIOS else "choice"
    if one.kind == "list":
        return "checks" if one.vocabulary else "text"
    return {"number": "number"}.get(one.kind, one.kind)


def _options(one: Field, language: str) -> tuple[tuple[str, str], ...]:
    vocabulary = VOCABULARIES.get(one.vocabulary or "")
    return tuple((term.code, term.label(language)) for term in vocabulary.terms) if vocabulary else ()


def _grouped(one: Field, language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Options under the terms on which they depend."""
    parent = VOCABULARIES[FIELDS[one.depends_on or ""].vocabulary or ""]
    terms = VOCABULARIES[one.vocabulary or ""].terms
    return tuple(
        (
            head.label(language),
            tuple((term.code, term.label(language)) for term in terms if term.parent == head.code),
        )
        for head in parent.terms
    )
