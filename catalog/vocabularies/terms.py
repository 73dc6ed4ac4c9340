"""What a vocabulary is: an ordered list of terms, found again by code, label or alias however it was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a vocabulary: `code` is stored and exchanged, `zh` and `en` are what people read.

    `aliases` are other spellings that real sheets and portals use; `parent` is the code of the term of another
    vocabulary on which this one depends; `city_code` the number that the city portal gives it.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    city_code: int | None = None

    def label(self, language: str) -> str:
        """The label in 'zh' or 'en'."""
        return self.en if language == "en" else self.zh


def simplify(text: str) -> str:
    """The form in which spellings are compared: NFKC, case folded, without blanks, punctuation and symbols.

    >>> simplify(" 有条件 开放（需申请）：")
    '有条件开放需申请'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in folded if unicodedata.category(mark)[0] in "LN")


class Vocabulary:
    """An ordered, immutable list of terms with a name; looking up a spelling that two terms claim is a mistake."""

    def __init__(self, name: str, zh: str, en: str, terms: Iterable[Term], *, source: str = "") -> None:
        self.name = name
        self.zh = zh
        self.en = en
        self.source = source
        self.terms: tuple[Term, ...] = tuple(terms)
        self._by_code = {term.code: term for term in self.terms}
        self._by_spelling = self._index()
        self._spellings = tuple(self._by_spelling)

    def _index(self) -> dict[str, Term]:
        index: dict[str, Term] = {}
        for term in self.terms:
            for spelling in (term.code, term.zh, term.en, *term.aliases):
                key = simplify(spelling)
                if index.setdefault(key, term) is not term:
                    raise ValueError(f"{self.name}: {spelling!r} means both {index[key].code} and {term.code}")
        return index

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in order."""
        return tuple(self._by_code)

    def get(self, code: str | None) -> Term | None:
        """The term with exactly this code, or None."""
        return self._by_code.get(code) if code is not None else None

    def find(self, text: str | None) -> Term | None:
        """The term whose code, label or alias is `text`, ignoring blanks, punctuation, case and full-width forms."""
        return self._by_spelling.get(simplify(text)) if text else None

    def label(self, code: str | None, language: str = "zh") -> str:
        """The label of `code`; an unknown code is shown as it is, None as an empty text."""
        if code is None:
            return ""
        term = self._by_code.get(code)
        return term.label(language) if term else code

    def labels(self, language: str = "zh", *, parent: str | None = None) -> list[str]:
        """The labels in order; with `parent` only those that depend on it."""
        return [term.label(language) for term in self.terms if parent is None or term.parent == parent]

    def suggest(self, text: str) -> Term | None:
        """The term that a misspelt `text` most likely means, or None: for "did you mean", never for storing."""
        typed = simplify(text)
        close = _closest(typed, self._spellings) if len(typed) > 1 else None
        return self._by_spelling[close] if close else None


@lru_cache(maxsize=4096)
def _closest(typed: str, spellings: tuple[str, ...]) -> str | None:
    """Kept, because a column filled by dragging repeats the same mistake a thousand times."""
    return next(iter(get_close_matches(typed, spellings, n=1, cutoff=0.6)), None)
