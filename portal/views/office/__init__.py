"""The data office's workspace, and those of the administrators: review, departments, accounts, records."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")

from portal.views.office import accounts, departments, records  # noqa: E402  the views register themselves

__all__ = ["accounts", "bp", "departments", "records"]
