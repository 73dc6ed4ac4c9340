"""Check digits as SQL: each function takes SQL that gives a number without blanks and dashes, and gives a condition."""

from __future__ import annotations

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
"""GB 11643 (ISO 7064 MOD 11-2): the last sign by the weighted sum of the first seventeen digits modulo 11."""
LONGEST_CARD = 19
FILE_ENDINGS = ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js")
FILLERS = ("不详", "未知", "暂无", "没有", "待定", "空缺", "保密", "无此项", "不适用", "同上", "合计", "总计", "小计")
"""What stands in a column of names where there is none."""


def fits_id_card(number: str) -> str:
    """The last of 18 signs is the check digit of the others (GB 11643)."""
    digits = f"TRY_CAST(substr({number}, 1, 17) AS BIGINT)"
    total = " + ".join(f"({digits} // {10 ** (16 - place)} % 10) * {w}" for place, w in enumerate(ID_WEIGHTS))
    return f"substr('{ID_CHECKS}', CAST(({total}) % 11 + 1 AS INTEGER), 1) = upper(substr({number}, 18, 1))"


def fits_bank_card(number: str) -> str:
    """The last digit fits (Luhn, ISO/IEC 7812): from the right, every second digit is doubled."""
    digits = f"TRY_CAST({number} AS UBIGINT)"
    terms = []
    for place in range(LONGEST_CARD):
        digit = f"CAST({digits} // {10**place} % 10 AS INTEGER)"
        terms.append(f"({digit} * 2 - CASE WHEN {digit} > 4 THEN 9 ELSE 0 END)" if place % 2 else digit)
    return f"({' + '.join(terms)}) % 10 = 0"


def is_no_file(number: str) -> str:
    """An address such as logo@2x.png names a picture."""
    return f"NOT regexp_matches(lower({number}), '(?:{'|'.join(FILE_ENDINGS)})$')"


def is_no_filler(number: str) -> str:
    """The cell names somebody."""
    return f"{number} NOT IN {FILLERS}"
