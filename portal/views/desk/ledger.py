"""The department's ledger: what is owed by when, what became of it, and what may be done about it."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, g, render_template, request
from flask_babel import gettext as _

from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.obligation_acts import ask_extension, confirm_served, object_to
from catalog.obligation_lists import LedgerFilter, count_ledger, list_ledger
from catalog.timely_rates import timely_shares
from portal.access import access
from portal.context import actor, language, now, reading, today, work
from portal.links import redirect_to
from portal.pages.desk_ledger import ACT_TEXTS, PAGE_SIZE, SHARES_DAYS, TABS, make_desk_ledger
from portal.pages.office_ledger import parse_day
from portal.views.desk import bp
from portal.views.desk.obligations import refuse_act, render_obligation
from portal.views.desk.shared import MAX_REASON


@bp.get("/ledger")
@access("desk.view")
def show_ledger() -> str:
    """Obligations of the department: to do, overdue, settled or all, with its timely rate."""
    state = request.args.get("state", "")
    state = state if state in {key for key, _zh, _en in TABS} else TABS[0][0]
    department_id = actor().department_id
    with reading() as session:
        found = list_ledger(
            session,
            LedgerFilter(state=state, department_id=department_id),
            by=actor(),
            today=today(),
            after=request.args.get("after"),
            limit=PAGE_SIZE,
        )
        counts = count_ledger(session, by=actor(), today=today(), department_id=department_id)
        since = today() - dt.timedelta(days=SHARES_DAYS)
        shares = timely_shares(session, department_id=department_id, since=since, until=today(), today=today())
    page = make_desk_ledger(
        found,
        counts,
        shares,
        state=state,
        department=g.signed_in.department_name or "",
        today=today(),
        language=language(),
    )
    return render_template("desk/ledger.html", page=page)


@bp.get("/ledger/<uuid:obligation_id>")
@access("desk.view")
def show_obligation(obligation_id: uuid.UUID) -> Response:
    """One obligation with every record behind it and what this person may do."""
    return render_obligation("desk", obligation_id)


@bp.post("/ledger/<uuid:obligation_id>/acts")
@access("desk.view")
def act_on_obligation(obligation_id: uuid.UUID) -> Response:
    """Confirm unchanged, ask for an extension, or object; a refusal is told beside the form."""
    name, reason = request.form.get("act", "")[:20], request.form.get("reason", "")[:MAX_REASON]
    until = request.form.get("until_on", "").strip()[:40]
    try:
        with work() as session:
            if name == "unchanged":
                confirm_served(session, obligation_id, reason=reason, by=actor(), now=now())
            elif name == "extension":
                until_on = _required_day(until)
                ask_extension(session, obligation_id, until_on=until_on, reason=reason, by=actor(), now=now())
            elif name == "objection":
                object_to(session, obligation_id, reason=reason, by=actor(), now=now())
            else:
                raise NotFound("unknown_step", step=name)
    except (Invalid, Conflict, NotAllowed) as error:
        return refuse_act("desk", obligation_id, error, name, reason=reason, until=until)
    if name == "unchanged":
        flash(_("已确认无变化，本期按更新计。"), "good")
    else:
        flash(_("“%(act)s”已提交政数局，答复会显示在这里。", act=ACT_TEXTS[name][0][language() == "en"]), "good")
    return redirect_to("desk.show_obligation", obligation_id=obligation_id)


def _required_day(text: str) -> dt.date:
    found = parse_day(text)
    if found is None:
        raise Invalid("day_not_valid", problems=[Problem("until_on", "day_not_valid")])
    return found
