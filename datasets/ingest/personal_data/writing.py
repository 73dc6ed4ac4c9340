"""How numbers of persons are written: signs that stand for digits, signs between digits, signs around a number.

All patterns are read alike by RE2 (in DuckDB) and by `re`.
"""

from __future__ import annotations

import string

from datasets.rows import sql_text

FULL_WIDTH = {chr(ord(sign) + 0xFEE0): sign for sign in (*string.digits, *string.ascii_letters, *"@.+-")}
LIKE_X = dict.fromkeys("×✕ХхΧχ", "X")
BLANKS = dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\n\r", " ")
DASHES = dict.fromkeys("‑‒―﹣", "-")
DOTS = dict.fromkeys("•‧∙", ".")
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
FOLDED = {**FULL_WIDTH, **LIKE_X, **BLANKS, **DASHES, **DOTS}
"""Sign → the ASCII sign that it stands for when numbers are looked for."""
_TO_ASCII = str.maketrans({**FOLDED, **dict.fromkeys(UNSEEN, None)})

BLANK = "[ \u3000\u00a0\t]"
DASH = "[-—–‐−]"
"""What texts are full of stays as it is and is known to the patterns; the rarer signs above are folded."""
BEFORE = r"(?:^|[^0-9A-Za-z._-]|(?:^|[^0-9A-Za-z])[_.-])"
"""A number begins: no letter, digit or decimal point before it, and no dash that ties it to a code."""
AFTER = r"(?:$|[^0-9A-Za-z._-]|[_-](?:$|[^0-9A-Za-z])|[.]0?(?:$|[^0-9A-Za-z]))"
"""A number ends; “.0” behind it is left by spreadsheets that kept it as a number."""
GAP = "[ \u3000\u00a0\t.·—–‐−-]{0,2}"
"""What may stand between any two digits of a number whose structure tells it from others."""


def fold(text: str) -> str:
    """`text` with full-width signs, odd blanks and dashes in ASCII, and signs that cannot be seen left out."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def fold_sql(cell: str) -> str:
    """SQL for `fold`. Cells without such a sign cost a look only: translating takes 6 µs, looking 0.1 µs."""
    signs, stand_for = "".join(FOLDED), "".join(FOLDED.values())
    has_none = f"strlen({cell}) = length({cell}) OR NOT regexp_matches({cell}, {sql_text(f'[{signs}{UNSEEN}]')})"
    folded = f"translate({cell}, {sql_text(signs + UNSEEN)}, {sql_text(stand_for)})"
    return f"CASE WHEN {has_none} THEN {cell} ELSE {folded} END"


def spaced(*signs: str) -> str:
    """The pattern of these signs, one after the other, each perhaps a `GAP` apart."""
    return GAP.join(signs)
