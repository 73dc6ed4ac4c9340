"""The whole catalog as DCAT-AP in JSON-LD: valid RDF, stable pages, equal bytes for equal facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, Namespace
from sqlalchemy import update
from sqlalchemy.orm import Session

from catalog.errors import Busy, NotFound
from catalog.feeds import whole
from catalog.feeds.authority import ACCESS_RIGHT, DATA_THEME, FREQUENCY
from catalog.feeds.dcat import write_dataset
from catalog.feeds.records import FeedRecord, RecordResource
from catalog.feeds.site import Site
from catalog.feeds.spool import Spool
from catalog.models import CurrentRecord
from catalog.vocabularies import VOCABULARIES
from tests.catalog.records import department, file_resource, publish, record, withdraw

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SITE = Site(
    base_url="https://data.example.gov.cn",
    title="黄石港区公共数据开放平台",
    title_en="Huangshigang Open Data",
    publisher="黄石港区人民政府办公室",
    publisher_en="Office of the People's Government of Huangshigang District",
    region_code="420202",
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool."""
    return Spool(tmp_path / "spool")


def full_record(session: Session, ordinal: int = 1, **facts: object) -> FeedRecord:
    """A record with every optional fact present."""
    of = department(session, "黄石港区民政局", slug="minzheng")
    return record(
        of,
        f"养老机构名录{ordinal}",
        **{
            "ordinal": ordinal,
            "title_en": "Nursing homes",
            "summary": "辖区养老机构。",
            "tags": ["养老", "民政"],
            "domain": "social_aid",
            "contact_name": "张老师(演示)",
            "contact_phone": "0714-1234567 转 8",
            "contact_email": "minzheng@example.gov.cn",
            "temporal_start": "2020-01-01",
            "temporal_end": "2025-12-31",
            "region_code": "420202",
            "origin": "来源:示例",
            "department_name_en": "Civil Affairs Bureau",
            "resources": [
                file_resource(seed=str(ordinal)),
                RecordResource(
                    "8f14e45f-ceea-467f-a8d2-11bb11bb11bb", "link", "原站", "https://example.org/a?b=1", None
                ),
            ],
            **facts,
        },  # type: ignore[arg-type]
    )


def graph_of(data: bytes) -> Graph:
    """The document as RDF; its context stands inside, so nothing is fetched."""
    return Graph().parse(data=data, format="json-ld")


def page(session: Session, spool: Spool, number: int = 1) -> bytes:
    """The bytes of a page."""
    return whole.open_dcat_page(session, spool, SITE, number).file.path.read_bytes()


