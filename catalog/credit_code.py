"""统一社会信用代码: the 18 characters of GB 32100-2015, with its check character.

>>> check_credit_code("91350100M000100Y43") is None
True
>>> check_credit_code("91350100M000100Y44")
'credit_code_check'
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capital letters without I, O, Z, S and V (GB 32100-2015, table 1)."""

_WEIGHTS = [3**place % 31 for place in range(17)]
_SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def normalise_credit_code(text: str) -> str:
    """Half-width capitals without blanks and hyphens: the form that is stored."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_character(body: str) -> str:
    """The check character for the first 17 characters, which must be of the alphabet."""
    total = sum(weight * ALPHABET.index(mark) for weight, mark in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def check_credit_code(code: str) -> str | None:
    """None if `code` (normalised) is well formed, else the code of what is wrong.

    "credit_code_shape": not 2 + 6 digits + 9 + 1 characters of the alphabet; "credit_code_check": the last character
    does not fit the others.
    """
    if not _SHAPE.fullmatch(code):
        return "credit_code_shape"
    return None if check_character(code[:17]) == code[17] else "credit_code_check"
