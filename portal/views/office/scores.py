"""考核: the ranking of a period, the cards and records behind it, weights, freezing, answers to objections."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.departments import get_department
from catalog.errors import Invalid, Problem
from catalog.scorecards import freezing, objections, weights
from catalog.scorecards.indicators import INDICATORS
from catalog.scorecards.periods import current_period, parse_period
from catalog.scorecards.scoring import rank
from catalog.scorecards.workbook import write_workbook
from portal.access import access
from portal.context import Session, actor, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.filled_form import field_texts
from portal.pages.office_scores import make_ranking_page, make_weights_page
from portal.views.desk.scores import list_shown_periods, render_card, render_records
from portal.views.office import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/scores")
@bp.get("/scores/<period>")
@access("score.manage")
def show_scores(period: str | None = None) -> str:
    """The ranking of a period; of the present half-year if none is named."""
    chosen = parse_period(period, today=today()) if period else current_period(today())
    with reading() as session:
        page = make_ranking_page(
            rank(session, chosen, by=actor(), today=today()),
            list_shown_periods(session),
            objections.list_objections(session, by=actor(), period=chosen, state="open"),
            freezable_on=freezing.freezable_on(session, chosen, today=today()),
            today=today(),
            language=language(),
        )
    return render_template("office/scores.html", page=page)


@bp.post("/scores/<period>/freeze")
@access("score.manage")
def freeze_scores(period: str) -> Response:
    """Freeze the cards of a period that is over."""
    with work() as session:
        chosen = parse_period(period, today=today())
        count = freezing.freeze_period(session, chosen, by=actor(), now=now(), today=today())
    flash(_("已定格 %(count)s 个部门的得分。", count=count), "good")
    return redirect_to("office.show_scores", period=period)


@bp.get("/scores/<period>/workbook.xlsx")
@access("score.manage")
def download_scores(period: str) -> Response:
    """The whole period as a workbook."""
    with reading() as session:
        ranking = rank(session, parse_period(period, today=today()), by=actor(), today=today())
    response = make_response(write_workbook(ranking, language=language()))
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = content_disposition(
        _("考核得分-%(period)s.xlsx", period=period), fallback=f"scores-{period}.xlsx"
    )
    return response


@bp.get("/scores/<period>/<slug>")
@access("score.manage")
def show_card(period: str, slug: str) -> Response:
    """The card of one department."""
    with reading() as session:
        return render_card(session, "office", period, _id(session, slug))


@bp.get("/scores/<period>/<slug>/<indicator>")
@access("score.manage")
def show_score_records(period: str, slug: str, indicator: str) -> str:
    """The records behind one figure."""
    with reading() as session:
        return render_records(session, "office", period, _id(session, slug), indicator)


@bp.post("/scores/objections/<uuid:objection_id>")
@access("score.manage")
def answer_objection(objection_id: uuid.UUID) -> Response:
    """Accept an objection with points, or reject it; either with an answer."""
    is_accepted = request.form.get("decision") == "accept"
    typed = {name: request.form.get(name, "").strip()[:4000] for name in ("answer", "points")}
    period, slug = request.form.get("period", "")[:10], request.form.get("slug", "")[:80]
    try:
        with work() as session:
            objections.decide_objection(
                session,
                objection_id,
                is_accepted=is_accepted,
                points=_number(typed["points"]),
                answer=typed["answer"],
                by=actor(),
                now=now(),
            )
    except Invalid as error:
        told = field_texts(error.problems, language())
        with reading() as session:
            return render_card(
                session, "office", period, _id(session, slug),
                typed={**typed, "id": str(objection_id)}, problems=told, status=status_of(error),
            )  # fmt: skip
    flash(_("已采纳异议并调整得分。") if is_accepted else _("已答复，不予采纳。"), "good")
    return redirect_to("office.show_card", period=period, slug=slug)


@bp.get("/scores/weights")
@access("score.manage")
def show_weights() -> str:
    """What every indicator counts from which day on."""
    with reading() as session:
        page = make_weights_page(
            weights.weights_on(session, dt.date.max),
            weights.list_changes(session),
            starts_on=today().isoformat(),
            language=language(),
        )
    return render_template("office/score_weights.html", page=page)


@bp.post("/scores/weights")
@access("score.manage")
def save_weights() -> Response:
    """Change weights and targets from a day on; what was typed comes back with what is wrong."""
    typed = {name: value.strip()[:20] for name, value in request.form.items()}
    values, problems = _weights(typed)
    starts_on = _day(typed.get("starts_on", ""))
    if starts_on is None:
        problems.append(Problem("starts_on", "weights_no_day"))
    try:
        if problems or starts_on is None:
            raise Invalid("weights_invalid", problems=problems)
        with work() as session:
            count = weights.set_weights(session, values, starts_on=starts_on, by=actor(), now=now(), today=today())
    except Invalid as error:
        with reading() as session:
            page = make_weights_page(
                weights.weights_on(session, dt.date.max),
                weights.list_changes(session),
                starts_on=typed.get("starts_on", ""),
                typed=typed,
                problems=error.problems,
                language=language(),
            )
        body = render_template("office/score_weights.html", page=page, summary=error_text(error, language()))
        return make_response(body, status_of(error))
    flash(_("已保存 %(count)s 项更改。", count=count) if count else _("没有更改。"), "good")
    return redirect_to("office.show_weights")


def _weights(typed: dict[str, str]) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    """Indicator → weight and target, targets of shares from per cent."""
    values: dict[str, tuple[float, float]] = {}
    problems: list[Problem] = []
    for code, row in INDICATORS.items():
        pair = [_number(typed.get(f"{name}-{code}", "")) for name in ("weight", "target")]
        for name, number in zip(("weight", "target"), pair, strict=True):
            if number is None:
                problems.append(Problem(f"{name}-{code}", "weight_not_a_number"))
        weight, target = pair
        if weight is not None and target is not None:
            values[code] = (weight, round(target / 100, 6) if row.unit == "share" else target)
    return values, problems


def _id(session: Session, slug: str) -> uuid.UUID:
    return get_department(session, slug).id


def _number(text: str) -> float | None:
    """A plain decimal number with at most two places; None for anything else."""
    try:
        number = float(text) if text.isascii() and not set(text.lower()) & set("naif_e") else None
    except ValueError:
        return None
    return None if number is None else round(number, 2)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
