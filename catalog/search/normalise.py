"""One form for texts and questions: full-width, traditional and capital letters make no difference."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

RUN = re.compile(r"[^\W_]+")
"""A run: letters, ideographs and digits without anything between them; "pm2.5" is two runs, "enterprise_name" too."""

_converting = threading.Lock()


@cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def traditional_characters() -> frozenset[str]:
    """The characters that OpenCC's table turns into others: a text without any of them is left alone."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return frozenset(source for source, target in pairs if source not in target.split())


def simplify(text: str) -> str:
    """Simplified characters for traditional ones ("資料開放" gives "资料开放"); other texts come back as they are."""
    if traditional_characters().isdisjoint(text):
        return text
    with _converting:
        converted: str = _converter().convert(text)  # type: ignore[attr-defined]
    return converted


def normalise(text: str) -> str:
    """The form in which texts are compared: NFKC, simplified, case folded, NUL and surrogates gone."""
    plain = text.encode("utf-8", "ignore").decode("utf-8")
    return simplify(unicodedata.normalize("NFKC", plain)).casefold()


def runs_of(text: str) -> list[str]:
    """The runs of an already normalised text, in order."""
    return RUN.findall(text)


def key_of(text: str) -> str:
    """A text as its normalised runs joined by blanks: punctuation and blanks make no difference."""
    return " ".join(runs_of(normalise(text)))


@lru_cache(maxsize=20_000)
def normalise_character(character: str) -> str:
    """One character in compared form; may be empty or longer than one (½ gives 1⁄2)."""
    return normalise(character)
