"""One generation of the index, open for reading: matching by sets of documents, ranking by field weights.

Whoosh keeps the postings; its query syntax, scoring and highlighting are not used: the first is a way to stop the
service with one request, the other two are what makes it slow on Chinese text.
Costs grow with the number of documents that contain the words of the question, not with the length of texts.
"""

from __future__ import annotations

import math
import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import TermNotFound

from catalog.search.documents import SEARCH_FIELDS, SearchField
from catalog.search.question import Question, Term, loosen
from catalog.search.results import Hit
from catalog.search.tokens import question_tokens

MAX_CACHED_POSTINGS = 200_000
"""Document numbers kept in memory per generation, over all tokens; beyond it the cache starts anew."""

EXACT_TITLE = 400.0
TITLE_START = 60.0
TITLE_CONTAINS = 40.0

Scores = dict[int, float]


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
    _postings: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    _cached: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, question: Question) -> tuple[list[Hit], bool]:
        """All hits, best first, and whether the question had to be loosened to find any."""
        scores = self._match_all(question.terms)
        is_loose = False
        if not scores and question.terms:
            scores = self._match_any(loosen(question))
            is_loose = bool(scores)
        self._prefer_titles(scores, question)
        ranked = sorted([(-score, self._ties[number], number) for number, score in scores.items()])
        found = ((self.documents[number].entry_id, -score) for score, _, number in ranked)
        return [Hit(entry_id, score) for entry_id, score in found if entry_id is not None], is_loose

    @cached_property
    def _ties(self) -> list[int]:
        """Among equal scores short titles come first, then what was published first: a rank per document."""
        order = sorted(
            range(len(self.documents)),
            key=lambda number: (len(self.documents[number].title_key), self.documents[number].ordinal),
        )
        ranks = [0] * len(order)
        for rank, number in enumerate(order):
            ranks[number] = rank
        return ranks

    def _match_all(self, terms: Iterable[Term]) -> Scores:
        """Documents in which every term is found; weak ones need not be, unless there are only weak ones."""
        terms = list(terms)
        matches = [(term, self._match(term)) for term in terms]
        needed = [found for term, found in matches if not term.is_weak] or [found for _, found in matches]
        if not needed:
            return {}
        numbers = reduce(lambda kept, found: kept & found.keys(), needed[1:], set(needed[0]))
        return {number: sum(found.get(number, 0.0) for _, found in matches) for number in numbers}

    def _match_any(self, terms: Iterable[Term]) -> Scores:
        """Documents in which some of the terms are found, none dropped because another is missing."""
        scores: Scores = {}
        for term in terms:
            for number, score in self._match(term).items():
                scores[number] = scores.get(number, 0.0) + score
        best = max(scores.values(), default=0.0)
        return {number: score for number, score in scores.items() if score >= best / 3}

    def _match(self, term: Term) -> Scores:
        """Documents that contain the term as it stands or, failing that, all its words; with their scores."""
        scores = self._match_run(term.text)
        if term.words:
            for number, score in self._match_all(term.words).items():
                scores[number] = max(scores.get(number, 0.0), score)
        return scores

    def _match_run(self, run: str) -> Scores:
        scores: Scores = {}
        for searched in SEARCH_FIELDS:
            if not searched.is_sound:
                self._add(scores, searched, run)
        if not scores and len(run) > 2 and run.isascii() and run.isalpha():
            for searched in SEARCH_FIELDS:
                if searched.is_sound:
                    self._add(scores, searched, run)
        rarity = math.log(1 + self.document_count / (1 + len(scores)))
        return {number: weight * rarity for number, weight in scores.items()}

    def _add(self, scores: Scores, searched: SearchField, run: str) -> None:
        found: frozenset[int] | None = None
        for token in question_tokens(run):
            numbers = self._numbers(searched.name, token)
            found = numbers if found is None else found & numbers
            if not found:
                return
        for number in found or ():
            scores[number] = scores.get(number, 0.0) + searched.weight

    def _numbers(self, field_name: str, token: str) -> frozenset[int]:
        """Numbers of the documents whose field holds the token."""
        key = (field_name, token)
        cached = self._postings.get(key)
        if cached is not None:
            return cached
        with self._lock:
            numbers: set[int] = set()
            for leaf in self.leaves:
                numbers.update(leaf.numbers(field_name, token))
            if self._cached > MAX_CACHED_POSTINGS:
                self._postings.clear()
                self._cached = 0
            self._cached += len(numbers) + 1
            self._postings[key] = frozenset(numbers)
        return self._postings.get(key, frozenset(numbers))

    def _prefer_titles(self, scores: Scores, question: Question) -> None:
        """Raise titles that are, begin with, or contain the question as it stands; short ones more."""
        key = question.key
        if not key:
            return
        for number in scores:
            title = self.documents[number].title_key
            if key not in title:
                continue
            bonus = EXACT_TITLE if title == key else TITLE_START if title.startswith(key) else TITLE_CONTAINS
            scores[number] += bonus * (0.5 + 0.5 * len(key) / len(title))
