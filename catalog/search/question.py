"""A search string taken apart. It never reaches a query syntax: there are no operators, only pieces to look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import rjieba

from catalog.search.normalise import key_of, normalise, runs_of

MAX_CHARACTERS = 100
MAX_TERMS = 16

WEAK_CHINESE = (
    "数据 信息 情况 查询 下载 资料 目录 相关 有关 关于 以及 哪些 哪里 什么 怎么 如何 怎样 多少 一览 我要 请问"
)
WEAK_WORDS = frozenset([*WEAK_CHINESE.split(), "the", "of", "and", "in", "for", "data"])
"""Words that say little in a catalog of data: they raise the rank where found, but nothing is missed without them."""


@dataclass(frozen=True, slots=True)
class Term:
    """One run of the question, and the words it consists of.

    It is found where the run stands as it is; or, if it has words, where all of them do.
    """

    text: str
    words: tuple[Term, ...] = ()

    @property
    def is_weak(self) -> bool:
        """Whether results without it still count."""
        return len(self.text) == 1 or self.text in WEAK_WORDS

    def leaves(self) -> Iterator[Term]:
        """The smallest words of the term, itself if it has none."""
        if not self.words:
            yield self
        for word in self.words:
            yield from word.leaves()

    def texts(self) -> Iterator[str]:
        """Its text and those of all its words."""
        yield self.text
        for word in self.words:
            yield from word.texts()


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed search string: `key` is the whole as compared with titles, `is_cut` tells that it was too long."""

    key: str
    terms: tuple[Term, ...]
    is_cut: bool

    @property
    def texts(self) -> list[str]:
        """All pieces worth highlighting, longest first."""
        pieces = {text for term in self.terms for text in term.texts()}
        several = {text for text in pieces if len(text) > 1}
        return sorted(several or pieces, key=lambda text: (-len(text), text))


def parse_question(text: str) -> Question:
    """Take a search string apart: at most 100 characters and 16 terms count, the rest is dropped and said so.

    Never raises, whatever the text; a text without any letter, ideograph or digit gives no terms.
    """
    kept = text[:MAX_CHARACTERS]
    runs = list(dict.fromkeys(runs_of(normalise(kept)[: 2 * MAX_CHARACTERS])))
    terms: list[Term] = []
    room, is_cut = MAX_TERMS, len(text) > MAX_CHARACTERS
    for run in runs:
        words = _words(run)
        is_cut = is_cut or not room or len(words) > room
        if not room:
            break
        term = Term(run, words[:room])
        room = max(0, room - len(list(term.leaves())))
        terms.append(term)
    return Question(key_of(kept), tuple(terms), is_cut)


def _words(run: str) -> tuple[Term, ...]:
    """The words of a run; none for runs of up to three characters, which are looked for as they stand."""
    if len(run) <= 3 or run.isascii():
        return ()
    words = rjieba.cut(run)
    if len(words) == 1:
        return _inner_words(run)
    if max(map(len, words)) == 1:
        return ()
    return tuple(Term(word, _inner_words(word)) for word in words)


def _inner_words(word: str) -> tuple[Term, ...]:
    """The words inside a long word (居民身份证: 居民, 身份证), shorter ones inside those left out."""
    if len(word) <= 3 or word.isascii():
        return ()
    found = [inner for inner in rjieba.cut_for_search(word) if 1 < len(inner) < len(word)]
    largest = [inner for inner in found if not any(inner != other and inner in other for other in found)]
    return tuple(Term(inner) for inner in dict.fromkeys(largest)) if len(largest) > 1 else ()


def loosen(question: Question) -> tuple[Term, ...]:
    """The words of a question for which nothing matched as a whole: any of them may help."""
    words = {text for term in question.terms for leaf in term.leaves() for text in _shorter(leaf.text)}
    useful = [word for word in words if len(word) > 1 and word not in WEAK_WORDS]
    return tuple(Term(word) for word in sorted(useful))[:MAX_TERMS]


def _shorter(text: str) -> list[str]:
    if len(text) <= 2 or text.isascii():
        return [text]
    return [text, *(word for word in rjieba.cut_for_search(text) if word != text)]
