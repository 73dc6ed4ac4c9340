"""The data office's workspace, and those of the administrators: review, departments, accounts, records."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")

from portal.views.office import (  # noqa: E402  they register
    accounts,
    calendar,
    departments,
    ledger,
    overview,
    records,
    report,
    review,
    scores,
)

__all__ = [
    "accounts",
    "bp",
    "calendar",
    "departments",
    "ledger",
    "overview",
    "records",
    "report",
    "review",
    "scores",
]
