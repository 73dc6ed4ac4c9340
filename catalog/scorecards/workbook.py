"""A period as an Excel workbook: the ranking, every figure, the bonus items, and what each indicator means.

Text is always text: no formula, no link.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from catalog.scorecards.cards import Card, Line
from catalog.scorecards.indicators import INDICATORS, Indicator
from catalog.scorecards.scoring import Ranking

MAX_CELL = 32_767

_WORDS = {
    "ranking": ("排名", "Ranking"),
    "figures": ("各项指标", "Figures"),
    "bonus": ("加分事项", "Bonus items"),
    "definitions": ("指标说明", "Definitions"),
    "rank": ("名次", "Rank"),
    "department": ("部门", "Department"),
    "score": ("得分", "Score"),
    "added": ("加分", "Bonus"),
    "adjusted": ("异议调整", "After objections"),
    "total": ("总分", "Total"),
    "indicator": ("指标", "Indicator"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "figure": ("指标值", "Figure"),
    "target": ("目标值", "Target"),
    "weight": ("权重", "Weight"),
    "full": ("折算满分", "Points possible"),
    "points": ("得分", "Points"),
    "item": ("事项", "Item"),
    "done": ("次数", "Done"),
    "definition": ("定义", "Definition"),
    "direction": ("方向", "Direction"),
    "more": ("越高越好", "More is better"),
    "less": ("越低越好", "Less is better"),
    "unscored": ("未评分", "Unscored"),
    "none": ("不适用", "Not applicable"),
}


def write_workbook(ranking: Ranking, *, language: str) -> bytes:
    """The workbook of a period in "zh" or "en"; O(departments × indicators)."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheets = _Sheets(book, language)
        _write_ranking(sheets, ranking)
        _write_figures(sheets, ranking.cards)
        _write_bonuses(sheets, ranking.cards)
        _write_definitions(sheets, ranking)
    return target.getvalue()


class _Sheets:
    """Writes tables: a bold frozen header, then rows of texts and numbers."""

    def __init__(self, book: Any, language: str) -> None:
        self._book = book
        self._place = int(language == "en")
        self._bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._formats = {
            "share": book.add_format({"num_format": "0.0%"}),
            "points": book.add_format({"num_format": "0.00"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }

    def word(self, key: str) -> str:
        """A word of the workbook in its language."""
        return _WORDS[key][self._place]

    def pick(self, zh: str, en: str) -> str:
        """The text of the workbook's language."""
        return (zh, en)[self._place]

    def table(self, title: str, head: Sequence[tuple[str, float]], rows: Sequence[Sequence[Any]]) -> None:
        """A sheet; `head` gives texts and widths; a cell is a text, a number, None, or (number or text, format)."""
        sheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, (text, width) in enumerate(head):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, text, self._bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                value, style = cell if isinstance(cell, tuple) else (cell, "")
                self._write(sheet, number, column, value, style)

    def _write(self, sheet: Any, row: int, column: int, value: Any, style: str) -> None:
        shown = self._formats.get(style)
        if isinstance(value, str):
            sheet.write_string(row, column, value[:MAX_CELL], shown)
        elif value is not None:
            sheet.write_number(row, column, value, shown)


def _write_ranking(sheets: _Sheets, ranking: Ranking) -> None:
    codes = [line.code for line in ranking.cards[0].lines] if ranking.cards else []
    head = [(sheets.word("rank"), 8), (sheets.word("department"), 32)]
    head += [(sheets.word(key), 10) for key in ("total", "score", "added", "adjusted")]
    head += [(sheets.pick(INDICATORS[code].short_zh, INDICATORS[code].short_en), 10) for code in codes]
    rows = [
        [
            card.rank if card.rank is not None else sheets.word("unscored"),
            sheets.pick(card.department.name, card.department.name_en),
            *((value, "points") for value in (card.total, card.base, card.bonus, card.adjustment)),
            *(_figure(card.line(code), sheets) for code in codes),
        ]
        for card in ranking.cards
    ]
    sheets.table(f"{sheets.word('ranking')} {ranking.period.key}", head, rows)


def _write_figures(sheets: _Sheets, cards: Sequence[Card]) -> None:
    keys = ("numerator", "denominator", "figure", "target", "weight", "full", "points")
    head = [(sheets.word("department"), 32), (sheets.word("indicator"), 22), *((sheets.word(key), 11) for key in keys)]
    rows = [
        [
            sheets.pick(card.department.name, card.department.name_en),
            _name(INDICATORS[line.code], sheets),
            line.tally.numerator,
            line.tally.denominator,
            _figure(line, sheets),
            _value(line.target, INDICATORS[line.code]),
            line.weight,
            (line.full, "points"),
            (line.points if line.score is not None else None, "points"),
        ]
        for card in cards
        for line in card.lines
    ]
    sheets.table(sheets.word("figures"), head, rows)


def _write_bonuses(sheets: _Sheets, cards: Sequence[Card]) -> None:
    head = [(sheets.word("department"), 32), (sheets.word("item"), 40), (sheets.word("done"), 10)]
    rows = [
        [
            sheets.pick(card.department.name, card.department.name_en),
            sheets.pick(bonus.title, bonus.title_en),
            bonus.done,
            (bonus.points, "points"),
        ]
        for card in cards
        for bonus in card.measured.bonuses
    ]
    sheets.table(sheets.word("bonus"), [*head, (sheets.word("points"), 10)], rows)


def _write_definitions(sheets: _Sheets, ranking: Ranking) -> None:
    head = [(sheets.word("indicator"), 24), (sheets.word("weight"), 9), (sheets.word("target"), 10)]
    head += [(sheets.word("direction"), 16), (sheets.word("definition"), 90)]
    rows = []
    for line in ranking.district:
        row = INDICATORS[line.code]
        direction = sheets.word("less" if row.is_less_better else "more")
        definition = sheets.pick(row.definition_zh, row.definition_en)
        rows.append([_name(row, sheets), line.weight, _value(line.target, row), direction, (definition, "wrap")])
    sheets.table(sheets.word("definitions"), head, rows)


def _name(row: Indicator, sheets: _Sheets) -> str:
    return sheets.pick(row.zh, row.en)


def _figure(line: Line, sheets: _Sheets) -> Any:
    return sheets.word("none") if line.figure is None else _value(line.figure, INDICATORS[line.code])


def _value(number: float, row: Indicator) -> Any:
    return (number, "share") if row.unit == "share" else round(number, 1)
