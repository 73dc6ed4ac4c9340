"""Feeds for other platforms: the whole catalog, what changed, single descriptors, and the way in for robots."""

from flask import Blueprint

from portal.pulling import open_to_all

bp = Blueprint("feeds", __name__)
bp.after_request(open_to_all)

from portal.views.feeds import atoms, calendars, catalogs, changes, descriptors, robots  # noqa: E402, F401  registers the routes
