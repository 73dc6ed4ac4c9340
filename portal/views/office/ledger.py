"""The ledger over all departments, its download, one obligation, and the requests that wait for an answer."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from catalog.departments import list_departments
from catalog.errors import Conflict, Invalid, NotAllowed
from catalog.moot_requests import close_moot
from catalog.obligation_acts import decide, excuse
from catalog.obligation_facts import list_decided, list_requests
from catalog.obligation_lists import EXPORT_ROWS, count_ledger, iter_ledger, list_ledger
from catalog.timely_rates import timely_shares
from portal.access import access
from portal.context import actor, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_ledger import PAGE_SIZE, SHARES_DAYS
from portal.pages.office_ledger import TriedAnswer, make_office_ledger, make_requests, parse_asked, write_csv
from portal.security import FILE_POLICY
from portal.views.desk.obligations import refuse_act, render_obligation
from portal.views.desk.shared import MAX_REASON
from portal.views.office import bp

DECIDED = {
    "grant": lazy_gettext("已同意，部门可以看到答复。"),
    "refuse": lazy_gettext("已答复不同意，部门可以看到理由。"),
    "close": lazy_gettext("已关闭，无须答复。"),
}
"""What the office may decide, and what the page then says."""
ANSWER_CODES = frozenset({"reason_too_short", "reason_too_long"})


@bp.get("/ledger")
@access("office.view")
def show_ledger() -> str:
    """Obligations of all departments, narrowed by department, kind, state, period and due date."""
    asked = parse_asked(request.args)
    since, until = asked.since or today() - dt.timedelta(days=SHARES_DAYS), asked.until or today()
    with reading() as session:
        departments = list_departments(session, is_active=None)
        criteria = asked.filter(departments)
        found = list_ledger(
            session, criteria, by=actor(), today=today(), after=request.args.get("after"), limit=PAGE_SIZE
        )
        counts = count_ledger(session, by=actor(), today=today(), department_id=criteria.department_id)
        shares = timely_shares(session, department_id=criteria.department_id, since=since, until=until, today=today())
    page = make_office_ledger(
        found,
        counts,
        shares,
        asked,
        span=(since, until),
        departments=departments,
        today=today(),
        language=language(),
    )
    return render_template("office/ledger.html", page=page)


@bp.get("/ledger.csv")
@access("office.view")
def download_ledger() -> Response:
    """The filtered list as a CSV that Excel opens; the name of one that had to be cut says so."""
    asked = parse_asked(request.args)
    with reading() as session:
        criteria = asked.filter(list_departments(session, is_active=None))
        rows = list(iter_ledger(session, criteria, by=actor(), today=today()))
    body = b"".join(write_csv(rows, language=language()))
    response = make_response(body)
    response.mimetype = "text/csv"
    part = "-" + _("前%(count)s行", count=EXPORT_ROWS) if len(rows) >= EXPORT_ROWS else ""
    name = _("更新台账") + f"-{today()}{part}.csv"
    response.headers["Content-Disposition"] = content_disposition(name, fallback=f"ledger-{today()}.csv")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@bp.get("/ledger/<uuid:obligation_id>")
@access("office.view")
def show_obligation(obligation_id: uuid.UUID) -> Response:
    """One obligation with every record behind it."""
    return render_obligation("office", obligation_id)


@bp.post("/ledger/<uuid:obligation_id>/excuse")
@access("obligation.excuse")
def excuse_obligation(obligation_id: uuid.UUID) -> Response:
    """Take it out of the rate, for a reason that is kept."""
    reason = request.form.get("reason", "")[:MAX_REASON]
    try:
        with work() as session:
            excuse(session, obligation_id, reason=reason, by=actor(), now=now())
    except (Invalid, Conflict, NotAllowed) as error:
        return refuse_act("office", obligation_id, error, "excuse", reason=reason)
    flash(_("已豁免，不计入按时率。"), "good")
    return redirect_to("office.show_obligation", obligation_id=obligation_id)


@bp.get("/requests")
@access("obligation.decide")
def list_open_requests() -> Response:
    """Extensions and objections that wait, oldest first, and what was decided last."""
    return _render_requests()


@bp.post("/requests/<uuid:act_id>")
@access("obligation.decide")
def decide_request(act_id: uuid.UUID) -> Response:
    """Grant or refuse, with an answer that the department reads; close what is moot."""
    answer, choice = request.form.get("answer", "")[:MAX_REASON], request.form.get("decision")
    try:
        if choice not in DECIDED:
            raise Invalid("decision_missing")
        with work() as session:
            if choice == "close":
                close_moot(session, act_id, by=actor(), now=now())
            else:
                decide(session, act_id, is_granted=choice == "grant", answer=answer, by=actor(), now=now())
    except (Invalid, Conflict, NotAllowed) as error:
        tried = TriedAnswer(act_id, answer, error_text(error, language()), error.code in ANSWER_CODES)
        return _render_requests(tried=tried, status=status_of(error))
    flash(str(DECIDED[choice]), "good")
    return redirect_to("office.list_open_requests")


def _render_requests(*, tried: TriedAnswer | None = None, status: int = 200) -> Response:
    with reading() as session:
        found = list_requests(session, by=actor(), today=today(), after=request.args.get("after"), limit=PAGE_SIZE)
        decided = list_decided(session, by=actor(), today=today())
    page = make_requests(found, decided, now=now(), language=language(), tried=tried)
    return make_response(render_template("office/ledger_requests.html", page=page), status)
