"""The report as PDF: typeset from a template with the fonts of the extra `report`."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from catalog.errors import Conflict
from portal.reporting.sentences import ReportText

TEMPLATE = Path(__file__).parent / "half_year.typ"
OWN_TEMPLATE = "half-year-report.typ"
"""File of this name in `templates/` of the home replaces the built-in layout."""


def can_write_pdf() -> bool:
    """Whether the typesetter and its fonts are installed."""
    return find_spec("typst") is not None and find_spec("noto_cjk_sans_otc") is not None


def write_pdf(text: ReportText, *, folder: Path) -> bytes:
    """Typeset the report; `folder` may hold a layout of the house's own. Raises Conflict("report_extra_missing")."""
    if not can_write_pdf():
        raise Conflict("report_extra_missing")
    import noto_cjk_sans_otc
    import typst

    own = folder / OWN_TEMPLATE
    template = own if own.is_file() else TEMPLATE
    fonts = Path(noto_cjk_sans_otc.__file__).parent
    pdf: bytes = typst.compile(
        template.read_bytes(),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(text.as_context(), ensure_ascii=False)},
    )
    return pdf
