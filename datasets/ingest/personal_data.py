"""Personal data in every row of every sheet: what stops publication, and what the reviewer must look at.

ID card (GB 11643: region, birthday, check digit), mobile, bank card (Luhn) and passport numbers block; landlines,
e-mail, names and home addresses warn, because public facilities and legal representatives lawfully carry them
(个人信息保护法 art. 4, GB/T 35273). A shape is searched by DuckDB over all rows; what has a check digit is then
verified number by number.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from datasets.ingest.column_types import RawColumn
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Finding

SAMPLES = 3
ENOUGH = 500
"""Verified numbers after which the rest of a column is taken as the same."""
BATCH = 20_000
FULL_WIDTH = "０１２３４５６７８９"
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
REGIONS = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)


def is_id_card(number: str) -> bool:
    """An 18-digit citizen number: known region, possible birthday, right check digit (ISO 7064 MOD 11-2)."""
    if number[:2] not in REGIONS or not _is_day(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11] == number[17].upper()


def is_old_id_card(number: str) -> bool:
    """A 15-digit citizen number of before 2000; it has no check digit."""
    return number[:2] in REGIONS and _is_day("19" + number[6:12])


def is_bank_card(number: str) -> bool:
    """A card number whose last digit fits (Luhn, ISO/IEC 7812)."""
    digits = [int(sign) for sign in re.sub(r"[ -]", "", number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_day(text: str) -> bool:
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1900 <= day.year <= 2099


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data.

    `shape` is a pattern that RE2 and `re` read alike; its only group is the number itself. `verify` decides on that.
    `header` must be found in the column's name where the shape alone says too little; `least_share` is the share of
    filled cells that must match where the header says nothing.
    """

    kind: str
    zh: str
    en: str
    severity: str
    shape: str
    verify: Callable[[str], bool] | None = None
    header: str | None = None
    least_share: float = 0.0


NOT_BEFORE, NOT_AFTER = r"(?:^|[^0-9A-Za-z.])", r"(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"
BIRTHDAY = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
PERSON = r"姓名|联系人|負責人|负责人|法定代表|法人代表|经办人|户主|申请人|当事人|业主|监护人|聯絡人"
HOME = r"住址|家庭地址|户籍地|戶籍地|居住地|现居|家庭住"
PHONE = r"电话|電話|传真|联系方式|tel|phone|fax"

KINDS: tuple[Kind, ...] = (
    Kind(
        "id_card", "身份证号", "ID card number", "block",
        f"{NOT_BEFORE}([1-8][0-9]{{5}}{BIRTHDAY}[0-9]{{3}}[0-9Xx]){NOT_AFTER}", is_id_card,
    ),
    Kind(
        "id_card_15", "15 位身份证号", "15-digit ID card number", "block",
        f"{NOT_BEFORE}([1-8][0-9]{{7}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{3}}){NOT_AFTER}", is_old_id_card,
        header=r"身份证|证件|公民身份", least_share=0.5,
    ),
    Kind(
        "mobile", "手机号", "mobile number", "block",
        f"(?:^|[^0-9A-Za-z.+]|[+]86[ -]?|[^0-9]86)(1[3-9][0-9](?:[0-9]{{8}}|[ -][0-9]{{4}}[ -][0-9]{{4}})){NOT_AFTER}",
    ),
    Kind(
        "bank_card", "银行卡号", "bank card number", "block",
        f"{NOT_BEFORE}(62[0-9]{{14,17}}|[45][0-9]{{15}}|[456][0-9]{{3}}(?:[ -][0-9]{{4}}){{3}}(?:[ -][0-9]{{1,3}})?){NOT_AFTER}",
        is_bank_card, header=r"卡号|账号|帐号|银行|card|account", least_share=0.5,
    ),
    Kind(
        "passport", "护照号", "passport number", "block",
        r"^[ ]*((?:[EeGgDdSsPp][0-9]{8}|[Ee][A-Za-z][0-9]{7}|[HhMm][0-9]{8,10}))[ ]*$",
        header=r"护照|通行证|证件号|passport", least_share=2.0,
    ),
    Kind(
        "landline", "固定电话", "landline number", "warn",
        f"{NOT_BEFORE}([(（]?0[1-9][0-9]{{0,2}}[)）]?[ -]?[2-9][0-9]{{2,3}}[ -]?[0-9]{{4}}){NOT_AFTER}",
        header=PHONE, least_share=0.5,
    ),
    Kind("email", "电子邮箱", "e-mail address", "warn", r"([0-9A-Za-z._+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63})+)"),
    Kind("name", "姓名", "personal name", "warn", r"^[ 　]*([一-龥]{2,4}|[一-龥]+·[一-龥]+)[ 　]*$", header=PERSON, least_share=2.0),
    Kind("address", "住址", "home address", "warn", r"(.*(?:路|街|村|号|號|室|栋|镇|乡|区).*)", header=HOME, least_share=2.0),
)  # fmt: skip
OUTSIDE = frozenset({"id_card", "mobile", "bank_card"})
"""Kinds looked for in texts outside the table; a contact's landline under a table is meant to be there."""


