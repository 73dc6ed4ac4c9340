"""The first form of a new entry, and the form of a new interface or link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.errors import Problem
from catalog.fields import FIELDS
from catalog.vocabularies import VOCABULARIES
from portal.pages.filled_form import FieldProblems, field_texts


@dataclass(frozen=True, slots=True)
class SmallForm(FieldProblems):
    """What was typed and what is wrong with it."""

    values: Mapping[str, str]
    problems: tuple[tuple[str, str], ...]
    failure: str = ""
    entry_name: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    title_help: str = ""
    summary_help: str = ""


def make_new_form(values: Mapping[str, str], *, problems: Iterable[Problem] = (), language: str) -> SmallForm:
    """The first questions about a new entry."""
    is_english = language == "en"
    title, summary = FIELDS["title"], FIELDS["summary"]
    return SmallForm(
        values,
        field_texts(problems, language),
        title_help=title.help_en if is_english else title.help_zh,
        summary_help=summary.help_en if is_english else summary.help_zh,
    )


def make_resource_form(
    entry_name: str,
    values: Mapping[str, str],
    *,
    problems: Iterable[Problem] = (),
    failure: str = "",
    language: str,
) -> SmallForm:
    """The form of a new interface or link."""
    kinds = VOCABULARIES["resource_kind"]
    return SmallForm(
        values,
        field_texts(problems, language),
        failure,
        entry_name,
        kinds=tuple((code, kinds.label(code, language)) for code in ("interface", "link")),
    )
