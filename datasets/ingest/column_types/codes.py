"""Numbers that name things: they are never counted with, whatever their digits look like."""

from __future__ import annotations

import re

ID_DIGITS = 11
"""Digits from which numbers of one equal length are identifiers: telephones, area codes, accounts."""
MAX_DIGITS = 15
"""Spreadsheets and JavaScript keep no more."""
CODE_HEADER = re.compile(
    r"代码|编码|编号|代号|标识码|证号|证件号|身份证|帐号|账号|卡号|单号|文号|号码|电话|手机|传真|分机|邮编|邮政编码|版本|车牌"
    r"|行政[区區]|郵遞區號|代碼|編碼|編號|號碼|電話|手機|傳真|分機|(?<!序)[号號]$"
    r"|(?:^|[^a-zA-Z])(?i:codes?|zip|postcode|phone|tel|mobile|fax|isbn|uuid|guid|id|version)(?:$|[^a-zA-Z])"
    r"|[a-z](?:Code|Id|ID)$",
    re.ASCII,
)
DATE_HEADER = re.compile(r"日期|时间|時間|年月|月份|date|day|time|month", re.I)
DATE_AT_END = re.compile(r"(?:日期|时间|時間|年月日|有效期|date|time)$", re.I)
"""A header that ends so speaks of a time, not of the document before it: 身份证有效期, 手机登记时间."""
LEADING_ZERO = re.compile(r"0[0-9]+", re.ASCII)


def is_code_header(name: str) -> bool:
    """Whether the header says that the cells name things."""
    return bool(CODE_HEADER.search(name)) and not DATE_AT_END.search(name)


def is_date_header(name: str) -> bool:
    """Whether the header speaks of a time."""
    return bool(DATE_HEADER.search(name))


def has_leading_zero(cell: str) -> bool:
    """007, 0714: digits that a number would lose."""
    return LEADING_ZERO.fullmatch(cell) is not None


def is_named_so(shortest: int, longest: int) -> bool:
    """Whether whole numbers of `shortest` to `longest` digits are identifiers by their length."""
    return shortest == longest and longest >= ID_DIGITS
