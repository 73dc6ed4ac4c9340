"""Recall and precision on generated columns (fixed seed), and false blocks of real public tables."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.ingest.column_types import RawColumn
from datasets.ingest.personal_data import find_personal_data
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Finding
from tests.datasets.ingesting import understand_once

ROWS = 500
COLUMNS = 8
"""Per kind and per generator of look-alikes: 4,000 cells each."""
LEAST_RECALL, LEAST_PRECISION, MOST_FALSE_BLOCKS = 0.99, 0.95, 0.02
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
REGIONS = ("420202", "440306", "440307", "440309", "440310", "440311", "110105", "650102", "810000", "820000", "830000")
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
Maker = Callable[[random.Random], str]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _day(rng: random.Random) -> dt.date:
    return dt.date(1935, 1, 1) + dt.timedelta(days=rng.randrange(28_000))


def _id_card(rng: random.Random) -> str:
    start = f"{rng.choice(REGIONS)}{_day(rng):%Y%m%d}{_digits(rng, 3)}"
    return start + "10X98765432"[sum(int(d) * w for d, w in zip(start, WEIGHTS, strict=True)) % 11]


def _id_card_written(rng: random.Random) -> str:
    number = _id_card(rng)
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    return rng.choice(
        [number, number, number.lower(), number.translate(FULL_WIDTH), spaced, spaced.replace(" ", "-"),
         f"身份证号:{number}", f"张三（{number}）", f"{number}，{_id_card(rng)}", number.replace("X", "×")]
    )  # fmt: skip


def _old_id_card(rng: random.Random) -> str:
    number = f"{rng.choice(REGIONS)}{_day(rng):%y%m%d}{_digits(rng, 3)}"
    while number[6:8] < "28":
        number = f"{rng.choice(REGIONS)}{_day(rng):%y%m%d}{_digits(rng, 3)}"
    return rng.choice([number, number, number.translate(FULL_WIDTH), f"{number[:6]} {number[6:12]} {number[12:]}"])


def _mobile(rng: random.Random) -> str:
    number = f"1{rng.choice('3456789')}{_digits(rng, 9)}"
    a, b, c = number[:3], number[3:7], number[7:]
    return rng.choice(
        [number, number, f"{a} {b} {c}", f"{a}-{b}-{c}", f"+86{number}", f"+86 {a} {b} {c}", f"0086-{number}",
         number.translate(FULL_WIDTH), f"{number}.0", f"联系人 {number}", f"{number}/0714-6512345", f"{a}　{b}　{c}"]
    )  # fmt: skip


def _luhn(start: str) -> str:
    doubled = [int(d) * 2 - 9 * (int(d) > 4) for d in start[::-2]]
    return start + str(-(sum(doubled) + sum(map(int, start[-2::-2]))) % 10)


def _bank_card(rng: random.Random) -> str:
    prefix, size = rng.choice([("6222", 19), ("6228", 19), ("6217", 16), ("4367", 16), ("5187", 16), ("9558", 19)])
    number = _luhn(prefix + _digits(rng, size - 5))
    grouped = " ".join(number[at : at + 4] for at in range(0, size, 4))
    return rng.choice([number, number, grouped, grouped.replace(" ", "-"), number.translate(FULL_WIDTH)])


def _passport(rng: random.Random) -> str:
    return rng.choice(["E", "G", "EA", "EJ", "H", "M"]).ljust(9, "#").replace("#", "{}").format(*_digits(rng, 8))


POSITIVES: dict[str, tuple[str, Maker]] = {
    "id_card": ("甲列", _id_card_written),
    "id_card_15": ("乙列", _old_id_card),
    "mobile": ("丙列", _mobile),
    "bank_card": ("丁列", _bank_card),
    "passport": ("护照号", _passport),
    "landline": ("戊列", lambda rng: f"0714-6{_digits(rng, 6)}"),
    "email": ("己列", lambda rng: f"u{_digits(rng, 4)}@hsg.gov.cn"),
}
"""Kind → name of its columns, which tells it only where the kind needs that, and what makes a cell."""

LOOK_ALIKES: dict[str, Maker] = {
    "order number": lambda rng: f"2024{_digits(rng, 7)}",
    "code of eleven digits": lambda rng: f"{rng.randint(1, 9)}{_digits(rng, 10)}",
    "serial of eighteen digits": lambda rng: f"{rng.randint(1, 9)}{_digits(rng, 17)}",
    "project: region, day, serial": lambda rng: (
        f"420202{2015 + rng.randrange(12)}0{rng.randint(1, 9)}1{_digits(rng, 5)}"
    ),
    "project of fifteen digits": lambda rng: f"4202022{rng.randrange(7)}0{rng.randint(1, 9)}1{_digits(rng, 4)}",
    "credit code": lambda rng: (
        f"9142020{rng.randrange(7)}MA{_digits(rng, 7)}{rng.choice('0123456789ABCDEFGHJKLMNPQRTUWXY')}"
    ),
    "credit code of digits": lambda rng: f"9142020{rng.randrange(7)}{_digits(rng, 10)}",
    "EAN-13": lambda rng: f"69{_digits(rng, 11)}",
    "moment": lambda rng: f"2024010{rng.randint(1, 9)}{_digits(rng, 6)}",
    "area code": lambda rng: f"4202020{_digits(rng, 5)}",
    "coordinate": lambda rng: f"11{rng.randint(3, 5)}.{_digits(rng, 13)}",
    "pair of coordinates": lambda rng: f"115.0{_digits(rng, 6)},30.2{_digits(rng, 6)}",
    "amount": lambda rng: f"{rng.randrange(10 ** rng.randint(4, 11))}.{_digits(rng, 2)}",
    "begins like a mobile": lambda rng: f"13{_digits(rng, rng.choice([7, 8, 10, 11, 12]))}",
    "device of sixteen digits": lambda rng: f"62{_digits(rng, 14)}",
    "code with a dash": lambda rng: f"GC-1{rng.choice('3456789')}{_digits(rng, 9)}",
}
"""Look-alikes that are no personal data; none of these columns may be called one."""


def _search(columns: list[tuple[str, Maker]], spill: Path, seed: int) -> list[list[Finding]]:
    """The findings of each column of `ROWS` made cells."""
    rng = random.Random(seed)
    table = RawTable(spill)
    table.append([[maker(rng) for _, maker in columns] for _ in range(ROWS)])
    return [find_personal_data(table, [RawColumn(at, name)], "true") for at, (name, _) in enumerate(columns)]


@pytest.mark.parametrize("kind", POSITIVES)
def test_recall_by_cell_and_by_column(kind: str, tmp_path: Path) -> None:
    found = _search([POSITIVES[kind]] * COLUMNS, tmp_path, seed=4)
    counts = [sum(finding.count for finding in findings if finding.kind == kind) for findings in found]
    cells, columns = sum(counts) / (ROWS * COLUMNS), sum(map(bool, counts)) / COLUMNS
    assert min(cells, columns) >= LEAST_RECALL, f"{kind}: {cells:.4f} of the cells, {columns:.4f} of the columns"


def test_precision_by_cell_and_by_column(tmp_path: Path) -> None:
    makers = [(f"列{at}", maker) for at, maker in enumerate(LOOK_ALIKES.values())] * COLUMNS
    found = dict(enumerate(_search([*POSITIVES.values(), *makers], tmp_path, seed=5)))
    kinds = [*POSITIVES, *[""] * len(makers)]
    for kind in POSITIVES:
        hits = [
            (kinds[at], finding.count) for at, findings in found.items() for finding in findings if finding.kind == kind
        ]
        # Old numbers may be written in the column of new ones and landlines beside mobiles: only look-alikes are false.
        right, wrong = (sum(n for of, n in hits if bool(of) is is_right) for is_right in (True, False))
        wrong_columns = sum(1 for of, _ in hits if not of)
        assert right / (right + wrong) >= LEAST_PRECISION, f"{kind}: {wrong} false cells"
        assert wrong_columns / len(makers) <= 1 - LEAST_PRECISION, f"{kind}: {wrong_columns} of {len(makers)} columns"


def test_number_in_prose_is_found_among_codes(tmp_path: Path) -> None:
    rng = random.Random(6)
    rows = [[f"工单 2024{_digits(rng, 8)} 已办结"] for _ in range(20_000)] + [
        ["回电 13812345678"],
        [f"卡号{_luhn('622202' + '1' * 12)}"],
    ]
    table = RawTable(tmp_path)
    table.append(rows)
    found = find_personal_data(table, [RawColumn(0, "备注")], "true")
    assert {(finding.kind, finding.count) for finding in found} == {("mobile", 1), ("bank_card", 1)}


def test_real_public_tables_are_hardly_blocked(shared_data: Path) -> None:
    files = [path for path in sorted((shared_data / "tables").rglob("*")) if path.suffix in {".csv", ".xls", ".txt"}]
    blocked = {path.name: understand_once(path).blocking for path in files}
    false = {name: findings for name, findings in blocked.items() if findings}
    assert len(files) >= 50
    assert len(false) <= MOST_FALSE_BLOCKS * len(files), false


def test_made_up_passengers_are_found_fully(shared_data: Path) -> None:
    reading = understand_once(shared_data / "pii_synthetic" / "乘客信息_300.csv")
    assert {(one.column, one.kind, one.count) for one in reading.findings} == {
        ("姓名", "name", 300), ("身份证号", "id_card", 300), ("手机号", "mobile", 300),
    }  # fmt: skip
