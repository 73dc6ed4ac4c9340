"""DCAT-AP as JSON-LD: pure writers over frozen records.

Deterministic: the same records give the same bytes. The context stands inside, so nothing is fetched to read it.
Only real datasets are typed `dcat:Dataset`; values that DCAT-AP's shapes want as nodes are nodes with a type.
Memory: one record at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from catalog.feeds.authority import ACCESS_RIGHT, DATA_THEME, FREQUENCY, MEDIA_TYPE, eu, media_type_iri
from catalog.feeds.records import FeedRecord, RecordResource
from catalog.feeds.site import Site
from catalog.vocabularies import label

DCAT_VERSION = 1
"""Raise when the bytes for the same records change: files written by older releases are not served again."""


PHONE = re.compile(r"\+?\d[\d-]{4,}")
"""The number itself; an extension written after it in words has no place in a tel: address."""


def _iri(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


def _typed(term: str, datatype: str) -> dict[str, str]:
    return {"@id": term, "@type": f"xsd:{datatype}"}


def _texts(term: str) -> dict[str, str]:
    return {"@id": term, "@container": "@language"}


CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "title": _texts("dct:title"),
    "description": _texts("dct:description"),
    "name": _texts("foaf:name"),
    "prefLabel": _texts("skos:prefLabel"),
    "label": _texts("http://www.w3.org/2000/01/rdf-schema#label"),
    "fn": "vcard:fn",
    "hasEmail": _iri("vcard:hasEmail"),
    "hasTelephone": _iri("vcard:hasTelephone"),
    "identifier": "dct:identifier",
    "publisher": _iri("dct:publisher"),
    "contactPoint": _iri("dcat:contactPoint"),
    "theme": _iri("dcat:theme"),
    "themeTaxonomy": _iri("dcat:themeTaxonomy"),
    "keyword": {"@id": "dcat:keyword", "@language": "zh"},
    "issued": _typed("dct:issued", "date"),
    "modified": _typed("dct:modified", "dateTime"),
    "accrualPeriodicity": _iri("dct:accrualPeriodicity"),
    "accessRights": _iri("dct:accessRights"),
    "spatial": _iri("dct:spatial"),
    "temporal": _iri("dct:temporal"),
    "startDate": _typed("dcat:startDate", "date"),
    "endDate": _typed("dcat:endDate", "date"),
    "language": _iri("dct:language"),
    "license": _iri("dct:license"),
    "provenance": _iri("dct:provenance"),
    "landingPage": _iri("dcat:landingPage"),
    "homepage": _iri("foaf:homepage"),
    "dataset": _iri("dcat:dataset"),
    "distribution": _iri("dcat:distribution"),
    "accessURL": _iri("dcat:accessURL"),
    "downloadURL": _iri("dcat:downloadURL"),
    "format": _iri("dct:format"),
    "mediaType": _iri("dcat:mediaType"),
    "byteSize": _typed("dcat:byteSize", "nonNegativeInteger"),
    "checksum": _iri("spdx:checksum"),
    "algorithm": _iri("spdx:algorithm"),
    "checksumValue": _typed("spdx:checksumValue", "hexBinary"),
    "totalItems": _typed("hydra:totalItems", "integer"),
    "itemsPerPage": _typed("hydra:itemsPerPage", "integer"),
    **{
        name: _iri(f"hydra:{name}")
        for name in ("first", "firstPage", "next", "nextPage", "previous", "previousPage", "last", "lastPage")
    },
}


@dataclass(frozen=True, slots=True)
class CatalogFacts:
    """What the catalog says of itself: ISO texts, `modified` the instant of the last public change."""

    issued: str | None
    modified: str | None
    total: int
    """Public entries in all, over every page."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Where a page stands among the others; pages count from 1."""

    number: int
    last: int
    per_page: int