def test_dataset_carries_what_harvesters_ask_for(session: Session) -> None:
    made = full_record(session)
    graph = graph_of(write_dataset(SITE, made))
    uri = URIRef(f"https://data.example.gov.cn/dataset/{made.name}")
    assert list(graph.subjects(RDF.type, DCAT.Dataset)) == [uri]
    assert {(str(text), text.language) for text in graph.objects(uri, DCTERMS.title)} == {
        ("养老机构名录1", "zh"),
        ("Nursing homes", "en"),
    }
    assert str(graph.value(uri, DCTERMS.identifier)) == made.id
    assert str(graph.value(uri, DCTERMS.modified)) == "2026-07-01T02:00:00+00:00"
    assert {str(word) for word in graph.objects(uri, DCAT.keyword)} == {"养老", "民政"}
    publisher = graph.value(uri, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph
    contact = graph.value(uri, DCAT.contactPoint)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:minzheng@example.gov.cn")
    assert graph.value(contact, VCARD.hasTelephone) == URIRef("tel:0714-1234567")
    assert str(graph.value(uri, DCTERMS.accrualPeriodicity)).endswith("/frequency/MONTHLY")
    assert str(graph.value(uri, DCTERMS.accessRights)).endswith("/access-right/PUBLIC")
    for theme in graph.objects(uri, DCAT.theme):
        assert (theme, RDF.type, SKOS.Concept) in graph
    period = graph.value(uri, DCTERMS.temporal)
    assert str(graph.value(period, DCAT.startDate)) == "2020-01-01"


def test_every_distribution_has_a_uri_and_an_address_of_its_own(session: Session) -> None:
    made = full_record(session)
    graph = graph_of(write_dataset(SITE, made))
    distributions = set(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(distributions) == 4
    assert all(isinstance(one, URIRef) for one in distributions)
    root = f"https://data.example.gov.cn/dataset/{made.name}/resource/{made.resources[0].id}"
    assert {str(address) for address in graph.objects(None, DCAT.downloadURL)} == {
        f"{root}/data.csv",
        f"{root}/data.xlsx",
        f"{root}/data.json",
    }
    csv = URIRef(f"{root}#csv")
    assert str(graph.value(csv, DCAT.byteSize)) == "2051"
    assert str(graph.value(graph.value(csv, SPDX.checksum), SPDX.checksumValue)).lower() == "cd" * 32
    link = URIRef(f"https://data.example.gov.cn/dataset/{made.name}/resource/{made.resources[1].id}#link")
    assert graph.value(link, DCAT.accessURL) == URIRef("https://example.org/a?b=1")
    assert graph.value(link, DCAT.downloadURL) is None


def test_values_that_shapes_want_as_nodes_are_nodes(session: Session) -> None:
    graph = graph_of(write_dataset(SITE, full_record(session)))
    for predicate in (DCTERMS.format, DCAT.mediaType, DCTERMS.language, DCTERMS.license, DCAT.theme, DCAT.landingPage):
        nodes = list(graph.objects(None, predicate))
        assert nodes
        for node in nodes:
            assert isinstance(node, URIRef)
            assert (node, RDF.type, None) in graph


def test_sparse_record_is_written_without_empty_members(session: Session) -> None:
    made = record(department(session), "只有标题", summary="")
    document = json.loads(write_dataset(SITE, made))
    assert document["description"] == {"zh": "只有标题"}
    assert not [key for key, value in document.items() if value in (None, "", [], {})]
    assert graph_of(write_dataset(SITE, made))


def test_page_lists_catalog_datasets_and_one_pagination_node(session: Session, spool: Spool) -> None:
    for ordinal in (1, 2, 3):
        publish(session, full_record(session, ordinal))
    graph = graph_of(page(session, spool))
    catalog = URIRef("https://data.example.gov.cn/catalog")
    assert (catalog, RDF.type, DCAT.Catalog) in graph
    assert set(graph.objects(catalog, DCAT.dataset)) == set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) == 3
    assert graph.value(catalog, FOAF.homepage) == URIRef("https://data.example.gov.cn/")
    (node,) = graph.subjects(RDF.type, HYDRA.PagedCollection)
    assert node == URIRef("https://data.example.gov.cn/catalog.jsonld")
    assert int(graph.value(node, HYDRA.totalItems)) == 3  # type: ignore[arg-type]
    assert graph.value(node, HYDRA.next) is None


def test_pages_hold_fixed_ranges_whatever_is_withdrawn(
    session: Session, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PER_PAGE", 2)
    made = [full_record(session, ordinal) for ordinal in range(1, 6)]
    for one in made:
        publish(session, one)

    def names(number: int) -> list[str]:
        document = json.loads(page(session, spool, number))
        return [node["identifier"] for node in document["@graph"] if node["@type"] == "dcat:Dataset"]

    assert [names(1), names(2), names(3)] == [
        [made[0].id, made[1].id],
        [made[2].id, made[3].id],
        [made[4].id],
    ]
    withdraw(session, made[0])
    assert [names(1), names(2), names(3)] == [[made[1].id], [made[2].id, made[3].id], [made[4].id]]
    graph = graph_of(page(session, spool, 2))
    (node,) = graph.subjects(RDF.type, HYDRA.PagedCollection)
    assert graph.value(node, HYDRA.next) == graph.value(node, HYDRA.nextPage)
    assert graph.value(node, HYDRA.next) == URIRef("https://data.example.gov.cn/catalog.jsonld?page=3")
    assert graph.value(node, HYDRA.previous) == URIRef("https://data.example.gov.cn/catalog.jsonld")
    with pytest.raises(NotFound) as caught:
        page(session, spool, 4)
    assert caught.value.params == {"page": 4, "last": 3}


def test_empty_catalog_is_one_valid_page(session: Session, spool: Spool) -> None:
    graph = graph_of(page(session, spool))
    assert len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1
    assert not list(graph.subjects(RDF.type, DCAT.Dataset))


def test_equal_state_gives_equal_bytes_and_the_written_file_is_used_again(
    session: Session, tmp_path: Path, spool: Spool
) -> None:
    publish(session, full_record(session))
    first = whole.open_dcat_page(session, spool, SITE, 1)
    again = whole.open_dcat_page(session, spool, SITE, 1)
    elsewhere = whole.open_dcat_page(session, Spool(tmp_path / "other"), SITE, 1)
    assert first == again
    assert first.file.digest == elsewhere.file.digest
    assert (first.file.count, first.change_number) == (1, 1)
    assert first.file.modified_at.isoformat() == "2026-07-10T02:00:00+00:00"


def test_change_gives_a_new_file(session: Session, spool: Spool) -> None:
    made = full_record(session)
    publish(session, made)
    before = whole.open_dcat_page(session, spool, SITE, 1)
    withdraw(session, made)
    after = whole.open_dcat_page(session, spool, SITE, 1)
    assert (after.file.count, after.change_number) == (0, 2)
    assert before.file.digest != after.file.digest
    assert before.file.path.exists()


def test_unreadable_record_refuses_the_page_instead_of_shortening_it(session: Session, spool: Spool) -> None:
    for ordinal in (1, 2):
        publish(session, full_record(session, ordinal))
    session.execute(update(CurrentRecord).where(CurrentRecord.ordinal == 2).values(record={"items": [None]}))
    with pytest.raises(Busy) as caught:
        whole.open_dcat_page(session, spool, SITE, 1)
    assert caught.value.code == "feed_not_available"
    assert not [path for path in spool.root.rglob("*") if path.is_file()]


def test_record_without_a_title_refuses_the_page(session: Session, spool: Spool) -> None:
    publish(session, full_record(session))
    session.execute(update(CurrentRecord).values(record={"id": "x", "items": [], "resources": []}))
    with pytest.raises(Busy):
        whole.open_dcat_page(session, spool, SITE, 1)


def test_full_disk_is_said_and_leaves_nothing(session: Session, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(session, full_record(session))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catalog.feeds.spool.os.utime", full)
    with pytest.raises(Busy) as caught:
        whole.open_dcat_page(session, spool, SITE, 1)
    assert caught.value.code == "feed_not_written"
    assert not [path for path in spool.root.rglob("*") if path.is_file()]


def test_every_code_of_ours_has_its_european_word() -> None:
    assert set(FREQUENCY) == set(VOCABULARIES["update_cycle"].codes)
    assert set(ACCESS_RIGHT) == set(VOCABULARIES["open_type"].codes)
    assert set(DATA_THEME) == set(VOCABULARIES["domain"].codes)
