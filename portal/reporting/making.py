"""One report, from the records to the file: what the page, its downloads and the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import NotFound
from catalog.reports.measuring import HalfYear, measure_half_year
from catalog.reports.spans import parse_span
from portal.reporting.pdf import write_pdf
from portal.reporting.sentences import ReportText, write_report

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.permissions import Actor
    from portal.house import House


def _write_word(text: ReportText, *, folder: Path) -> bytes:
    """As `portal.reporting.word.write_word`, loaded on first use: a server that writes no report need not hold it."""
    from portal.reporting.word import write_word

    return write_word(text, folder=folder)


FORMATS: dict[str, tuple[Callable[..., bytes], str]] = {
    "docx": (_write_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (write_pdf, "application/pdf"),
}
"""Extension → writer and media type."""


def make_text(house: House, session: Session, period: str, *, by: Actor) -> tuple[HalfYear, ReportText]:
    """The facts of a half-year and what the report says of them. Raises NotAllowed, NotFound."""
    today, settings = house.today(), house.settings
    facts = measure_half_year(session, parse_span(period, today=today), by=by, today=today)
    text = write_report(
        facts,
        region=settings.site_region,
        operator=settings.site_operator or settings.site_name,
        made_on=today,
        address_of=lambda code: f"{settings.base_url}/office/report/{period}/{code}",
    )
    return facts, text


def make_file(house: House, session: Session, period: str, extension: str, *, by: Actor) -> tuple[bytes, str, str]:
    """The report as a file: its bytes, media type and name. Raises NotFound("no_such_report_format") as well."""
    if extension not in FORMATS:
        raise NotFound("no_such_report_format", extension=extension[:10], known=list(FORMATS))
    write, media_type = FORMATS[extension]
    _, text = make_text(house, session, period, by=by)
    return write(text, folder=templates_folder(house)), media_type, f"{text.title}.{extension}"


def templates_folder(house: House) -> Path:
    """Where an office may put layouts of its own."""
    return house.home / "templates"
