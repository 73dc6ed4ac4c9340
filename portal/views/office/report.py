"""工作情况汇报: the half-year in figures, each with its records, as a page and as a Word or PDF file."""

from __future__ import annotations

from flask import Response, current_app, render_template, request

from catalog.errors import Invalid
from catalog.reports.counting import list_records
from catalog.reports.spans import list_spans, parse_span, span_of
from portal.access import access
from portal.context import actor, house, language, reading, today
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.pages.office_report import make_records_page, make_report_page
from portal.reporting.making import make_file, make_text
from portal.reporting.pdf import can_write_pdf
from portal.views.office import bp


@bp.get("/report")
@access("report.make")
def open_report() -> Response:
    """The half-year before this one, which is reported now; in its last month the present one."""
    day = today()
    spans = list_spans(today=day, count=2)
    is_ending = day.month in (6, 12)
    return redirect_to("office.show_report", period=spans[0 if is_ending else 1].key, status=302)


@bp.get("/report/<period>")
@access("report.make")
def show_report(period: str) -> str:
    """What the report of a half-year says."""
    with reading() as session:
        facts, text = make_text(house(), session, period, by=actor())
    periods = list_spans(today=today())
    if facts.span.key not in [one.key for one in periods]:
        periods.append(span_of(facts.span.starts_on, today=today()))
    page = make_report_page(facts, text, periods=periods, has_pdf=can_write_pdf(), language=language())
    return render_template("office/report.html", page=page)


@bp.get("/report/<period>/file.<extension>")
@access("report.make")
def download_report(period: str, extension: str) -> Response:
    """The report as a file."""
    with reading() as session:
        content, media_type, name = make_file(house(), session, period, extension, by=actor())
    response: Response = current_app.response_class(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition(name, fallback=f"report-{period}.{extension}")
    return response


@bp.get("/report/<period>/<figure>")
@access("report.make")
def show_report_records(period: str, figure: str) -> str:
    """The records behind one figure."""
    span = parse_span(period, today=today())
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise Invalid("bad_cursor", after=number[:20])
    with reading() as session:
        found = list_records(session, figure, span, by=actor(), page=int(number))
    page = make_records_page(found, span, language=language())
    return render_template("office/report_records.html", page=page)
