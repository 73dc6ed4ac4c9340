"""The kinds of personal data, each with its shape, its check, and examples that a test runs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
PROVINCES = frozenset(
    map(
        str,
        [
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ],
    )
)
"""First two digits of a citizen number: GB/T 2260, with Taiwan, Hong Kong and Macao residents' permits."""


def is_id_card(number: str) -> bool:
    """An 18-digit citizen number (GB 11643): known province, possible birthday, right check digit (MOD 11-2)."""
    if number[:2] not in PROVINCES or not _is_birthday(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11] == number[17].upper()


def is_old_id_card(number: str) -> bool:
    """A 15-digit citizen number of before 2000; it has no check digit."""
    return number[:2] in PROVINCES and _is_birthday("19" + number[6:12])


def is_bank_card(number: str) -> bool:
    """A card number whose last digit fits (Luhn, ISO/IEC 7812)."""
    digits = [int(sign) for sign in re.sub(r"[ -]", "", number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_birthday(text: str) -> bool:
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1900 <= day.year <= 2099


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data.

    `shape` is a pattern that RE2 and `re` read alike; its only group is the number itself. `verify` decides on that.
    `header` is how a column of this kind is named. Where the header does not say so, at least `least_share` of the
    filled cells must match; None: such a header is needed. `examples` are cells that hold the kind, `others` that do
    not, both in a column without a telling name unless `header` is needed.
    """

    kind: str
    zh: str
    en: str
    severity: str
    shape: str
    examples: tuple[str, ...]
    others: tuple[str, ...]
    verify: Callable[[str], bool] | None = None
    header: str | None = None
    least_share: float | None = 0.0

    def is_named(self, column: str) -> bool:
        """Whether the column's name says that it holds this kind."""
        return bool(self.header and re.search(self.header, column, re.I))


BEFORE = r"(?:^|[^0-9A-Za-z.])"
AFTER = r"(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"
DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

KINDS: tuple[Kind, ...] = (
    Kind(
        "id_card",
        "身份证号",
        "ID card number",
        "block",
        f"{BEFORE}([1-8][0-9]{{5}}(?:19|20)[0-9]{{2}}{DAY}[0-9]{{3}}[0-9Xx]){AFTER}",
        examples=("11010519491231002X", "11010519491231002x", "身份证：11010519491231002X。"),
        others=("110105194912310021", "914202021784350789", "420202199013450011", "1101051949123100"),
        verify=is_id_card,
    ),
    Kind(
        "id_card_15",
        "15 位身份证号",
        "15-digit ID card number",
        "block",
        f"{BEFORE}([1-8][0-9]{{7}}{DAY}[0-9]{{3}}){AFTER}",
        examples=("110105491231002",),
        others=("990105491231002", "110105491331002"),
        verify=is_old_id_card,
        header=r"身份证|证件|公民身份",
        least_share=0.5,
    ),
    Kind(
        "mobile",
        "手机号",
        "mobile number",
        "block",
        r"(?:^|[^0-9A-Za-z.+]|(?:^|[^0-9A-Za-z.])[+]?86[ -]?)(1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4}))"
        + AFTER,
        examples=("13812345678", "张三 138 1234 5678", "+86-13812345678", "联系 138-1234-5678。"),
        others=("12812345678", "113812345678", "0.4486138123456", "0.13812345678", "13812345678.5", "A13812345678"),
    ),
    Kind(
        "bank_card",
        "银行卡号",
        "bank card number",
        "block",
        BEFORE + r"(62[0-9]{14,17}|[45][0-9]{15}|[456][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?)" + AFTER,
        examples=("6222021234567890128", "4111 1111 1111 1111"),
        others=("6222021234567890127", "4111111111111112"),
        verify=is_bank_card,
        header=r"卡号|账号|帐号|银行|card|account",
        least_share=0.5,
    ),
    Kind(
        "passport",
        "护照号",
        "passport number",
        "block",
        r"^[ ]*([EeGgDdSsPp][0-9]{8}|[Ee][A-Za-z][0-9]{7}|[HhMm][0-9]{8,10})[ ]*$",
        examples=("E12345678", "EA1234567"),
        others=("E1234567", "12345678"),
        header=r"护照|通行证|证件号|passport",
        least_share=None,
    ),
    Kind(
        "landline",
        "固定电话",
        "landline number",
        "warn",
        BEFORE + r"([(（]?0[1-9][0-9]{0,2}[)）]?[ -]?[2-9][0-9]{2,3}[ -]?[0-9]{4})" + AFTER,
        examples=("0714-6512345", "(027)87654321", "02-2759-0666"),
        others=("6512345", "2024-01-01"),
        header=r"电话|電話|传真|联系方式|tel|phone|fax",
        least_share=0.5,
    ),
    Kind(
        "email",
        "电子邮箱",
        "e-mail address",
        "warn",
        r"([0-9A-Za-z._+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63})+)",
        examples=("a.b@hsg.gov.cn", "邮箱：office@example.com"),
        others=("@home", "a@b"),
    ),
    Kind(
        "name",
        "姓名",
        "personal name",
        "warn",
        r"^[ 　]*([一-龥]{2,4}|[一-龥]+·[一-龥]+)[ 　]*$",
        examples=("张三", "买买提·艾力"),
        others=("黄石港区教育局", "A"),
        header=r"姓名|联系人|負責人|负责人|法定代表|法人代表|经办人|户主|申请人|当事人|业主|监护人|聯絡人",
        least_share=None,
    ),
    Kind(
        "address",
        "住址",
        "home address",
        "warn",
        r"(.*(?:路|街|村|号|號|室|栋|镇|乡|区).*)",
        examples=("黄石港区湖滨大道 1 号",),
        others=("不详",),
        header=r"住址|家庭地址|户籍地|戶籍地|居住地|现居",
        least_share=None,
    ),
)

OUTSIDE = frozenset({"id_card", "mobile", "bank_card"})
"""Kinds looked for in texts outside the table; a contact's landline under a table is meant to be there."""
