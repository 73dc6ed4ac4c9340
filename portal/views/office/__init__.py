"""The data office's workspace, and those of the administrators: review, departments, accounts, records."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")

from portal.views.office import (  # noqa: E402  they register
    accounts,
    bulk,
    calendar,
    candidates,
    departments,
    duties,
    ledger,
    notices,
    overview,
    packages,
    plans,
    records,
    rectifications,
    report,
    review,
    scores,
)

__all__ = [
    "accounts",
    "bp",
    "bulk",
    "calendar",
    "candidates",
    "departments",
    "duties",
    "ledger",
    "notices",
    "overview",
    "packages",
    "plans",
    "records",
    "rectifications",
    "report",
    "review",
    "scores",
]
