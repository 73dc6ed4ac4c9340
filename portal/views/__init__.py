"""The rooms of the face: one blueprint each. Views never import a database or data library."""

from __future__ import annotations

import importlib
import importlib.util

from flask import Flask

ROOMS = ("public", "desk", "office", "account", "api", "feeds", "ops")


def register_views(app: Flask) -> None:
    """Register every room's blueprint `bp`."""
    for room in ROOMS:
        if importlib.util.find_spec(f"{__name__}.{room}"):
            app.register_blueprint(importlib.import_module(f"{__name__}.{room}").bp)
