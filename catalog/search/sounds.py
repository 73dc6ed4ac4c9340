"""How a Chinese title sounds: its pinyin in full and its initials, so that "gjj" and "gongjijin" find 公积金."""

from __future__ import annotations

from catalog.search.normalise import normalise


def sounds_of(text: str) -> list[str | None]:
    """[initials, full pinyin] of `text`, letters and digits only; other characters are left out."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(normalise(text), style=Style.NORMAL, errors="ignore")
    return ["".join(syllable[:1] for syllable in syllables), "".join(syllables)]
