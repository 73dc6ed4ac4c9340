"""The workspace of a department: what to do first, its entries, its Excel sheet, its data files."""

from flask import Blueprint

from datasets.columns import TYPES
from portal.context import language

bp = Blueprint("desk", __name__, url_prefix="/desk")


@bp.app_template_filter("column_type")
def column_type(code: str) -> str:
    """The label of a column's type in the language of the page."""
    return TYPES.get(code, (code, code))[language() == "en"]


from portal.views.desk import (  # noqa: E402  they register
    candidates,
    data,
    duties,
    editing,
    entries,
    intakes,
    ledger,
    notices,
    overview,
    plans,
    rectifications,
    resources,
    scores,
    sheets,
    uploads,
)

__all__ = [
    "bp",
    "candidates",
    "data",
    "duties",
    "editing",
    "entries",
    "intakes",
    "ledger",
    "notices",
    "overview",
    "plans",
    "rectifications",
    "resources",
    "scores",
    "sheets",
    "uploads",
]
