"""What stands in each column of a published file: how full it is, its commonest values, its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasets import versions
from datasets.columns import Column
from portal.pages.column_profiles import FACT_WORDS, ColumnProfile, TopValue, make_profiles
from portal.pages.desk_texts import in_words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from datasets.versions import VersionFacts

SHOWN_COLUMNS = 40
"""Columns of one file that the page tells about: the page of a table with 2,000 columns stays a page."""
SHOWN_VALUES = 5
COMMON = 0.05
"""Share of the filled cells from which a value counts as common; lists of rarer ones tell nothing."""
FIGURES = ("least", "greatest", "mean", "median")
SHAPE = ("least", "greatest", "patterns")
"""What is said of columns with a spread, and of those in which no value is common: keys of FACT_WORDS."""


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """One column; `filled` is the share of its cells that are not blank, 0 to 1."""

    profile: ColumnProfile
    type: str
    filled: float
    is_different: bool
    """No value occurs twice: each row has its own."""
    top: tuple[TopValue, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProfilePanel:
    """The first columns of a file; `left_out` counts the others."""

    columns: tuple[ShownProfile, ...]
    left_out: int


def make_profile_panel(
    session: Session,
    version: VersionFacts,
    *,
    columns: Sequence[Column],
    types: Sequence[str],
    language: str,
) -> ProfilePanel | None:
    """The profile of a version; `types` are the columns' types in words. None where none was taken. One query."""
    profile = versions.get_profile(session, version.resource_id, version.number)
    facts: list[dict[str, Any]] = profile.get("columns", [])[:SHOWN_COLUMNS]
    if len(facts) < min(len(columns), SHOWN_COLUMNS):
        return None
    shown = columns[:SHOWN_COLUMNS]
    made = make_profiles(shown, {"columns": facts}, hidden=frozenset(), language=language)
    return ProfilePanel(
        columns=tuple(_shown(*parts, language) for parts in zip(made, types, facts, strict=False)),
        left_out=len(columns) - len(shown),
    )


def _shown(profile: ColumnProfile, type_: str, fact: dict[str, Any], language: str) -> ShownProfile:
    """Bars of a spread, else common values, else how the cells are written: one picture for each column."""
    has_common = not profile.bars and bool(profile.top) and profile.top[0].share >= COMMON
    kept = {in_words(FACT_WORDS[key], language) for key in (FIGURES if profile.bars else SHAPE)}
    return ShownProfile(
        profile=profile,
        type=type_,
        filled=_filled(fact),
        is_different=_is_different(fact),
        top=profile.top[:SHOWN_VALUES] if has_common else (),
        facts=() if has_common else tuple(pair for pair in profile.facts if pair[0] in kept),
    )


def _filled(fact: dict[str, Any]) -> float:
    count, blanks = int(fact.get("count", 0)), int(fact.get("blank_count", 0))
    return count / (count + blanks) if count + blanks else 0.0


def _is_different(fact: dict[str, Any]) -> bool:
    return not fact.get("is_estimate") and fact.get("count", 0) > 1 and fact.get("distinct") == fact.get("count")
