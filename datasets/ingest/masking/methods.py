"""What each method makes of one cell: pure functions of cell, kind of personal data and salt."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

from datasets.ingest.personal_data.kinds import KINDS
from datasets.ingest.personal_data.searching import mask
from datasets.ingest.personal_data.writing import fold

Change = Callable[[str, str, str], str]
"""(number or cell, kind, salt) → what is stored."""

METHODS: dict[str, tuple[str, str, str, str]] = {
    "mask": ("掩码", "mask", "遮去中间或末尾，如 138****5678", "hide most signs, such as 138****5678"),
    "replace": (
        "替换",
        "replace",
        "换成代号；本版本中同一内容代号相同，不能还原",
        "put a code in its place: the same for the same content in this version, with no way back",
    ),
    "generalise": (
        "泛化",
        "generalise",
        "只留大类：地区和出生年、年份、号段、区间、区县",
        "keep the class only: region and year of birth, year, first digits, range, district",
    ),
    "remove": ("删除", "remove", "整列不发布，任何地方都不保存", "leave the column out everywhere"),
}
"""Method → (Chinese, English, what it does in both)."""

KEPT: dict[str, tuple[int, int]] = {
    "id_card": (6, 0),
    "id_card_15": (6, 0),
    "mobile": (3, 4),
    "bank_card": (4, 4),
    "passport": (1, 2),
    "landline": (4, 0),
    "licence_plate": (2, 1),
    "military_id": (1, 2),
    "name": (1, 0),
}
"""Kind → signs that `mask` leaves at the beginning and at the end. Of an ID card the region only: with serial and check
digit left, one birthday in eleven would fit."""
CLASS_SIGNS: dict[str, int] = {"mobile": 3, "bank_card": 6, "passport": 1, "landline": 4, "licence_plate": 2}
"""Kind → signs at the beginning that tell the class: network, bank, kind of document, area, place."""
CLASSES: dict[str, Callable[[str], str]] = {
    "id_card": lambda number: f"{number[:6]} {number[6:10]}年",
    "id_card_15": lambda number: f"{number[:6]} 19{number[6:8]}年",
    "email": lambda address: "@" + fold(address).partition("@")[2],
    "name": lambda name: name[:1] + "某",
    "address": lambda address: _district(address) or "*",
}
"""Kind → its class where that is not simply its first signs."""
NUMBERS = ("id_card", "bank_card", "mobile", "id_card_15", "passport", "landline")
"""Kinds that may stand inside a longer text, the longest numbers first: one inside another must not be left over."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Pseudonyms have no digits, so that none looks like a number of a person, and no vowels, so that none is a word."""
TO_LETTERS = bytes(ord(LETTERS[byte % len(LETTERS)]) for byte in range(256))
SHORTEST_CODE, LONGEST_CODE = 8, 18
FEW_DIGITS = 5
UNIT = r"[^省市区县旗州盟路街道号號村镇乡栋室0-9\s]{1,8}?(?:特别行政区|自治[区州县旗]|[省市县旗盟]|(?<![小社园校])区)"
DISTRICT = re.compile(rf"(?:{UNIT}){{1,4}}")
DATE = re.compile(r"((?:19|20)[0-9]{2})(?:[-/.年]\s?[0-9]{1,2}(?:\D.*)?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def mask_cell(cell: str, kind: str, method: str, salt: str) -> str:
    """`cell` after `method`; numbers inside a longer text are treated where they stand, other cells as a whole.

    `kind` is a key of KINDS, or "" for a column without a finding. Cells such as 无 in a column of numbers stay.
    """
    change = _CHANGES[method]
    if kind not in NUMBERS:
        return change(cell.strip(), kind, salt)
    text = fold(cell).strip()
    if _bare(kind).fullmatch(text):
        return change(_plain(text), kind, salt)
    changed = text
    for number in (kind, *(other for other in NUMBERS if other != kind)):
        changed = _inside(number).sub(partial(_put, change=change, kind=number, salt=salt), changed)
    if changed != text:
        return changed
    return change(text, "", salt) if sum(sign.isdigit() for sign in text) >= FEW_DIGITS else cell


def preview_masking(values: Iterable[str], kind: str, method: str, salt: str = "preview") -> list[tuple[str, str]]:
    """What a person sees before deciding: (the cell, itself half hidden; what would be published) for each value.

    Codes of `replace` differ from the final ones, whose salt nobody sees. "" where the column is removed.
    """
    if method == "remove":
        return [(mask(value), "") for value in values]
    return [(mask(value), mask_cell(value, kind, method, salt)) for value in values]


def list_methods(kind: str) -> list[str]:
    """The methods that make sense for a kind of personal data, the usual one first; "" for any other column."""
    return ["generalise", "mask", "replace", "remove"] if kind in ("", "address") else list(METHODS)


def _mask(value: str, kind: str, salt: str) -> str:
    if kind == "email":
        name, _, host = fold(value).partition("@")
        return f"{name[:1]}***@{host}" if host else mask(value)
    if kind == "address":
        return _district(value) + "****"
    if kind not in KEPT:
        return mask(value)
    first, last = KEPT[kind]
    if len(value) <= first + last:
        return mask(value)
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def _replace(value: str, kind: str, salt: str) -> str:
    """The same person written in another way gets the same code."""
    plain = _plain(fold(value)).upper() or value
    digest = hmac.digest(salt.encode(), plain.encode(), hashlib.sha256)
    return digest[: min(LONGEST_CODE, max(SHORTEST_CODE, len(plain)))].translate(TO_LETTERS).decode("ascii")


def _generalise(value: str, kind: str, salt: str) -> str:
    if kind in CLASSES:
        return CLASSES[kind](value)
    if kind in CLASS_SIGNS:
        return value[: CLASS_SIGNS[kind]]
    if date := DATE.fullmatch(value):
        return date[1]
    return _band(value) if NUMBER.fullmatch(value) else value[:1] + "*"


def _band(value: str) -> str:
    """Tens below 100, above that the range of its first digit: 37 → 30~39, 1234 → 1000~1999."""
    whole = int(value.lstrip("-").partition(".")[0])
    width = max(10, 10 ** (len(str(whole)) - 1))
    lowest = whole // width * width
    return f"-{lowest + width - 1}~-{lowest}" if value.startswith("-") else f"{lowest}~{lowest + width - 1}"


def _district(address: str) -> str:
    found = DISTRICT.match(address.strip())
    return found[0] if found else ""


def _put(found: re.Match[str], *, change: Change, kind: str, salt: str) -> str:
    """The whole match with the number in it changed."""
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + change(_plain(found[1]), kind, salt) + found[0][end:]


@lru_cache
def _bare(kind: str) -> re.Pattern[str]:
    return re.compile(_core(kind))


@lru_cache
def _inside(kind: str) -> re.Pattern[str]:
    """What follows is only looked at, so that it can stand before the next number."""
    one = next(one for one in KINDS if one.kind == kind)
    return re.compile(f"{one.before}({one.core})(?={one.after})")


def _core(kind: str) -> str:
    return next(one.core for one in KINDS if one.kind == kind)


def _plain(number: str) -> str:
    return number if number.isalnum() else "".join(sign for sign in number if sign.isalnum())


_CHANGES: dict[str, Change] = {"mask": _mask, "replace": _replace, "generalise": _generalise}
