"""The data office's workspace, and those of the administrators: review, departments, accounts, records."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")

from portal.views.office import accounts, departments, overview, records, report, review  # noqa: E402  they register

__all__ = ["accounts", "bp", "departments", "overview", "records", "report", "review"]
