"""The search index of the catalog: follows the change log, heals itself, answers questions.

One process writes (the worker); any number read and see new generations by themselves. All of it can be thrown
away at any time: it is rebuilt from the current records.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.feeds.records import FeedRecord
from catalog.models import ChangeCounter, ChangeRow, CurrentRecord
from catalog.search.question import parse_question
from catalog.search.results import IndexDamaged, SearchResult
from catalog.search.snapshot import Snapshot, StoredDocument
from catalog.search.storage import IndexFolder, IndexWriter, guarding, open_snapshot, read_note

log = logging.getLogger(__name__)

BATCH = 500
REBUILD_AFTER = 2000
"""So many changes behind, building anew is quicker and leaves a tidier index than catching up."""
MAX_CACHED_ANSWERS = 64

Progress = Callable[[int, int], None]
"""Called with (entries done, entries in all)."""


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What `follow` did: the change number the index is now at, entries written, whether it was built anew."""

    number: int
    applied: int
    is_rebuilt: bool


class SearchIndex:
    """The full-text index under one private folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = IndexFolder(folder)
        self._snapshot: Snapshot | None = None
        self._state: tuple[str, int] | None = None
        self._known: dict[str, list[StoredDocument]] = {}
        self._answers: OrderedDict[str, SearchResult] = OrderedDict()
        self._lock = threading.Lock()

    def search(self, text: str, *, limit: int | None = None) -> SearchResult:
        """Entries found for `text`, best first; no `limit` gives all of them.

        Never fails because of the text; only its first 100 characters and 16 words count. Raises IndexDamaged
        when there is no readable index: `searching.search_entries` then asks the database instead.
        """
        snapshot, answers = self._refresh()
        question = parse_question(text)
        result = answers.get(question.key)
        if result is None:
            try:
                with guarding("search"):
                    hits, is_loose = snapshot.find(question)
            except IndexDamaged:
                self.folder.report_damage()
                raise
            result = SearchResult(hits, len(hits), question.texts, is_loose=is_loose, is_cut=question.is_cut)
            self._keep(answers, question.key, result)
        if limit is None:
            return result
        return SearchResult(
            result.hits[:limit], result.total, result.terms, is_loose=result.is_loose, is_cut=result.is_cut
        )

    def _keep(self, answers: OrderedDict[str, SearchResult], key: str, result: SearchResult) -> None:
        with self._lock:
            answers[key] = result
            while len(answers) > MAX_CACHED_ANSWERS:
                answers.popitem(last=False)

    def _refresh(self) -> tuple[Snapshot, OrderedDict[str, SearchResult]]:
        """The newest generation, and the answers already given from it."""
        state = self.folder.state()
        with self._lock:
            if self._snapshot is None or state != self._state:
                try:
                    self._snapshot = open_snapshot(self.folder.current(), self._known)
                except IndexDamaged:
                    self._known.clear()
                    self.folder.report_damage()
                    raise
                self._state = state
                self._answers = OrderedDict()
            return self._snapshot, self._answers

    def warm(self) -> None:
        """Load the dictionary and the newest generation, so that the first search need not wait for them."""
        parse_question("预热词典")
        with suppress(IndexDamaged):
            self._refresh()

    def change_number(self) -> int | None:
        """How far in the change log the index is; None when there is no readable index."""
        try:
            return read_note(self.folder.current())[0]
        except IndexDamaged:
            return None

    def follow(self, session: Session, *, on_progress: Progress | None = None) -> FollowReport:
        """Bring the index up to the change log; build it anew if it is missing, damaged, or of another history.

        For one writing process at a time; another one gets Busy("search_index_busy"). Running it again without
        new changes costs two small queries.
        """
        newest = session.scalar(select(ChangeCounter.number)) or 0
        with self.folder.writing():
            try:
                folder = self.folder.current()
                number, fingerprint = read_note(folder)
                is_usable = not self.folder.is_damaged and fingerprint == fingerprint_of(session, number)
                if is_usable and number == newest:
                    return FollowReport(number, 0, is_rebuilt=False)
                if is_usable and newest - number <= REBUILD_AFTER:
                    return self._catch_up(session, folder, number)
            except IndexDamaged as damage:
                log.warning("the search index is built anew: %s", damage)
            return self._build(session, on_progress)

    def _catch_up(self, session: Session, folder: Path, number: int) -> FollowReport:
        changes = session.execute(
            select(ChangeRow.number, ChangeRow.entry_id).where(ChangeRow.number > number).order_by(ChangeRow.number)
        ).all()
        touched = list(dict.fromkeys(row.entry_id for row in changes))
        number = changes[-1].number if changes else number
        writer = IndexWriter(folder, is_new=False)
        with _cancelling(writer):
            for start in range(0, len(touched), BATCH):
                _write_batch(session, writer, touched[start : start + BATCH])
            writer.commit(change_number=number, fingerprint=fingerprint_of(session, number))
        return FollowReport(number, len(touched), is_rebuilt=False)

    def rebuild(self, session: Session, *, on_progress: Progress | None = None) -> FollowReport:
        """Build the index anew from the current records and switch to it; readers use the old one until then."""
        with self.folder.writing():
            return self._build(session, on_progress)

    def _build(self, session: Session, on_progress: Progress | None) -> FollowReport:
        number = session.scalar(select(ChangeCounter.number)) or 0
        fingerprint = fingerprint_of(session, number)
        total = session.scalar(select(func.count()).select_from(CurrentRecord)) or 0
        folder = self.folder.begin_build()
        writer = IndexWriter(folder, is_new=True)
        done = 0
        with _cancelling(writer):
            for record in _all_records(session):
                writer.put(record, is_new=True)
                done += 1
                if on_progress is not None and (done % 100 == 0 or done == total):
                    on_progress(done, total)
            writer.commit(change_number=number, fingerprint=fingerprint)
        self.folder.switch_to(folder)
        return FollowReport(number, done, is_rebuilt=True)


@contextmanager
def _cancelling(writer: IndexWriter) -> Iterator[None]:
    """Cancel the writer when writing fails, for whatever reason."""
    try:
        yield
    except BaseException:
        writer.cancel()
        raise


def _write_batch(session: Session, writer: IndexWriter, entry_ids: list[uuid.UUID]) -> None:
    """Write entries as they stand now; those without a current record are no longer public and go."""
    rows = session.execute(
        select(CurrentRecord.entry_id, CurrentRecord.record).where(CurrentRecord.entry_id.in_(entry_ids))
    ).all()
    records = {row.entry_id: row.record for row in rows}
    for entry_id in entry_ids:
        if entry_id in records:
            writer.put(FeedRecord.from_dict(records[entry_id]))
        else:
            writer.remove(entry_id.hex)


def _all_records(session: Session) -> Iterator[FeedRecord]:
    after = 0
    while True:
        rows = session.execute(
            select(CurrentRecord.ordinal, CurrentRecord.record)
            .where(CurrentRecord.ordinal > after)
            .order_by(CurrentRecord.ordinal)
            .limit(BATCH)
        ).all()
        for row in rows:
            yield FeedRecord.from_dict(row.record)
        if len(rows) < BATCH:
            return
        after = rows[-1].ordinal


def fingerprint_of(session: Session, number: int) -> str:
    """What tells this database's change `number` from that of another, restored or refilled one."""
    row = session.execute(select(ChangeRow.entry_id, ChangeRow.at).where(ChangeRow.number == number)).one_or_none()
    return "" if row is None else f"{row.entry_id.hex}@{row.at.isoformat()}"
