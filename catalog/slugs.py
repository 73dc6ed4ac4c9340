"""Names of entries in addresses: pinyin of the title and a short random suffix, ASCII, fixed for ever."""

from __future__ import annotations

import re
import secrets
import unicodedata

MAX_STEM = 60
"""Characters of the readable part."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_SUFFIX_LENGTH = 5


def make_name(title: str, suffix: str | None = None) -> str:
    """An address name for `title`: `[a-z0-9-]`, at most 66 characters; `suffix` is random unless given.

    >>> make_name("黄石港区社区名录", "k3f9x")
    'huang-shi-gang-qu-she-qu-ming-lu-k3f9x'
    """
    return f"{make_stem(title)}-{suffix or random_suffix()}"


def make_stem(title: str) -> str:
    """The readable part of a name, cut between syllables where it is longer than MAX_STEM."""
    from pypinyin import lazy_pinyin

    plain = unicodedata.normalize("NFKC", title)
    syllables = " ".join(lazy_pinyin(plain, errors=lambda text: text)).lower()
    ascii_text = unicodedata.normalize("NFKD", syllables).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-") or "dataset"
    if len(stem) > MAX_STEM:
        stem = stem[: MAX_STEM + 1].rpartition("-")[0] or stem[:MAX_STEM]
    return stem


def random_suffix() -> str:
    """Five characters that are not mistaken for one another when read aloud or typed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SUFFIX_LENGTH))
