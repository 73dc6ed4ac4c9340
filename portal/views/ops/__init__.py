"""For the machines that watch the portal: alive, ready, figures."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.access import PUBLIC, access
from portal.context import house
from portal.health import check_readiness, figures

bp = Blueprint("ops", __name__)


@bp.get("/healthz")
@access(PUBLIC)
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
@access(PUBLIC)
def readyz() -> Response:
    """The portal can serve: database reachable and migrated. 503 with the name of what is missing."""
    missing = check_readiness(house())
    text = "".join(f"{name}\n" for name in missing) or "ready\n"
    return Response(text, 503 if missing else 200, content_type="text/plain")


@bp.get("/metrics")
@access(PUBLIC)
def metrics() -> Response:
    """Figures in the Prometheus text format; nothing in them is private."""
    lines = [f"kaifang_{name} {value}\n" for name, value in figures(house()).items()]
    return Response("".join(lines), content_type="text/plain; version=0.0.4")
