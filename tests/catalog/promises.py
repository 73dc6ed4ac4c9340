"""A monthly entry and the people who act on its obligations: what the tests of the acts share."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import deadlines
from catalog.entries import open_revision
from catalog.models import ChangeRow, Entry, Obligation
from catalog.obligation_acts import ask_extension
from catalog.permissions import Actor
from tests.catalog.lifecycle import Lifecycle


def at(day: str) -> dt.datetime:
    """Ten in the morning of a day in Shanghai."""
    return dt.datetime.fromisoformat(f"{day}T10:00:00+08:00")


@dataclass
class Desk:
    """A monthly entry, public since Friday 2026-07-10, and the people who act on it."""

    session: Session
    lifecycle: Lifecycle
    entry: Entry

    @property
    def reviewer(self) -> Actor:
        return self.lifecycle.people.reviewer

    @property
    def editor(self) -> Actor:
        return self.lifecycle.people.editor

    @property
    def office(self) -> Actor:
        return self.lifecycle.people.office

    def row(self, period: str) -> Obligation:
        """The obligation of a period as it stands."""
        query = select(Obligation).where(Obligation.entry_id == self.entry.id, Obligation.period == period)
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    def night(self, day: str) -> None:
        """The nightly check of a day."""
        deadlines.check(self.session, on=dt.date.fromisoformat(day))

    def deliver(self, day: str) -> None:
        """New data through the whole workflow on a day."""
        self.lifecycle.now = at(day)
        resource = self.lifecycle.file(self._revised())
        self.lifecycle.attach(resource)
        self.lifecycle.take(self.entry, "submit", "sign", "approve", "publish", now=at(day))

    def _revised(self) -> Entry:
        open_revision(self.session, self.entry, by=self.editor, now=self.lifecycle.now)
        return self.entry

    def ask(self, period: str, day: str, until: str) -> uuid.UUID:
        """The editor asks for an extension."""
        until_on = dt.date.fromisoformat(until)
        return ask_extension(
            self.session,
            self.row(period).id,
            until_on=until_on,
            reason="业务系统迁移，晚几天",
            by=self.editor,
            now=at(day),
        )

    def changes(self) -> int:
        return self.session.scalar(select(func.count()).select_from(ChangeRow)) or 0
