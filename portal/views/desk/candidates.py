"""A department's candidates for opening: the list, marking several at once, drafts, the CSV."""

from __future__ import annotations

import uuid

from flask import Response

from portal.access import access
from portal.views import candidate_pages
from portal.views.desk import bp


@bp.get("/candidates")
@access("desk.view")
def list_candidates() -> Response:
    """What the exchange platform shares and the systems hold of this department, and what becomes of it."""
    return candidate_pages.render_list("desk")


@bp.get("/candidates.csv")
@access("desk.view")
def download_candidates() -> Response:
    """The same list as CSV."""
    return candidate_pages.send_csv("desk")


@bp.post("/candidates/marks")
@access("candidate.decide")
def mark_candidates() -> Response:
    """Mark what was ticked."""
    return candidate_pages.mark_candidates("desk")


@bp.post("/candidates/plan")
@access("candidate.decide")
def plan_candidates() -> Response:
    """Put what was ticked on the list of a plan."""
    return candidate_pages.add_to_plan("desk")


@bp.post("/candidates/<uuid:candidate_id>/draft")
@access("candidate.decide")
def draft_candidate(candidate_id: uuid.UUID) -> Response:
    """Make a draft entry of one."""
    return candidate_pages.make_draft("desk", candidate_id)
