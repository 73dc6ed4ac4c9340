"""What a bulk act would do, exactly, before anybody does it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from catalog.bulk.kinds import get_kind
from catalog.bulk.plans import Plan
from catalog.permissions import Actor, require_allowed


def preview_bulk(session: Session, kind: str, args: dict[str, Any], *, by: Actor) -> Plan:
    """Every change and every refusal as things stand now; writes nothing. O(things concerned).

    Raises NotAllowed, NotFound("bulk_kind_unknown"), Invalid("bulk_invalid") and what names of departments raise.
    """
    require_allowed(by, "bulk.act")
    return get_kind(kind).plan(session, args)
