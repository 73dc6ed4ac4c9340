"""Departments and domains: who publishes, about what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog import departments, public
from catalog.errors import NotFound
from catalog.overdue import count_overdue
from catalog.public import Criteria
from catalog.timely_rates import TimelyShares, timely_shares
from catalog.vocabularies import VOCABULARIES
from portal.pages.public_home import Tile, domain_tiles, tiles
from portal.pages.public_list import PER_PAGE, CardView, ListQuery, card_views
from portal.pages.public_statistics import last_year

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """The departments or domains that publish something; `missing` have nothing public yet."""

    tiles: tuple[Tile, ...]
    total: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DepartmentPromise:
    """How a department kept its promises over the last year, and how many of its entries are overdue today."""

    shares: TimelyShares
    overdue: int


@dataclass(frozen=True, slots=True)
class Successor:
    """The department into which another was merged."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    """The entries of one department or domain; `facet` and `value` are its filter in the list."""

    facet: str
    value: str
    title: str
    cards: tuple[CardView, ...]
    total: int
    page: int
    page_count: int
    other: tuple[Tile, ...]
    """Counts by the other facet: a department's domains, a domain's departments."""
    promise: DepartmentPromise | None = None
    """Of a department only."""
    successor: Successor | None = None
    """Of a dissolved department: the one that took over."""

    def href_of(self, page: int) -> str:
        """The relative address of another page of it."""
        return replace(ListQuery(), page=page).href


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The ways into the site."""

    departments: tuple[Tile, ...]
    domains: tuple[Tile, ...]


def make_departments_page(session: Session, *, today: dt.date, language: str) -> DirectoryPage:
    """Departments with public entries, the most productive first, and the names of those without."""
    found = tiles(_facet(session, "department", Criteria(), today), language)
    present = {tile.value for tile in found}
    missing = tuple(
        _name(facts, language) for facts in departments.list_departments(session) if facts.slug not in present
    )
    return DirectoryPage(found, sum(tile.count for tile in found), missing)


def make_domains_page(session: Session, *, today: dt.date, language: str) -> DirectoryPage:
    """Domains with public entries in the order of the vocabulary, and the names of those without."""
    found = domain_tiles(_facet(session, "domain", Criteria(), today), language)
    present = {tile.value for tile in found}
    missing = tuple(term.label(language) for term in VOCABULARIES["domain"].terms if term.code not in present)
    return DirectoryPage(found, sum(tile.count for tile in found), missing)


def make_department_page(session: Session, slug: str, *, page: int, today: dt.date, language: str) -> GroupPage:
    """One department's entries. Raises NotFound("department_not_found")."""
    facts = departments.get_department(session, slug)
    criteria = Criteria(department=(slug,))
    other = domain_tiles(_facet(session, "domain", criteria, today), language)
    group = _group(
        session, "department", slug, _name(facts, language), other=other, page=page, today=today, language=language
    )
    since, until = last_year(today)
    shares = timely_shares(session, department_id=facts.id, since=since, until=until, today=today)
    overdue = sum(one.count for one in count_overdue(session, today=today) if one.slug == slug)
    return replace(group, promise=DepartmentPromise(shares, overdue), successor=_successor(facts, language))


def make_domain_page(session: Session, code: str, *, page: int, today: dt.date, language: str) -> GroupPage:
    """One domain's entries. Raises NotFound("domain_not_found")."""
    term = VOCABULARIES["domain"].get(code)
    if term is None:
        raise NotFound("domain_not_found", name=code)
    criteria = Criteria(domain=(code,))
    other = tiles(_facet(session, "department", criteria, today), language)
    return _group(session, "domain", code, term.label(language), other=other, page=page, today=today, language=language)


def make_site_map(session: Session, *, today: dt.date, language: str) -> SiteMap:
    """All departments and domains with public entries."""
    facets = {facet.key: facet for facet in public.count_facets(session, Criteria(), today=today)}
    return SiteMap(tiles(facets["department"], language), domain_tiles(facets["domain"], language))


def _name(facts: departments.DepartmentFacts, language: str) -> str:
    return (facts.name_en if language == "en" else None) or facts.name


def _successor(facts: departments.DepartmentFacts, language: str) -> Successor | None:
    if facts.merged_into_slug is None or facts.merged_into_name is None:
        return None
    return Successor(
        facts.merged_into_slug, (facts.merged_into_name_en if language == "en" else None) or facts.merged_into_name
    )


def _facet(session: Session, key: str, criteria: Criteria, today: dt.date) -> public.FacetCount:
    return next(facet for facet in public.count_facets(session, criteria, today=today) if facet.key == key)


def _group(
    session: Session,
    facet: str,
    value: str,
    title: str,
    *,
    other: tuple[Tile, ...],
    page: int,
    today: dt.date,
    language: str,
) -> GroupPage:
    criteria = Criteria(**{facet: (value,)})  # type: ignore[arg-type]
    found = public.list_public(session, criteria, page=page, per_page=PER_PAGE, today=today)
    cards = card_views(found.cards, [], language)
    return GroupPage(facet, value, title, cards, found.total, page, found.page_count, other)
