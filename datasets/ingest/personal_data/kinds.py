"""The kinds of personal data, each with its shape, its check, and examples that a test runs.

Blocking: numbers by which a person can be found or robbed (GB/T 35273 annex B). Warning: what public facilities and
legal representatives lawfully carry (个人信息保护法 art. 13, 27).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from datasets.ingest.personal_data.checks import fits_bank_card, fits_id_card, is_no_file, is_no_filler
from datasets.ingest.personal_data.writing import AFTER, BEFORE, BLANK, DASH, GAP, spaced


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern with one group per way of finding the number; one of the `groups` takes part in a match."""

    pattern: str
    groups: int = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data.

    `core` is the shape of the number itself, looked for where the column's name (`header`) or the words before the
    number say what it is; `alone` is the shape that tells it by itself (None: it cannot). `check` gives SQL on the
    number without its blanks and dashes; by chance one in ten passes, so in columns that no name tells, `least_passing`
    of the shaped cells must pass, `fewest` at least, and they must be `least_share` of the filled cells.
    `before` and `after` are what may stand around it; `is_whole`: it fills its cell. `is_told_by_words` (those of
    `header` right before it) and `is_told_by_blanks` (between its groups) make a single number certain. `examples` are
    cells that hold the kind, `others` cells that do not, both in a column named `example_header`.
    """

    kind: str
    zh: str
    en: str
    severity: str
    core: str
    examples: tuple[str, ...]
    others: tuple[str, ...]
    alone: str | None = None
    check: Callable[[str], str] | None = None
    header: str | None = None
    example_header: str = "内容"
    before: str = BEFORE
    after: str = AFTER
    is_whole: bool = False
    least_passing: float = 0.0
    least_share: float = 0.0
    fewest: int = 1
    is_told_by_words: bool = False
    is_told_by_blanks: bool = False

    def is_named(self, column: str) -> bool:
        """Whether the column's name says that it holds this kind."""
        return bool(self.header and re.search(self.header, column, re.I))

    def named_shape(self) -> Shape:
        """The pattern of a cell in a column whose name says that it holds this kind."""
        return Shape(self._around(self.core))

    def unnamed_shape(self) -> Shape | None:
        """The pattern of a cell in any other column or text; None where only a column's name could tell."""
        told = self.told_pattern
        if self.alone is None:
            return Shape(told) if told else None
        alone = self._around(self.alone)
        return Shape(f"{alone}|{told}", 2) if told else Shape(alone)

    @property
    def told_pattern(self) -> str | None:
        """The pattern of a number that the words right before it name."""
        if not self.is_told_by_words or not self.header:
            return None
        return f"(?i:{self.header})[^0-9A-Za-z]{{0,8}}({self.core}){self.after}"

    def _around(self, core: str) -> str:
        return f"^{BLANK}*({core}){BLANK}*$" if self.is_whole else f"{self.before}({core}){self.after}"


