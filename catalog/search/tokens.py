"""What is written into the index for a text, and looked up for a piece of a question: overlapping pairs.

Chinese has no blanks, and people search by any part of a word; so every run of letters and ideographs is cut into
overlapping pairs ("公积金" into 公积 and 积金), and runs of Latin letters and digits into triples as well, because
pairs of letters say little. A piece is found where all its pairs stand in the same field: exact for two characters,
near enough for more (the rare false friend ranks below titles that contain the piece as it stands).
"""

from __future__ import annotations

from collections.abc import Iterable

from catalog.search.normalise import normalise, runs_of


def index_tokens(texts: Iterable[str], *, with_singles: bool) -> set[str]:
    """Tokens under which `texts` are found; `with_singles` adds every single ideograph (for titles and tags)."""
    tokens: set[str] = set()
    for text in texts:
        for run in runs_of(normalise(text)):
            tokens.update(_pairs(run))
            tokens.update(_triples(run))
            if len(run) == 1:
                tokens.add(run)
            elif with_singles:
                tokens.update(character for character in run if not character.isascii())
    return tokens


def sound_tokens(texts: Iterable[str]) -> set[str]:
    """Tokens of pinyin: triples only, as two letters of it say nothing."""
    return {triple for text in texts for triple in _triples(text)}


def question_tokens(run: str) -> list[str]:
    """Tokens that must all stand in a field for `run` (one normalised run) to be found there."""
    if len(run) == 1:
        return [run]
    triples = _triples(run)
    covered = {triple[:2] for triple in triples} | {triple[1:] for triple in triples}
    return list(dict.fromkeys([*triples, *(pair for pair in _pairs(run) if pair not in covered)]))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _triples(run: str) -> list[str]:
    triples = (run[i : i + 3] for i in range(len(run) - 2))
    return [triple for triple in triples if triple.isascii()]
