"""One scorecard and the records behind a figure, as department and office read them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from catalog.periods import format_period
from catalog.scorecards.cards import Card, Line, applicable_share
from catalog.scorecards.entry_measures import MARKS
from catalog.scorecards.indicators import INDICATORS, Indicator
from catalog.scorecards.objections import OBJECTION_STATES, Objection
from catalog.scorecards.periods import ScorePeriod
from catalog.scorecards.records import RecordPage, ScoreRecord
from catalog.timely_rates import TimelyShares
from catalog.vocabularies import label
from portal.pages.office_scores import day_text, figure_text, fraction_text, period_title, pick, plain_number, tone_of

TONES = {"open": "warn", "accepted": "good", "rejected": ""}


@dataclass(frozen=True, slots=True)
class LineRow:
    """One indicator of a card; `share` is None where it does not apply."""

    code: str
    name: str
    definition: str
    figure: str
    fraction: str
    target: str
    points: str
    full: str
    share: float | None
    tone: str
    previous: str
    year_before: str


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """One objection with its outcome."""

    id: uuid.UUID
    indicator: str
    text: str
    who: str
    state: str
    tone: str
    is_open: bool
    points: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """A department's card. `figures` are score, bonus, adjustment and rank; `beside` stands beside the timely rate."""

    room: str
    period: str
    title: str
    slug: str
    department: str
    periods: tuple[tuple[str, str, bool], ...]
    figures: tuple[tuple[str, str, str], ...]
    lines: tuple[LineRow, ...]
    previous_title: str
    year_before_title: str
    beside: tuple[tuple[str, str, str], ...]
    bonuses: tuple[tuple[str, str, str], ...]
    frozen: str
    is_unscored: bool
    applicable: str
    objections: tuple[ObjectionRow, ...]
    can_object: bool
    objectable_until: str
    options: tuple[tuple[str, str], ...]
    """Indicators to which one may still object."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record; `name` leads to the entry."""

    name: str | None
    title: str
    note: str
    amount: str
    mark: str
    tone: str


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """The records of one figure; `frozen_note` says how they stood when the card was frozen, if that differs."""

    room: str
    period: str
    title: str
    slug: str
    department: str
    indicator: str
    code: str
    definition: str
    figure: str
    fraction: str
    rows: tuple[RecordRow, ...]
    next: str | None
    is_first: bool
    kept: tuple[RecordRow, ...]
    frozen: str
    has_moved: bool
    now: str


def make_card_page(
    card: Card,
    period: ScorePeriod,
    *,
    room: str,
    periods: Sequence[ScorePeriod],
    previous: Mapping[str, Line],
    year_before: Mapping[str, Line],
    objections: Sequence[Objection],
    objectable_until: dt.date | None,
    can_object: bool,
    language: str,
) -> CardPage:
    """The card in words."""
    body = card.department
    taken = {one.indicator for one in objections}
    options = tuple(
        (line.code, pick(INDICATORS[line.code], language)[0]) for line in card.lines if line.code not in taken
    )
    return CardPage(
        room=room,
        period=period.key,
        title=period_title(period, language),
        slug=body.slug,
        department=body.name_en if language == "en" else body.name,
        periods=tuple((one.key, period_title(one, language), one.key == period.key) for one in periods),
        figures=_figures(card),
        lines=tuple(_line(line, previous, year_before, language) for line in card.lines),
        previous_title=period_title(period.previous, language) if period.half else "",
        year_before_title=period_title(period.year_before, language),
        beside=_beside(card.measured.shares),
        bonuses=tuple(
            (one.title_en if language == "en" else one.title, plain_number(one.done), f"{one.points:+.2f}")
            for one in card.measured.bonuses
        ),
        frozen=day_text(card.frozen_at) if card.frozen_at else "",
        is_unscored=card.base is None,
        applicable=f"{applicable_share(card.lines):.0%}",
        objections=tuple(_objection(one, language) for one in objections if one.indicator in INDICATORS),
        can_object=can_object and bool(options),
        objectable_until=objectable_until.isoformat() if objectable_until else "",
        options=options,
    )


def _figures(card: Card) -> tuple[tuple[str, str, str], ...]:
    rows = [(_("总分"), "–" if card.total is None else f"{card.total:.2f}", "")]
    if card.bonus or card.adjustment:
        rows.append((_("指标得分"), "–" if card.base is None else f"{card.base:.2f}", "/ 100"))
    if card.bonus:
        rows.append((_("加分"), f"{card.bonus:+.2f}", ""))
    if card.adjustment:
        rows.append((_("异议调整"), f"{card.adjustment:+.2f}", ""))
    if card.rank is not None:
        rows.append((_("全区名次"), str(card.rank), f"/ {card.ranked}"))
    return tuple(rows)