DAY = f"(?:{spaced('0', '[1-9]')}|{spaced('[12]', '[0-9]')}|{spaced('3', '[01]')})"
MONTH = f"(?:{spaced('0', '[1-9]')}|{spaced('1', '[0-2]')})"
YEAR = f"(?:{spaced('1', '9')}|{spaced('2', '0')})"
D = "[0-9]"
PROVINCES = ("1[1-5]", "2[1-3]", "3[1-7]", "4[1-6]", "5[0-4]", "6[1-5]", "71", "8[1-3]")
"""First two digits: GB/T 2260 with 71 and 81–83 of Taiwan, Hong Kong and Macao residents' permits. What follows is not
compared with a list: districts come and go (440311 is of 2018)."""
PROVINCE = "(?:" + "|".join(spaced(code[0], code[1:]) for code in PROVINCES) + ")"
REGION = f"(?:{spaced(PROVINCE, D, D, D, D)}|{spaced('9', PROVINCE, D, D, D)})"
ID_CARD = spaced(REGION, YEAR, D, D, MONTH, DAY, D, D, D, "[0-9Xx]")
"""A foreigner's permit of 2023 starts with 9, then province and country in place of the district."""
OLD_ID_CARD = spaced(PROVINCE, D, D, D, D, D, D, MONTH, DAY, D, D, D)
OLD_ID_CARD_OF_LIVING = spaced(PROVINCE, D, D, D, D, "(?:2[89]|[3-9][0-9])", MONTH, DAY, D, D, D)
"""Without a check digit, region + day + serial of a project looks the same: born from 1928 on, projects are younger."""
NEAR = f"(?:{BLANK}?{DASH}{BLANK}?|{BLANK}{{1,2}})"
MOBILE = (
    "1[3-9][0-9](?:[0-9]{8}"
    f"|{NEAR}[0-9]{{4}}{NEAR}[0-9]{{4}}|[.·][0-9]{{4}}[.·][0-9]{{4}}|{NEAR}[0-9]{{8}}|[0-9]{{4}}{BLANK}{{1,2}}[0-9]{{4}}"
    f"|{BLANK}[0-9]{{3}}{BLANK}[0-9]{{5}})"
    f"|1{BLANK}[3-9](?:{BLANK}[0-9]){{9}}|1[.][3-9][0-9]{{9}}[Ee][+]?10"
)
"""YD/T 5163 leaves 13–19; 3-4-4, 3-8, 7-4 and other groups, all digits apart, and as spreadsheets print a number."""
BANK_CARD = (
    "62[0-9]{14,17}|[3-6][0-9]{15}|[3-69][0-9]{18}|62[0-9]{4} [0-9]{10,13}"
    f"|[3-69][0-9]{{3}}(?:{NEAR}[0-9]{{4}}){{3}}(?:{NEAR}?[0-9]{{1,3}})?"
)
PASSPORT = (
    "[DdEeGgPpSsKk] ?[0-9]{8}|[DdEePpSs][A-Za-z] ?[0-9]{7}|[HhMm] ?[0-9]{8}(?:[0-9]{2})?"
    "|[CcWw] ?[0-9]{8}|[Cc][A-Za-z] ?[0-9]{7}"
)
"""Chinese passports, and the passes for Hong Kong, Macao and Taiwan."""
LANDLINE = (
    r"(?:[(（]?(?:[+]?(?:86|886)[ -]?)?0[1-9][0-9]{0,2}[)）]?[ -]?|[+](?:86|886)[ -]?[1-9][0-9]{0,2}[ -]?)?"
    r"[2-9][0-9]{2,3}[ -]?[0-9]{4}"
)
FAR_LANDLINE = r"[(（]?0[1-9][0-9]{0,2}[)）]?[ -]?[2-9][0-9]{2,3}[ -]?[0-9]{4}"
PLATE_PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

