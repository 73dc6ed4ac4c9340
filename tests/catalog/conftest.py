"""Fixtures of the catalog's tests: people, and entries in every state reached by real steps."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from tests.catalog.lifecycle import Lifecycle, People, make_people


@pytest.fixture
def people(session: Session) -> People:
    """黄石港区民政局 with an editor and a reviewer, and the data office."""
    return make_people(session)


@pytest.fixture
def lifecycle(session: Session, people: People, now: dt.datetime) -> Lifecycle:
    """Makes entries of that department in any state, at the instant of `now`."""
    return Lifecycle(session, people, now)