def _line(line: Line, previous: Mapping[str, Line], year_before: Mapping[str, Line], language: str) -> LineRow:
    indicator = INDICATORS[line.code]
    name, _short, definition = pick(indicator, language)
    before = [
        figure_text(one[line.code].figure if line.code in one else None, indicator) for one in (previous, year_before)
    ]
    return LineRow(
        code=line.code,
        name=name,
        definition=definition,
        figure=figure_text(line.figure, indicator),
        fraction=fraction_text(line),
        target=("≤ " if indicator.is_less_better else "") + figure_text(line.target, indicator),
        points="" if line.score is None else f"{line.points:.2f}",
        full="" if line.score is None else f"{line.full:.2f}",
        share=line.score,
        tone=tone_of(line),
        previous=before[0],
        year_before=before[1],
    )


def _beside(shares: TimelyShares) -> tuple[tuple[str, str, str], ...]:
    """What keeps the timely rate honest: (name, share, count)."""
    rows = (
        (_("不定期"), shares.irregular_share, f"{shares.irregular}/{shares.entries}"),
        (_("不更新"), shares.static_share, f"{shares.static}/{shares.entries}"),
        (_("确认无变化"), shares.unchanged_share, f"{shares.unchanged}/{shares.on_time}"),
    )
    return tuple((name, f"{share:.0%}", count) for name, share, count in rows if share is not None)


def _objection(one: Objection, language: str) -> ObjectionRow:
    return ObjectionRow(
        id=one.id,
        indicator=pick(INDICATORS[one.indicator], language)[0],
        text=one.text,
        who=f"{one.by_name} · {day_text(one.at)}",
        state=OBJECTION_STATES[one.state][language == "en"],
        tone=TONES[one.state],
        is_open=one.state == "open",
        points="" if one.points is None else f"{one.points:+.2f}",
        answer=one.answer or "",
        answered=f"{one.decided_by_name} · {day_text(one.decided_at)}" if one.decided_at else "",
    )


def make_records_page(
    card: Card,
    indicator: Indicator,
    records: RecordPage,
    period: ScorePeriod,
    *,
    room: str,
    now: Line | None,
    is_first: bool,
    language: str,
) -> RecordsPage:
    """The records in words; `now` is the figure as it stands, where the card is frozen."""
    name, _short, definition = pick(indicator, language)
    line, kept = card.line(indicator.code), (card.kept or {}).get(indicator.code, ())
    body = card.department
    return RecordsPage(
        room=room,
        period=period.key,
        title=period_title(period, language),
        slug=body.slug,
        department=body.name_en if language == "en" else body.name,
        indicator=name,
        code=indicator.code,
        definition=definition,
        figure=figure_text(line.figure, indicator),
        fraction=fraction_text(line),
        rows=tuple(_record(row, indicator, language) for row in records.rows),
        next=records.next,
        is_first=is_first,
        kept=tuple(_record(row, indicator, language) for row in kept) if is_first else (),
        frozen=day_text(card.frozen_at) if card.frozen_at else "",
        has_moved=now is not None and now.tally != line.tally,
        now=f"{figure_text(now.figure, indicator)} {fraction_text(now)}".strip() if now else "",
    )


def _record(row: ScoreRecord, indicator: Indicator, language: str) -> RecordRow:
    title, note = row.title, row.note
    if indicator.code == "coverage":
        title = label("domain", row.title, language)
        note = _("%(count)s 个条目", count=row.note) if row.note != "0" else ""
    elif indicator.code == "timely":
        note = format_period(row.note, language)
    elif indicator.code == "duty":
        note = _("已完成 %(count)s 次", count=row.note)
    return RecordRow(
        name=row.name,
        title=title,
        note=note,
        amount=_amount(row, indicator),
        mark=_mark(row.mark, language),
        tone=_tone(row, indicator),
    )


def _amount(row: ScoreRecord, indicator: Indicator) -> str:
    if indicator.code == "completeness":
        return f"{row.hit:g}%"
    if indicator.unit == "mean":
        return plain_number(row.hit)
    if row.of == 1:
        return _("计入") if row.hit else _("未计入")
    return f"{plain_number(row.hit)}/{plain_number(row.of)}"


def _mark(code: str | None, language: str) -> str:
    if code is None:
        return ""
    if code in MARKS:
        return MARKS[code][language == "en"]
    return label("obligation_state", code, language)


def _tone(row: ScoreRecord, indicator: Indicator) -> str:
    if indicator.unit == "mean":
        return ""
    if indicator.is_less_better:
        return "warn" if row.hit else "good"
    return "good" if row.hit >= row.of else "warn" if row.hit else "bad"
