"""What desk and office do alike with an obligation: show it, and tell why an act was refused."""

from __future__ import annotations

import uuid

from flask import Response, make_response, render_template

from catalog.errors import DomainError, Invalid
from catalog.obligation_acts import list_possible_acts
from catalog.obligation_facts import get_obligation
from portal.context import actor, language, reading, today
from portal.errors import status_of
from portal.messages import error_text
from portal.pages.desk_ledger import Tried, make_obligation_view
from portal.pages.filled_form import field_texts


def render_obligation(
    room: str, obligation_id: uuid.UUID, *, tried: Tried | None = None, status: int = 200
) -> Response:
    """The page of an obligation; `tried` is an act that was refused."""
    with reading() as session:
        detail = get_obligation(session, obligation_id, by=actor(), today=today())
        possible = list_possible_acts(session, obligation_id, by=actor(), today=today())
    page = make_obligation_view(detail, possible, room=room, today=today(), language=language(), tried=tried)
    return make_response(render_template("desk/ledger_item.html", page=page, layout=f"{room}/layout.html"), status)


def refuse_act(
    room: str, obligation_id: uuid.UUID, error: DomainError, name: str, *, reason: str, until: str = ""
) -> Response:
    """The page again, with what had been typed and the sentence beside its field."""
    problems = error.problems if isinstance(error, Invalid) else []
    tried = Tried(name, reason, until, error_text(error, language()), field_texts(problems, language()))
    return render_obligation(room, obligation_id, tried=tried, status=status_of(error))