def find_personal_data(table: RawTable, columns: Sequence[RawColumn], where: str) -> list[Finding]:
    """Search the text `columns` in all rows for which `where` holds. O(rows × columns); numbers are verified by batch."""
    findings = []
    for column, kinds, filled in _suspects(table, columns, where):
        for kind, shaped in kinds:
            finding = _verify(table, column, kind, shaped, filled, where)
            if finding:
                findings.append(finding)
    return findings


def find_in_texts(place: str, texts: Iterable[str]) -> list[Finding]:
    """The same for titles, notes, comments and other sheets, named `place`; only kinds that block."""
    findings = []
    content = [unicodedata.normalize("NFKC", text) for text in texts]
    for kind in KINDS:
        if kind.kind not in OUTSIDE:
            continue
        pattern = re.compile(kind.shape)
        found = [hit for text in content for hit in pattern.findall(text) if kind.verify is None or kind.verify(hit)]
        if found and (kind.kind != "bank_card" or len(found) >= 3):
            samples = [mask(number) for number in found[:SAMPLES]]
            findings.append(Finding(place, kind.kind, kind.severity, len(found), 0.0, samples))
    return findings


def mask(number: str) -> str:
    """Enough to find the cell again, too little to misuse: the first and last quarter at most, never over four signs."""
    kept = min(4, max(1, len(number) // 4))
    return number[:kept] + "*" * max(1, len(number) - 2 * kept) + (number[-kept:] if len(number) > 2 else "")


def _suspects(
    table: RawTable, columns: Sequence[RawColumn], where: str
) -> list[tuple[RawColumn, list[tuple[Kind, int]], int]]:
    """Columns in which any shape occurs, with the kinds and how many cells have each; two passes over the rows."""
    anything = _literal(
        "|".join(f"(?:{kind.shape})" for kind in KINDS if kind.least_share <= 1) + f"|[{FULL_WIDTH}]{{11}}"
    )
    result = []
    for start in range(0, len(columns), 100):
        part = columns[start : start + 100]
        counts = [f"count({c.cell}), count_if(regexp_matches({c.cell}, {anything}))" for c in part]
        row = table.one(f"SELECT {', '.join(counts)} FROM raw WHERE {where}")
        for index, column in enumerate(part):
            filled, hits = row[2 * index], row[2 * index + 1]
            kinds = [kind for kind in KINDS if _is_asked(kind, column.name, hits)]
            if filled and kinds:
                shaped = _count_shapes(table, column, kinds, where)
                result.append((column, [pair for pair in zip(kinds, shaped, strict=True) if pair[1]], filled))
    return result


def _is_asked(kind: Kind, name: str, hits: int) -> bool:
    return _names(kind, name) if kind.least_share > 1 else hits > 0


def _names(kind: Kind, name: str) -> bool:
    """The header says that the column holds this kind."""
    return bool(kind.header and re.search(kind.header, name, re.I))


def _count_shapes(table: RawTable, column: RawColumn, kinds: Sequence[Kind], where: str) -> tuple[int, ...]:
    counts = [f"count_if(regexp_matches({_plain(column)}, {_literal(kind.shape)}))" for kind in kinds]
    return table.one(f"SELECT {', '.join(counts)} FROM raw WHERE {where}")


def _verify(table: RawTable, column: RawColumn, kind: Kind, shaped: int, filled: int, where: str) -> Finding | None:
    confirmed, seen = _confirm(table, column, kind, where)
    if not confirmed:
        return None
    is_named = _names(kind, column.name)
    count = shaped if kind.verify is None or seen is None else len(confirmed)
    share_of_shaped = 1.0 if seen is None or not seen else len(confirmed) / seen
    if not is_named and kind.least_share:
        rate = count / filled if kind.verify is None else share_of_shaped * shaped / filled
        if rate < kind.least_share or count < 3:
            return None
    samples = [mask(number) for number in dict.fromkeys(confirmed[:50])][:SAMPLES]
    return Finding(column.name, kind.kind, kind.severity, count, round(count / filled, 4), samples)


def _confirm(table: RawTable, column: RawColumn, kind: Kind, where: str) -> tuple[list[str], int | None]:
    """Verified numbers, and how many shaped ones were looked at (None: stopped early, the column is full of them)."""
    cell = _plain(column)
    cursor = table.connection.execute(
        f"SELECT regexp_extract({cell}, {_literal(kind.shape)}, 1) FROM raw WHERE {where} AND regexp_matches({cell}, {_literal(kind.shape)})"
        + ("" if kind.verify else f" LIMIT {SAMPLES * 10}")
    )
    confirmed: list[str] = []
    seen = 0
    while rows := cursor.fetchmany(BATCH):
        seen += len(rows)
        hits = (number for (number,) in rows if kind.verify is None or kind.verify(number))
        confirmed += islice(hits, ENOUGH)
        if len(confirmed) >= ENOUGH:
            return confirmed, None
    return confirmed, seen


def _plain(column: RawColumn) -> str:
    return f"translate({column.cell}, '{FULL_WIDTH}', '0123456789')"


def _literal(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