def write_catalog_page(
    site: Site, catalog: CatalogFacts, page: PageFacts, records: Iterable[FeedRecord]
) -> Iterator[bytes]:
    """One page of the catalog as pieces of one JSON-LD document, complete with every record given."""
    yield b'{"@context":' + orjson.dumps(CONTEXT) + b',"@graph":[\n'
    yield _dump(pagination_node(site, catalog, page))
    names = []
    for record in records:
        names.append(record.name)
        yield b",\n" + _dump(dataset_node(site, record))
    yield b",\n" + _dump(catalog_node(site, catalog, names))
    yield b"\n]}\n"


def write_dataset(site: Site, record: FeedRecord) -> bytes:
    """The descriptor of one entry."""
    return orjson.dumps({"@context": CONTEXT, **dataset_node(site, record)}) + b"\n"


def page_address(site: Site, number: int) -> str:
    """Absolute address of a page; the first has no parameter."""
    return f"{site.base_url}/catalog.jsonld" + (f"?page={number}" if number > 1 else "")


def pagination_node(site: Site, catalog: CatalogFacts, page: PageFacts) -> dict[str, Any]:
    """The one Hydra node of a page; both spellings of each link, as harvesters differ."""
    links = {"first": 1, "last": page.last}
    if page.number > 1:
        links["previous"] = page.number - 1
    if page.number < page.last:
        links["next"] = page.number + 1
    node: dict[str, Any] = {
        "@id": page_address(site, page.number),
        "@type": ["hydra:PagedCollection", "hydra:PartialCollectionView"],
        "totalItems": catalog.total,
        "itemsPerPage": page.per_page,
    }
    for name, number in links.items():
        node[name] = node[f"{name}Page"] = page_address(site, number)
    return node


def catalog_node(site: Site, catalog: CatalogFacts, names: list[str]) -> dict[str, Any]:
    """The catalog, with the datasets of this page."""
    return _without_gaps(
        {
            "@id": site.catalog,
            "@type": "dcat:Catalog",
            "title": _both(site.title, site.title_en),
            "description": _both(f"{site.title}的数据目录", f"Data catalog of {site.title_en or site.title}"),
            "publisher": _agent(site.publisher_uri, site.publisher, site.publisher_en),
            "language": _languages(),
            "license": _license(site, "portal-open"),
            "homepage": {"@id": site.home, "@type": "foaf:Document"},
            "spatial": _place(site.region_code),
            "issued": catalog.issued,
            "modified": catalog.modified,
            "dataset": [site.dataset(name) for name in names],
        }
    )


def dataset_node(site: Site, record: FeedRecord) -> dict[str, Any]:
    """One entry as a dcat:Dataset with its distributions inside."""
    uri = site.dataset(record.name)
    return _without_gaps(
        {
            "@id": uri,
            "@type": "dcat:Dataset",
            "title": _both(record.title, record.title_en),
            "description": {"zh": record.summary or record.title},
            "identifier": record.id,
            "publisher": _agent(
                site.department(record.department_slug), record.department_name, record.department_name_en
            ),
            "contactPoint": _contact(uri, record),
            "theme": _themes(site, record),
            "keyword": record.tags,
            "issued": record.issued_on,
            "modified": record.modified_at,
            "accrualPeriodicity": _coded("frequency", FREQUENCY.get(record.update_cycle), "dct:Frequency"),
            "accessRights": _coded("access-right", ACCESS_RIGHT.get(record.open_type), "dct:RightsStatement"),
            "spatial": _place(record.region_code or site.region_code),
            "temporal": _period(record),
            "language": _languages()[:1],
            "license": _license(site, record.license),
            "provenance": _provenance(record),
            "landingPage": {"@id": uri, "@type": "foaf:Document"},
            "distribution": [node for resource in record.resources for node in _distributions(site, record, resource)],
        }
    )


