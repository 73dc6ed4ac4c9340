"""One generation of the index, open for reading: matching by sets of documents, ranking by field weights.

Whoosh keeps the postings; its query syntax, scoring and highlighting are not used: the first is a way to stop the
service with one request, the other two are what makes it slow on Chinese text. A score is a sum of reasons, each of
which holds for a set of documents; so documents are ranked by splitting sets, not one by one.
"""

from __future__ import annotations

import math
import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import TermNotFound

from catalog.search.bits import bits_of, numbers_of
from catalog.search.documents import SEARCH_FIELDS, SearchField
from catalog.search.question import Question, Term, loosen
from catalog.search.results import Hit
from catalog.search.tokens import question_tokens

MAX_CACHED_BYTES = 8_000_000
"""Memory for sets of documents kept per generation; beyond it the cache starts anew."""
MAX_GROUPS = 400
"""So many different scores are told apart; lesser reasons beyond that change no rank."""

EXACT_TITLE = 400.0
TITLE_START = 30.0
TITLE_CONTAINS = 20.0
TITLE_MOSTLY = 25.0

Reasons = list[tuple[float, int]]
"""(points, the set of documents that get them)"""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What ranking needs of a document; `entry_id` is None for the index's own note."""

    entry_id: uuid.UUID | None
    title_key: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """One segment open for reading; its first document has the number `offset`. Not for several threads at once."""

    reader: Any
    offset: int
    deleted: frozenset[int]

    def numbers(self, field_name: str, token: str) -> Iterator[int]:
        """Numbers of the documents whose field holds the token.

        Takes whole decoded blocks; Whoosh's own `all_ids` makes three calls per document.
        """
        try:
            matcher = self.reader.postings(field_name, token)
        except TermNotFound:
            return
        if isinstance(matcher, FilterMatcher):
            matcher = matcher.child
        while matcher.is_active():
            matcher.id()
            block, is_last = matcher._ids, not isinstance(matcher, W3LeafMatcher)
            yield from (number + self.offset for number in block if number not in self.deleted)
            if is_last:
                return
            matcher._next_block()


@dataclass
class Snapshot:
    """A reader over some segments with their stored documents; safe to use from several threads."""

    leaves: list[Leaf]
    documents: list[StoredDocument]
    document_count: int
    _sets: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, question: Question) -> tuple[list[Hit], bool]:
        """All hits, best first, and whether the question had to be loosened to find any."""
        reasons: Reasons = []
        found = self._match_all(question.terms, reasons)
        if found:
            reasons += self._title_reasons(question, found)
            return self._rank(found, reasons), False
        reasons = []
        found = reduce(or_, (self._match(term, reasons) for term in loosen(question)), 0)
        hits = self._rank(found, reasons)
        best = hits[0].score if hits else 0.0
        return [hit for hit in hits if hit.score >= best / 3], bool(hits)

    def _match_all(self, terms: Iterable[Term], reasons: Reasons) -> int:
        """Documents in which every term is found; weak ones need not be, unless there are only weak ones."""
        matches = [(term, self._match(term, reasons)) for term in terms]
        needed = [found for term, found in matches if not term.is_weak] or [found for _, found in matches]
        return reduce(and_, needed) if needed else 0

    def _match(self, term: Term, reasons: Reasons) -> int:
        """Documents that contain the term as it stands or all its words; what speaks for them joins `reasons`."""
        by_field = self._match_run(term.text)
        found = reduce(or_, (bits for _, bits in by_field), 0)
        rarity = math.log(1 + self.document_count / (1 + found.bit_count()))
        reasons += [(searched.weight * rarity, bits) for searched, bits in by_field]
        return found | self._match_all(term.words, reasons) if term.words else found

    def _match_run(self, run: str) -> list[tuple[SearchField, int]]:
        """The fields in which a run stands, each with its documents; by sound only if it stands nowhere."""
        as_written = [(one, bits) for one in SEARCH_FIELDS if not one.is_sound and (bits := self._holding(one, run))]
        if as_written or len(run) < 3 or not (run.isascii() and run.isalpha()):
            return as_written
        return [(one, bits) for one in SEARCH_FIELDS if one.is_sound and (bits := self._holding(one, run))]

    def _holding(self, searched: SearchField, run: str) -> int:
        """Documents whose field holds all tokens of the run."""
        found = -1
        for token in question_tokens(run):
            found &= self._set(searched.name, token)
            if not found:
                return 0
        return found

    def _set(self, field_name: str, token: str) -> int:
        """Documents whose field holds the token."""
        key = (field_name, token)
        cached = self._sets.get(key)
        if cached is not None:
            return cached
        with self._lock:
            numbers = (number for leaf in self.leaves for number in leaf.numbers(field_name, token))
            bits = bits_of(numbers, len(self.documents))
            if len(self._sets) * (len(self.documents) // 8 + 100) > MAX_CACHED_BYTES:
                self._sets.clear()
            self._sets[key] = bits
        return bits

    def _title_reasons(self, question: Question, found: int) -> Reasons:
        """More points for titles that are, begin with, contain, or mostly consist of the question as it stands."""
        title = SEARCH_FIELDS[0]
        for term in question.terms:
            found &= self._holding(title, term.text)
        places: dict[float, list[int]] = {EXACT_TITLE: [], TITLE_START: [], TITLE_CONTAINS: [], TITLE_MOSTLY: []}
        key = question.key
        for number in numbers_of(found):
            text = self.documents[number].title_key
            if key not in text:
                continue
            points = EXACT_TITLE if text == key else TITLE_START if text.startswith(key) else TITLE_CONTAINS
            places[points].append(number)
            if len(key) * 2 >= len(text):
                places[TITLE_MOSTLY].append(number)
        return [(points, bits_of(numbers, len(self.documents))) for points, numbers in places.items() if numbers]

    def _rank(self, found: int, reasons: Reasons) -> list[Hit]:
        """The documents of `found` by the sum of their reasons; among equals short titles first, then older ones."""
        groups: dict[float, int] = {0.0: found} if found else {}
        for points, bits in sorted(reasons, reverse=True):
            if len(groups) > MAX_GROUPS:
                break
            split: dict[float, int] = {}
            for score, group in groups.items():
                with_it = group & bits
                for total, part in ((score + points, with_it), (score, group ^ with_it)):
                    if part:
                        split[total] = split.get(total, 0) | part
            groups = split
        hits = []
        for score in sorted(groups, reverse=True):
            shown = round(score, 3)
            numbers = sorted(numbers_of(groups[score]), key=self._ties.__getitem__)
            hits += [Hit(entry_id, shown) for entry_id in map(self._ids.__getitem__, numbers) if entry_id is not None]
        return hits

    @cached_property
    def _ids(self) -> list[uuid.UUID | None]:
        return [document.entry_id for document in self.documents]

    @cached_property
    def _ties(self) -> list[int]:
        """The rank of each document among others of the same score."""
        order = sorted(
            range(len(self.documents)),
            key=lambda number: (len(self.documents[number].title_key), self.documents[number].ordinal),
        )
        ranks = [0] * len(order)
        for rank, number in enumerate(order):
            ranks[number] = rank
        return ranks