KINDS: tuple[Kind, ...] = (
    Kind(
        "id_card", "身份证号", "ID card number", "block", ID_CARD, alone=ID_CARD, check=fits_id_card, least_passing=0.5,
        is_told_by_words=True, header=r"身份证|证件号|公民身份|居住证|id.?card|identity",
        before=rf"(?:{BEFORE}|(?:^|[^0-9A-Za-z])(?i:id|sfz|sfzh|no)[.]?)",
        examples=(
            "11010519491231002X", "11010519491231002x", "身份证：11010519491231002X。", "11010519491231002×",
            "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105-1949-1231-002X",
            "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        ),
        others=(
            "110105194912310021", "914202021784350789", "420202199013450011", "1101051949123100",
            "A11010519491231002X",
        ),
    ),
    Kind(
        "id_card_15", "15 位身份证号", "15-digit ID card number", "block", OLD_ID_CARD, alone=OLD_ID_CARD_OF_LIVING,
        is_told_by_words=True,
        header=r"身份证|证件号|公民身份", example_header="身份证号", least_share=0.5, fewest=3,
        examples=("110105491231002", "110105 491231 002"), others=("990105491231002", "110105491331002"),
    ),
    Kind(
        "mobile", "手机号", "mobile number", "block", MOBILE, alone=MOBILE,
        header=r"手机|移动电话|电话|電話|联系方式|聯絡方式|tel|phone|mobile",
        before=r"(?:(?:^|[^0-9A-Za-z._+-]|(?:^|[^0-9A-Za-z])[_.-])(?:[(]?(?:[+] ?|00)?86[)]?[ .-]{0,2})?"
        r"|(?:^|[^0-9A-Za-z])(?i:tel|phone|mobile|wx|vx)[.]?)",
        examples=(
            "13812345678", "张三 138 1234 5678", "+86-13812345678", "联系 138-1234-5678。", "008613812345678",
            "(+86)13812345678",
            "１３８１２３４５６７８", "13812345678.0", "138.1234.5678", "1 3 8 1 2 3 4 5 6 7 8", "Tel13812345678",
            "1.3812345678E10",
            "13812345678/0714-6512345", "138\u200b1234\u200b5678", "138　1234　5678", "138—1234—5678",
        ),
        others=(
            "12812345678", "113812345678", "0.4486138123456", "0.13812345678", "13812345678.5", "A13812345678",
            "GC-13812345678", "13812345678-01", "138.12345678", "+13812345678",
        ),
    ),
    Kind(
        "bank_card", "银行卡号", "bank card number", "block", BANK_CARD, alone=BANK_CARD, check=fits_bank_card,
        header=r"卡号|账号|帐号|账户|银行|card|account", example_header="收款账号", least_passing=0.6, fewest=2,
        is_told_by_words=True, is_told_by_blanks=True,
        examples=("6222021234567890128", "4111 1111 1111 1111", "6222 0212 3456 7890 128", "卡号6222021234567890128"),
        others=("6222021234567890127", "4111111111111112"),
    ),
    Kind(
        "passport", "护照号", "passport number", "block", PASSPORT, is_told_by_words=True,
        header=r"护照|護照|通行证|证件号|passport", example_header="护照号",
        examples=("E12345678", "EA1234567", "护照号：E12345678"), others=("E1234567", "12345678"),
    ),
    Kind(
        "landline", "固定电话", "landline number", "warn", LANDLINE, alone=FAR_LANDLINE,
        header=r"电话|電話|传真|联系方式|tel|phone|fax", example_header="电话", least_share=0.5, fewest=3,
        examples=("0714-6512345", "(027)87654321", "（0714）6512345", "02-2759-0666", "6512345"),
        others=("12345", "13822345678", "2024-01-01"),
    ),
    Kind(
        "email", "电子邮箱", "e-mail address", "warn",
        r"[0-9A-Za-z._+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63})*[.][A-Za-z]{2,24}",
        alone=r"[0-9A-Za-z._+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63})*[.][A-Za-z]{2,24}",
        check=is_no_file, before="", after="",
        examples=("a.b@hsg.gov.cn", "邮箱：office@example.com", "office＠example.com"),
        others=("@home", "a@b", "logo@2x.png", "a@1.2"),
    ),
    Kind(
        "licence_plate", "车牌号", "licence plate", "warn",
        f"[{PLATE_PLACES}][A-Za-z][.·]? ?(?:[0-9A-Za-z]{{5,6}}|[0-9A-Za-z]{{4}}[学警挂港澳])",
        alone=f"[{PLATE_PLACES}][A-HJ-NP-Z][.· -]?"
        "(?:[0-9A-HJ-NP-Z]{5}|[0-9DF][0-9A-HJ-NP-Z][0-9]{3}[0-9DF]|[0-9A-Z]{4}[学警挂港澳])",
        header=r"车牌|号牌|車牌|plate", before="", after="(?:$|[^0-9A-Za-z])",
        examples=("鄂B12345", "鄂B·D12345", "车牌鄂B1234学"), others=("鄂A级", "京G4线", "鄂B1234567", "S12345"),
    ),
    Kind(
        "military_id", "军警证件号", "military or police ID number", "warn", "[一-龥]{0,3}字?第?[0-9]{6,8}号?",
        header=r"军官证|士官证|士兵证|军人证|警官证|文职", example_header="军官证号", is_whole=True,
        examples=("军字第2001988号", "南字第01234567号"), others=("黄政发第12号", "无"),
    ),
    Kind(
        "name", "姓名", "personal name", "warn", "[一-龥]{2,4}|[一-龥]+[.·][一-龥]+", check=is_no_filler, is_whole=True,
        header=r"姓名|联系人|負責人|负责人|法定代表|法人代表|经办人|户主|申请人|当事人|业主|监护人|聯絡人",
        example_header="姓名",
        examples=("张三", "买买提·艾力"), others=("黄石港区教育局", "A", "不详"),
    ),
    Kind(
        "address", "住址", "home address", "warn", ".*(?:路|街|村|号|號|室|栋|镇|乡|区).*", is_whole=True,
        header=r"住址|家庭地址|户籍地|戶籍地|居住地|现居", example_header="住址",
        examples=("黄石港区湖滨大道 1 号",), others=("不详",),
    ),
)  # fmt: skip

OUTSIDE = frozenset({"id_card", "id_card_15", "mobile", "bank_card", "passport"})
"""Kinds looked for in texts outside the table; a contact's landline under a table is meant to be there."""

ELEVEN_DIGITS = f"{BLANK}*[1-9](?:{GAP}[0-9]){{10}}(?:[.]0)?{BLANK}*"
"""A cell that is nothing but as many digits as a mobile number has."""
LONG_NUMBER = "[1-9][0-9]{8,12}(?:[.][0-9]*)?"
"""In a column of plain numbers: one about as long as a mobile number."""
