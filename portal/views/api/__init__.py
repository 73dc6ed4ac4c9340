"""`/api/v1`: the catalog and its rows for programs, keyless, with its description at /openapi.json and /api/docs."""

from __future__ import annotations

from flask import Blueprint

from portal.views.api.describing import install

bp = Blueprint("api", __name__)
bp.record_once(lambda state: install(state.app))

from portal.views.api import docs  # noqa: E402, F401  registers its routes on bp
