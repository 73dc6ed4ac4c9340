"""What a declared value range says: a list of codes, bounds of numbers, or words for people that no program can check.

Departments write it freely: "1 是；0 否", "男、女", "1-男;2-女", "0~100", "≥0", "见 GB/T 2260". Only what is certain is
read.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

MAX_CODES = 500
LIST_MARK = re.compile(r"[；;、\n|]|(?<!\d)[,，]|[,，](?!\d)")
CODED = re.compile(r"([A-Za-z0-9]{1,12})(?:\s*[-—:：=.．]\s*|\s+)(\S.{0,29})")
"""A code with its word: 1 是, 2-女, A：优."""
WORD = re.compile(r"[^\s。：:，,]{1,12}")
PROSE = re.compile(
    r"^(?:见|按|如|参照|参见|依据|保留|单位|格式|例|等|GB|其中|长度|不超过|或)|(?:等|标准|为准|填写|以上|以下)$"
)
NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
BETWEEN = re.compile(rf"[\[(（]?\s*({NUMBER})\s*(?:~|～|—|–|-|至|到|\.\.|,|，)\s*({NUMBER})\s*[\])）]?", re.ASCII)
AT_LEAST = re.compile(rf"(?:≥|>=|＞=|不小于|不低于)\s*({NUMBER})", re.ASCII)
AT_MOST = re.compile(rf"(?:≤|<=|＜=|不大于|不超过)\s*({NUMBER})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodeList:
    """Values that may stand in a cell: each code, and the word that it means."""

    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers from `least` to `greatest`, both included."""

    least: float
    greatest: float


def parse_value_range(text: str | None) -> CodeList | Bounds | None:
    """What `text` demands of a cell; None where it is blank or meant for people."""
    plain = (text or "").strip().rstrip("。；;")
    if not plain:
        return None
    return _parse_bounds(plain) or _parse_list(plain)


def _parse_bounds(text: str) -> Bounds | None:
    if found := BETWEEN.fullmatch(text):
        least, greatest = float(found.group(1)), float(found.group(2))
        return Bounds(least, greatest) if least <= greatest else None
    if found := AT_LEAST.fullmatch(text):
        return Bounds(float(found.group(1)), math.inf)
    if found := AT_MOST.fullmatch(text):
        return Bounds(-math.inf, float(found.group(1)))
    return None


def _parse_list(text: str) -> CodeList | None:
    parts = [part.strip() for part in LIST_MARK.split(text) if part.strip()]
    if not 2 <= len(parts) <= MAX_CODES:
        return None
    coded = [CODED.fullmatch(part) for part in parts]
    if all(coded):
        pairs = [found.groups() for found in coded if found]
        return CodeList(frozenset(value.strip() for pair in pairs for value in pair) | frozenset(parts))
    if all(WORD.fullmatch(part) and not PROSE.search(part) for part in parts):
        return CodeList(frozenset(parts))
    return None
