"""What a view may reach for: the house, a session, the time, the acting person, the language of the page."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import AbstractContextManager
from typing import Literal, cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from catalog.permissions import ANONYMOUS, Actor
from portal.house import House

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LANGUAGE_KEY = "kaifang.language"
"""WSGI environment key set by `portal.i18n.LanguagePrefix`."""
USAGE_KEY = "kaifang.usage"
"""WSGI environment key: (subject id, kind) to count once the answer is out, also when it came from the cache."""


def house() -> House:
    """The house of the running application."""
    return cast(House, current_app.extensions["kaifang"])


def work() -> AbstractContextManager[Session]:
    """A unit of work: `with work() as session:` commits once at the end."""
    return house().database.work()


def reading() -> AbstractContextManager[Session]:
    """A session for reading: changes are thrown away."""
    return house().database.reading()


def now() -> dt.datetime:
    """The present instant, aware, UTC."""
    return house().now()


def today() -> dt.date:
    """The present day in Shanghai."""
    return house().today()


def actor() -> Actor:
    """Who acts: the signed-in person, or ANONYMOUS."""
    return cast(Actor, g.get("actor", ANONYMOUS))


def language() -> Language:
    """The language of the page: decided by the address alone (`/en/…` or bare)."""
    return cast(Language, request.environ.get(LANGUAGE_KEY, "zh")) if request else "zh"


def request_id() -> str:
    """The id under which this request stands in the log."""
    return cast(str, g.get("request_id", ""))


def count_use(subject_id: uuid.UUID, kind: str) -> None:
    """Count one use (view, preview, download, api) of `subject_id` when the answer has gone out well."""
    request.environ[USAGE_KEY] = (str(subject_id), kind)
