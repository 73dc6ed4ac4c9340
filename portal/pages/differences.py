"""What changed between two versions, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.differences import Difference
from portal.pages.desk_texts import in_words

NAMED_COLUMNS = 5
PARTS: dict[str, tuple[str, str]] = {
    "added": ("新增 {count} 行", "{count} rows added"),
    "changed": ("修改 {count} 行", "{count} rows changed"),
    "removed": ("删除 {count} 行", "{count} rows removed"),
    "columns_added": ("新增列：{names}", "new columns: {names}"),
    "columns_removed": ("去掉列：{names}", "columns gone: {names}"),
    "columns_retyped": ("类型改变：{names}", "columns with another type: {names}"),
    "is_reordered": ("列的顺序改变", "columns in another order"),
}
"""Part of a difference → how it is told, where it is not nought."""
NOTHING = ("内容与上一版相同", "the same rows as before")


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """A difference in one sentence; `against` is the number of the version before."""

    against: int
    sentence: str
    is_empty: bool


def tell_difference(values: Mapping[str, Any] | None, language: str) -> ToldDifference | None:
    """What a version or a reading keeps of its difference, in words; None where it has none."""
    if values is None:
        return None
    difference = Difference.from_dict(dict(values))
    return ToldDifference(int(values["against"]), sentence_of(difference, language), difference.is_empty)


def sentence_of(difference: Difference, language: str) -> str:
    """新增 12 行，修改 3 行."""
    parts = [
        in_words(words, language).format(
            count=f"{value:,}" if isinstance(value, int) else "", names=_names(value, language)
        )
        for name, words in PARTS.items()
        if (value := getattr(difference, name))
    ]
    if not parts:
        return in_words(NOTHING, language)
    return ("，" if language == "zh" else ", ").join(parts)


def _names(value: Any, language: str) -> str:
    if not isinstance(value, list):
        return ""
    names = [one[0] if isinstance(one, list) else one for one in value]
    shown = ("、" if language == "zh" else ", ").join(names[:NAMED_COLUMNS])
    return shown + ("…" if len(names) > NAMED_COLUMNS else "")
