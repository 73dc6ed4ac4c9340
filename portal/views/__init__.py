"""The rooms of the face: one blueprint each. Views never import a database or data library."""

from __future__ import annotations

from flask import Flask


def register_views(app: Flask) -> None:
    """Register every room's blueprint."""
    from portal.views import account, api, desk, feeds, office, ops, public

    for room in (public, desk, office, account, api, feeds, ops):
        app.register_blueprint(room.bp)
