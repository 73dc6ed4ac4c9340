"""Where an obligation is dealt with: the path that mails, calls and calendars lead to."""

from __future__ import annotations

import uuid
from typing import Literal
from urllib.parse import quote

Room = Literal["desk", "office"]


def path_of(room: Room, obligation_id: uuid.UUID, kind: str, period: str) -> str:
    """A node leads to its plan, a rectification to itself, everything else to its line of the ledger.

    The period of a node is "plan#position", that of a rectification its code.
    """
    if kind == "node":
        return f"/{room}/plans/{quote(period.partition('#')[0], safe='')}"
    if kind == "rectification":
        return f"/{room}/rectifications/{quote(period, safe='')}"
    return f"/{room}/ledger/{obligation_id}"
