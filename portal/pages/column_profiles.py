"""What stands in each column of a data file: its commonest values and its spread, as bars with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from datasets.columns import Column
from portal.pages.desk_texts import in_words

FACT_WORDS: dict[str, tuple[str, str]] = {
    "least": ("最小", "least"),
    "greatest": ("最大", "greatest"),
    "mean": ("平均", "mean"),
    "std": ("标准差", "standard deviation"),
    "length": ("字数", "length"),
    "median": ("中位数", "median"),
    "patterns": ("写法", "written as"),
}
"""Figure of a profile → what it is called."""


@dataclass(frozen=True, slots=True)
class TopValue:
    """A value with how often it stands there; `share` of the filled cells."""

    value: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column. `bars` are heights 0 to 1 of a histogram, which `told` says in words."""

    name: str
    summary: str
    top: tuple[TopValue, ...]
    bars: tuple[float, ...]
    told: str
    facts: tuple[tuple[str, str], ...]


def make_profiles(
    columns: Sequence[Column], profile: Mapping[str, Any], *, hidden: Set[str], language: str
) -> tuple[ColumnProfile, ...]:
    """The profile of every column; of `hidden` ones (names), which hold personal data, the counts alone."""
    facts = profile.get("columns", [])
    return tuple(
        _profile(column, fact, is_hidden=column.name in hidden, language=language)
        for column, fact in zip(columns, facts, strict=False)
    )


def _profile(column: Column, fact: Mapping[str, Any], *, is_hidden: bool, language: str) -> ColumnProfile:
    summary = in_words(("{0:,} 个不同值，{1:,} 个空白", "{0:,} different values, {1:,} blanks"), language)
    about = in_words(("约 ", "about "), language) if fact.get("is_estimate") else ""
    if is_hidden:
        fact = {name: fact[name] for name in ("count", "blank_count", "distinct") if name in fact}
    filled = max(1, int(fact.get("count", 0)))
    histogram = fact.get("histogram") or {}
    counts = histogram.get("counts", [])
    highest = max(counts, default=0)
    return ColumnProfile(
        name=column.name,
        summary=about + summary.format(fact.get("distinct", 0), fact.get("blank_count", 0)),
        top=tuple(TopValue(str(value), times, times / filled) for value, times in fact.get("top", [])),
        bars=tuple(count / highest for count in counts) if highest and len(counts) > 1 else (),
        told=_tell_histogram(histogram, language) if highest and len(counts) > 1 else "",
        facts=tuple(_facts(fact, language)),
    )


def _facts(fact: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    is_counted = "quantiles" in fact  # the least of texts is only the first in the order of signs
    for name in ("least", "greatest", "mean", "std"):
        if is_counted and fact.get(name) is not None:
            found[name] = _plain(fact[name])
    if median := (fact.get("quantiles") or {}).get("50"):
        found["median"] = _plain(median)
    if length := fact.get("length"):
        found["length"] = f"{length[0]}–{length[2]}"
    if patterns := fact.get("patterns"):
        found["patterns"] = "、".join(f"{pattern} {share:.0%}" for pattern, share in patterns)
    return [(in_words(FACT_WORDS[name], language), value) for name, value in found.items()]


def _tell_histogram(histogram: Mapping[str, Any], language: str) -> str:
    """The bars in words: range, number of bins, the fullest one."""
    bounds, counts = histogram["bounds"], histogram["counts"]
    fullest = counts.index(max(counts))
    words = (
        "从 {0} 到 {1} 分 {2} 段，最多的是 {3}–{4}，{5:,} 个",
        "{2} ranges from {0} to {1}; the fullest is {3} to {4} with {5:,}",
    )
    ends = (bounds[0], bounds[-1], bounds[fullest], bounds[fullest + 1])
    first, last, low, high = map(_plain, ends)
    return in_words(words, language).format(first, last, len(counts), low, high, counts[fullest])


def _plain(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
