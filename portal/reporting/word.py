"""The report as a Word document, from a template that an office can edit in Word or WPS."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from catalog.errors import Invalid
from portal.reporting.chart import WordChart
from portal.reporting.sentences import ReportText
from portal.reporting.word_template import build_template

OWN_TEMPLATE = "half-year-report.docx"
"""File of this name in `templates/` of the home replaces the built-in layout."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry."""


def write_word(text: ReportText, *, folder: Path) -> bytes:
    """Fill the template; `folder` may hold one of the house's own.

    The template's marks run in a sandbox, and values are text, never marks. Raises Invalid("report_template_broken").
    """
    own = folder / OWN_TEMPLATE
    source = own.read_bytes() if own.is_file() else build_template()
    try:
        template = DocxTemplate(io.BytesIO(source))
        template.init_docx()
        context = _clean(text.as_context())
        bars = [(bar["name"], bar["value"]) for bar in context["bars"]]
        context["chart"] = WordChart(template.docx.part, context["chart_title"], bars) if bars else ""
        template.render(context, SandboxedEnvironment(autoescape=True), autoescape=True)
    except (TemplateError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Invalid("report_template_broken", file=OWN_TEMPLATE, reason=str(error)[:200]) from error
    buffer = io.BytesIO()
    template.save(buffer)
    return buffer.getvalue()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return value
