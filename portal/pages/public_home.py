"""The front page: the search, what there is, what is new, and how well departments keep their promises."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import public
from catalog.public import Criteria, FacetCount, Totals
from catalog.vocabularies import VOCABULARIES
from portal.pages.public_list import CardView, card_views

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

RECENT = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """A way into the catalog: `value` is the code or slug it leads to."""

    value: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Promise:
    """How many tracked entries are in one state of timeliness; `share` of all tracked ones, 0…1."""

    code: str
    count: int
    share: float
    start: float
    """Sum of the shares before it: where its piece of the bar begins."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that the front page shows."""

    totals: Totals
    domains: tuple[Tile, ...]
    departments: tuple[Tile, ...]
    promises: tuple[Promise, ...]
    tracked: int
    recent: tuple[CardView, ...]


def make_home_page(session: Session, *, today: dt.date, language: str) -> HomePage:
    """O(public entries) for the counts; kept by change number and day above."""
    facets = {facet.key: facet for facet in public.count_facets(session, Criteria(), today=today)}
    downloadable = Criteria(open_type=("unconditional",))
    recent = public.list_public(session, downloadable, sort="modified", per_page=RECENT, today=today)
    promises = make_promises({value.value: value.count for value in facets["timeliness"].values})
    return HomePage(
        totals=public.count_public(session),
        domains=domain_tiles(facets["domain"], language),
        departments=tiles(facets["department"], language),
        promises=promises,
        tracked=sum(promise.count for promise in promises),
        recent=card_views(recent.cards, [], language),
    )


def tiles(facet: FacetCount, language: str) -> tuple[Tile, ...]:
    """The values of a facet, the most frequent first."""
    return tuple(Tile(value.value, value.en if language == "en" else value.zh, value.count) for value in facet.values)


def domain_tiles(facet: FacetCount, language: str) -> tuple[Tile, ...]:
    """The domains that have data, in the order of the vocabulary."""
    order = {code: rank for rank, code in enumerate(VOCABULARIES["domain"].codes)}
    return tuple(sorted(tiles(facet, language), key=lambda tile: order.get(tile.value, len(order))))


def make_promises(counts: dict[str, int]) -> tuple[Promise, ...]:
    """The states of the entries whose updates are tracked, in the order of the vocabulary, empty ones left out."""
    codes = [code for code in VOCABULARIES["timeliness"].codes if code != "not_tracked" and counts.get(code)]
    total = sum(counts[code] for code in codes)
    promises: list[Promise] = []
    for code in codes:
        share = counts[code] / total
        promises.append(Promise(code, counts[code], share, sum(one.share for one in promises)))
    return tuple(promises)
