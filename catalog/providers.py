"""The names of bodies that provide data, read with the region they belong to.

A list from elsewhere writes 市统计局 and means its own city; two cities each have an 教育局. Names are therefore split
into the regions they name and the rest, and a bare 市, 县 or 区 is completed from the list or from the title beside it.
Pure functions over texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_REGION = re.compile(
    r"[一-鿿]{2,5}?(?:省|市|地区|盟|县|区|旗)|[一-鿿]{2,12}?(?:自治区|自治州|自治县|自治旗)",
)
_BARE = re.compile(r"(?:省|市(?!场|容|政(?!府|协|法|务|研)|民(?!政|族|宗))|县(?!域)|区(?!域|块))(?=.)")
_BETWEEN_HAN = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")
_DOMINANT = 0.5
"""Share of the names of one level from which on a region counts as that of the whole list."""


@dataclass(frozen=True, slots=True)
class PlacedName:
    """A name in parts: the regions it names, outermost first; the bare level that it begins with; the rest."""

    regions: tuple[str, ...]
    level: str
    body: str


def clean_provider(text: str) -> str:
    """The name as written once: NFKC, without line breaks and blanks between characters."""
    return _BETWEEN_HAN.sub("", " ".join(unicodedata.normalize("NFKC", text).split()))


def split_name(name: str) -> PlacedName:
    """The parts of a body's name.

    >>> split_name("黄石市黄石港区教育局")
    PlacedName(regions=('黄石市', '黄石港区'), level='', body='教育局')
    >>> split_name("市教育局")
    PlacedName(regions=(), level='市', body='教育局')
    """
    regions = []
    at = 0
    while match := _REGION.match(name, at):
        regions.append(match[0])
        at = match.end()
    bare = None if regions else _BARE.match(name)
    return PlacedName(tuple(regions), bare[0] if bare else "", name[1:] if bare else name[at:])


def is_same_body(one: str, other: str) -> bool:
    """Whether two full names are one body, one of them written with a region more in front.

    黄石市黄石港区教育局 is 黄石港区教育局; 深圳市教育局 is neither, nor is a name without any region.
    """
    first, second = split_name(one), split_name(other)
    if not first.regions or not second.regions or first.body != second.body:
        return False
    shared = min(len(first.regions), len(second.regions))
    return first.regions[-shared:] == second.regions[-shared:]


class ProviderList:
    """Reads the providers of one list: which region the list belongs to, and what its short names mean there."""

    def __init__(self, names: Iterable[str], *, region: str | None = None) -> None:
        """`region` is the list's own (连云港市); without it the one that most names of a level name is taken."""
        counts = Counter(clean_provider(name) for name in names)
        self._names = set(counts) - {""}
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for name, count in counts.items():
            for place in split_name(name).regions[:1]:
                found[place[-1]][place] += count
        self.regions: dict[str, str] = {}
        for level, places in found.items():
            place, count = places.most_common(1)[0]
            if count > _DOMINANT * places.total():
                self.regions[level] = place
        if region:
            self.regions.update({place[-1]: place for place in (clean_provider(region),)})

    def understand(self, text: str, title: str = "") -> str:
        """The provider's full name as far as the list or the title tells it, else the name as written.

        市统计局 in a list of 连云港市 is 连云港市统计局; 县教育局 beside 平阳县学校名录 is 平阳县教育局.
        """
        name = clean_provider(text)
        parts = split_name(name)
        if parts.level:
            place = self._place(parts.level, clean_provider(title))
            return place + parts.body if place else name
        longer = [
            other for other in self._names if other != name and other.endswith(name) and is_same_body(other, name)
        ]
        return longer[0] if len(longer) == 1 else name

    def _place(self, level: str, title: str) -> str | None:
        in_title = [place for place in split_name(title).regions if place[-1] == level]
        own = self.regions.get(level)
        if level in "省市":
            return own or next(iter(in_title), None)
        return next(iter(in_title), own)
