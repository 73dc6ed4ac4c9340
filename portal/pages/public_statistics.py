"""Figures about the whole catalog, for everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import public
from catalog.public import Criteria, Totals
from portal.pages.public_home import Promise, Tile, domain_tiles, make_promises, tiles

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """All that /statistics shows."""

    totals: Totals
    promises: tuple[Promise, ...]
    tracked: int
    domains: tuple[Tile, ...]
    departments: tuple[Tile, ...]
    open_types: tuple[Tile, ...]
    formats: tuple[Tile, ...]
    cycles: tuple[Tile, ...]
    on: dt.date


def make_statistics_page(session: Session, *, today: dt.date, language: str) -> StatisticsPage:
    """O(public entries); kept by change number and day above."""
    facets = {facet.key: facet for facet in public.count_facets(session, Criteria(), today=today)}
    promises = make_promises({value.value: value.count for value in facets["timeliness"].values})
    return StatisticsPage(
        totals=public.count_public(session),
        promises=promises,
        tracked=sum(promise.count for promise in promises),
        domains=domain_tiles(facets["domain"], language),
        departments=tiles(facets["department"], language),
        open_types=tiles(facets["open_type"], language),
        formats=tiles(facets["format"], language),
        cycles=tiles(facets["cycle"], language),
        on=today,
    )