def _distributions(site: Site, record: FeedRecord, resource: RecordResource) -> Iterator[dict[str, Any]]:
    """One per download format of a file, one for an interface or a link; each with an address of its own."""
    if resource.version is None:
        if resource.url:
            yield {
                "@id": f"{site.resource(record.name, resource.id)}#{resource.kind}",
                "@type": "dcat:Distribution",
                "title": {"zh": resource.title},
                "accessURL": resource.url,
                "license": _license(site, record.license),
            }
        return
    for suffix in MEDIA_TYPE:
        yield _file_distribution(site, record, resource, suffix)


def _file_distribution(site: Site, record: FeedRecord, resource: RecordResource, suffix: str) -> dict[str, Any]:
    version = resource.version
    assert version is not None
    address = site.data_file(record.name, resource.id, suffix)
    node = {
        "@id": f"{site.resource(record.name, resource.id)}#{suffix}",
        "@type": "dcat:Distribution",
        "title": {"zh": f"{resource.title} ({suffix.upper()})"},
        "accessURL": address,
        "downloadURL": address,
        "format": _node(eu("file-type", suffix.upper()), "dct:MediaTypeOrExtent"),
        "mediaType": _node(media_type_iri(suffix), "dct:MediaType"),
        "modified": version.published_at,
        "license": _license(site, record.license),
    }
    if suffix == "csv":
        node["byteSize"] = str(version.csv_byte_size)
        node["checksum"] = {
            "@type": "spdx:Checksum",
            "algorithm": _node("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm"),
            "checksumValue": version.csv_sha256,
        }
    return node


def _both(zh: str, en: str | None) -> dict[str, str]:
    return {"zh": zh, "en": en} if en else {"zh": zh}


def _node(iri: str, kind: str) -> dict[str, str]:
    return {"@id": iri, "@type": kind}


def _coded(table: str, code: str | None, kind: str) -> dict[str, str] | None:
    return _node(eu(table, code), kind) if code else None


def _agent(uri: str, name: str, name_en: str | None) -> dict[str, Any]:
    return {"@id": uri, "@type": "foaf:Agent", "name": _both(name, name_en)}


def _license(site: Site, code: str) -> dict[str, Any]:
    names = _both(label("license", code), label("license", code, "en"))
    return {"@id": site.license(code), "@type": "dct:LicenseDocument", "title": names}


def _languages() -> list[dict[str, str]]:
    return [_node(eu("language", code), "dct:LinguisticSystem") for code in ("ZHO", "ENG")]


def _contact(uri: str, record: FeedRecord) -> dict[str, Any]:
    parts = (record.department_name, record.provider_unit, record.contact_name)
    contact: dict[str, Any] = {
        "@id": f"{uri}#contact",
        "@type": "vcard:Kind",
        "fn": " ".join(part for part in parts if part),
    }
    if record.contact_email:
        contact["hasEmail"] = f"mailto:{record.contact_email}"
    if found := PHONE.match(record.contact_phone or ""):
        contact["hasTelephone"] = f"tel:{found[0]}"
    return contact


def _themes(site: Site, record: FeedRecord) -> list[dict[str, Any]]:
    if record.domain is None:
        return []
    names = _both(label("domain", record.domain), label("domain", record.domain, "en"))
    own = {"@id": site.domain(record.domain), "@type": "skos:Concept", "prefLabel": names}
    theme = _coded("data-theme", DATA_THEME.get(record.domain), "skos:Concept")
    return [own, theme] if theme else [own]


def _place(region_code: str | None) -> dict[str, Any] | None:
    return {"@type": "dct:Location", "identifier": region_code} if region_code else None


def _period(record: FeedRecord) -> dict[str, Any] | None:
    if not record.temporal_start and not record.temporal_end:
        return None
    return _without_gaps(
        {"@type": "dct:PeriodOfTime", "startDate": record.temporal_start, "endDate": record.temporal_end}
    )


def _provenance(record: FeedRecord) -> dict[str, Any] | None:
    return {"@type": "dct:ProvenanceStatement", "label": {"zh": record.origin}} if record.origin else None


def _without_gaps(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}


def _dump(node: dict[str, Any]) -> bytes:
    return orjson.dumps(node)
