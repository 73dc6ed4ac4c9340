"""考核 as a department sees it: its own card, the records behind it, its objections."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.errors import Conflict, Invalid, NotFound
from catalog.permissions import is_allowed
from catalog.scorecards import objections
from catalog.scorecards.periods import ScorePeriod, current_period, list_periods, parse_period
from catalog.scorecards.records import get_indicator, list_records
from catalog.scorecards.scoring import find_lines, first_year, get_card, measure_lines
from catalog.workdays import load_calendar
from portal.access import access
from portal.context import Session, actor, language, now, reading, today, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_scores import make_card_page, make_records_page
from portal.pages.filled_form import field_texts
from portal.views.desk import bp

YEARS = 3
"""Years of periods that the pages offer."""
PAGE_SIZE = 50


@bp.get("/scores")
@bp.get("/scores/<period>")
@access("desk.view")
def show_card(period: str | None = None) -> Response:
    """The department's own card; of the present half-year if no period is named."""
    with reading() as session:
        return render_card(session, "desk", period, _own())


@bp.get("/scores/<period>/<indicator>")
@access("desk.view")
def show_score_records(period: str, indicator: str) -> str:
    """The records behind one figure of the own card."""
    with reading() as session:
        return render_records(session, "desk", period, _own(), indicator)


@bp.post("/scores/<period>/objections")
@access("score.object")
def object_to_score(period: str) -> Response:
    """Object to a figure of the frozen card."""
    typed = {"indicator": request.form.get("indicator", "")[:40], "text": request.form.get("text", "")[:4000]}
    try:
        with work() as session:
            objections.object_to_score(
                session,
                parse_period(period, today=today()),
                typed["indicator"],
                department_id=_own(),
                text=typed["text"],
                calendar=load_calendar(session),
                by=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else []
        told = field_texts(problems, language()) or (("", error_text(error, language())),)
        with reading() as session:
            return render_card(session, "desk", period, _own(), typed=typed, problems=told, status=status_of(error))
    flash(_("异议已提交，请等待政数局答复。"), "good")
    return redirect_to("desk.show_card", period=period)


def render_card(
    session: Session,
    room: str,
    period: str | None,
    department_id: uuid.UUID,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    """A department's card in the desk or the office, with the period and the year before beside it."""
    chosen = parse_period(period, today=today()) if period else current_period(today())
    card = get_card(session, chosen, department_id, by=actor(), today=today())
    until = objections.objectable_until(card.frozen_at, load_calendar(session)) if card.frozen_at else None
    may_object = room == "desk" and is_allowed(actor(), "score.object", department_id=department_id)
    page = make_card_page(
        card,
        chosen,
        room=room,
        periods=list_shown_periods(session),
        previous=find_lines(session, chosen.previous, department_id, today=today()) if chosen.half else {},
        year_before=find_lines(session, chosen.year_before, department_id, today=today()),
        objections=objections.list_objections(session, by=actor(), period=chosen, department_id=department_id),
        objectable_until=until,
        can_object=may_object and until is not None and today() <= until,
        language=language(),
    )
    body = render_template(
        "desk/score_card.html", page=page, layout=f"{room}/layout.html", typed=typed or {}, problems=problems
    )
    return make_response(body, status)


def render_records(session: Session, room: str, period: str, department_id: uuid.UUID, indicator: str) -> str:
    """The records behind a figure in the desk or the office."""
    chosen, row, after = parse_period(period, today=today()), get_indicator(indicator), request.args.get("after")
    card = get_card(session, chosen, department_id, by=actor(), today=today())
    present = measure_lines(session, chosen, department_id, today=today()) if card.frozen_at else {}
    records = list_records(
        session,
        indicator,
        department_id=department_id,
        period=chosen,
        today=today(),
        by=actor(),
        after=after,
        limit=PAGE_SIZE,
    )
    page = make_records_page(
        card, row, records, chosen, room=room, now=present.get(indicator), is_first=not after, language=language()
    )
    return render_template("desk/score_records.html", page=page, layout=f"{room}/layout.html")


def list_shown_periods(session: Session) -> tuple[ScorePeriod, ...]:
    """The periods that pages offer, the newest first."""
    first = max(first_year(session, today=today()), today().year - YEARS + 1)
    return list_periods(today(), first_year=first)


def _own() -> uuid.UUID:
    department_id = actor().department_id
    if department_id is None:
        raise NotFound("scorecard_not_found", period="")
    return department_id
