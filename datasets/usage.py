"""How often things are viewed and downloaded: noted in files beside the request, added up in the database later.

Each process appends to spool files of its own, a new one every few seconds. A spool that is no longer written to is
folded: its sums and its name go into the database in one transaction. A name that is there already is not counted
again, so a crash between the commit and the removal of the file counts nothing twice; a crash before it loses nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from datasets.models import UsageCount, UsageFold

log = logging.getLogger(__name__)

KINDS = ("view", "preview", "download", "api")
SPOOL_SECONDS = 10
"""A process starts a new spool this often."""
SETTLED_SECONDS = 5
"""Past that much more time nobody writes to a spool any more."""

BOT = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|curl|wget|python|httpx|aiohttp|go-http|java/|okhttp|libwww|headless|phantom"
    r"|scrapy|monitor|uptime|preview|fetch|harvest|feedparser|axios|node|ruby|perl|postman|lighthouse",
    re.IGNORECASE,
)

Key = tuple[uuid.UUID, str, dt.date, bool]


def is_bot(user_agent: str | None) -> bool:
    """Whether a program, not a person, is asking: it says so, or it does not say that it is a browser."""
    return not user_agent or "mozilla/" not in user_agent.lower() or BOT.search(user_agent) is not None


class UsageLog:
    """The spool folder. `record` is safe for threads and processes and takes microseconds."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._file: int | None = None
        self._bucket = 0
        self._owner = 0

    def record(self, subject_id: uuid.UUID, kind: str, *, day: dt.date, is_bot: bool = False) -> None:
        """Note one use. A full disk loses the note, never the answer to the person."""
        if kind not in KINDS:
            raise ValueError(f"no kind of use {kind!r}")
        line = json.dumps([subject_id.hex, kind, day.isoformat(), int(is_bot)], separators=(",", ":")) + "\n"
        try:
            with self._lock:
                os.write(self._spool(), line.encode())
        except OSError:
            log.warning("a use could not be noted", exc_info=True)

    def fold(self, session: Session, *, everything: bool = False) -> int:
        """Add the settled spools to `UsageCount`; how many uses they held. Flushes, the caller commits.

        `everything` takes spools in use too, for the end of a process that was alone. Files are removed by the next
        fold, when it is sure that the sums were committed.
        """
        names = [path.name for path in sorted(self.folder.glob("*.spool")) if everything or self._is_settled(path)]
        if everything:
            self.close()
        done = self._forget_counted(session)
        sums: Counter[Key] = Counter()
        for name in names:
            if name not in done:
                sums.update(_read_spool(self.folder / name))
                session.add(UsageFold(file_name=name))
        session.flush()
        add_counts(session, sums)
        return sums.total()

    def close(self) -> None:
        """End the spool that is being written."""
        with self._lock:
            self._close()

    def _spool(self) -> int:
        """The descriptor of the present spool; forked processes begin one of their own."""
        bucket = int(self._clock()) // SPOOL_SECONDS
        if self._file is None or bucket != self._bucket or self._owner != os.getpid():
            self._close()
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{bucket * SPOOL_SECONDS:012d}-{uuid.uuid4().hex}.spool"
            self._file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._bucket, self._owner = bucket, os.getpid()
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def _is_settled(self, path: Path) -> bool:
        start = path.name.partition("-")[0]
        return start.isdigit() and int(start) + SPOOL_SECONDS + SETTLED_SECONDS <= self._clock()

    def _forget_counted(self, session: Session) -> set[str]:
        """Remove files that an earlier, committed fold has counted, then their names; gives those names."""
        counted = set(session.scalars(select(UsageFold.file_name)))
        gone = {name for name in counted if not (self.folder / name).exists()}
        for name in counted - gone:
            (self.folder / name).unlink(missing_ok=True)
        if gone:
            session.execute(delete(UsageFold).where(UsageFold.file_name.in_(sorted(gone))))
        return counted


def add_counts(session: Session, sums: Counter[Key]) -> None:
    """Add `sums` to the counts, in one statement a row that waits for no other transaction's reading."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for (subject_id, kind, day, by_bot), count in sorted(sums.items(), key=lambda item: str(item[0])):
        statement = dialect.insert(UsageCount).values(
            subject_id=subject_id, kind=kind, day=day, is_bot=by_bot, count=count
        )
        total = UsageCount.count + statement.excluded.count
        keys = ["subject_id", "kind", "day", "is_bot"]
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"count": total}))


def sum_usage(
    session: Session,
    subjects: Collection[uuid.UUID] | None = None,
    *,
    since: dt.date | None = None,
    with_bots: bool = False,
) -> dict[uuid.UUID, dict[str, int]]:
    """Uses by subject and kind, of `subjects` (None: of all), since a day (None: ever). One query."""
    statement = select(UsageCount.subject_id, UsageCount.kind, func.sum(UsageCount.count))
    if subjects is not None:
        statement = statement.where(UsageCount.subject_id.in_(list(subjects)))
    if since is not None:
        statement = statement.where(UsageCount.day >= since)
    if not with_bots:
        statement = statement.where(UsageCount.is_bot.is_(False))
    result: dict[uuid.UUID, dict[str, int]] = {}
    for subject_id, kind, count in session.execute(statement.group_by(UsageCount.subject_id, UsageCount.kind)):
        result.setdefault(subject_id, {})[kind] = int(count)
    return result


def total_usage(session: Session, *, since: dt.date | None = None, with_bots: bool = False) -> dict[str, int]:
    """Uses by kind over all subjects; every kind is there, with 0 if need be."""
    totals = dict.fromkeys(KINDS, 0)
    for kinds in sum_usage(session, since=since, with_bots=with_bots).values():
        for kind, count in kinds.items():
            totals[kind] = totals.get(kind, 0) + count
    return totals


def _read_spool(path: Path) -> Iterable[Key]:
    """The uses that a spool holds; a line that a crash has cut is none."""
    for line in path.read_text("ascii", errors="replace").splitlines():
        try:
            subject, kind, day, by_bot = json.loads(line)
            key = (uuid.UUID(subject), str(kind), dt.date.fromisoformat(day), bool(by_bot))
        except (ValueError, TypeError, AttributeError):
            continue
        if kind in KINDS:
            yield key
