"""Rows for programs: the published version, filtered and paged exactly, by the parameters of the pages."""

from __future__ import annotations

import uuid

import duckdb
import pytest
from flask.testing import FlaskClient

from catalog.feeds.records import FeedRecord
from datasets.columns import Column
from datasets.models import DataVersion
from datasets.query.grouping import BUCKETS, MEASURES
from datasets.query.operators import OPERATORS
from datasets.query.question import RESERVED
from portal.house import House
from tests.catalog.records import MOMENT, department, file_resource, publish, record

COLUMNS = [
    Column(0, "id_no", "证号"),
    Column(1, "街道", "街道"),
    Column(2, "beds", "床位数", "integer"),
    Column(3, "opened_on", "开业日期", "date"),
]
ROWS = [
    ("0001", "胜阳港街道", 120, "2019-05-01"),
    ("0002", "黄石港街道", 80, "2021-03-15"),
    ("0003", "胜阳港街道", None, "2024-01-01"),
    ("420202199001010011", "沈家营街道", 45, None),
]


@pytest.fixture
def address(house: House) -> str:
    """The rows of a published file."""
    file = file_resource(rows=len(ROWS))
    assert file.version is not None
    file.version.columns[:] = [column.as_dict() for column in COLUMNS]
    key = "ab" * 32
    path = house.row_stores.path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE data (_row BIGINT, c0 VARCHAR, c1 VARCHAR, c2 BIGINT, c3 DATE)")
    connection.executemany(
        "INSERT INTO data VALUES (?, ?, ?, ?, ?)", [[number, *row] for number, row in enumerate(ROWS, start=1)]
    )
    connection.close()
    with house.database.work() as session:
        made = record(department(session), "养老机构名录", resources=[file])
        publish(session, made)
        session.add(
            DataVersion(
                id=uuid.UUID(file.version.id), resource_id=uuid.UUID(file.id), number=1, state="published",
                blob_sha256="ab" * 32, file_name="a.csv", file_format="csv", byte_size=1, recipe={},
                columns=[column.as_dict() for column in COLUMNS], row_count=len(ROWS), row_store=key,
                content_sha256="ef" * 32, csv_sha256="cd" * 32, csv_byte_size=1, created_at=MOMENT,
            )
        )  # fmt: skip
    return f"/api/v1/dataset/{made.name}/resource/{file.id}/rows"


def test_rows_are_objects_with_typed_values(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.json
    assert answer.json["rows"][0] == {
        "id_no": "0001",
        "街道": "胜阳港街道",
        "beds": 120,
        "opened_on": "2019-05-01",
    }
    assert answer.json["rows"][2]["beds"] is None
    assert answer.json["rows"][3]["id_no"] == "420202199001010011"
    assert (answer.json["total"], answer.json["version"]["number"], answer.json["next_url"]) == (4, 1, None)
    assert answer.json["columns"][2] == {"key": "beds", "name": "床位数", "type": "integer"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("街道=胜阳港街道", ["0001", "0003"]),
        ("beds__ge=80", ["0001", "0002"]),
        ("beds__ge=80&_sort=beds", ["0002", "0001"]),
        ("opened_on__ge=2020-01-01", ["0002", "0003"]),
        ("_q=沈家营", ["420202199001010011"]),
        ("_sort=-id_no&_limit=1", ["420202199001010011"]),
        ("_offset=3", ["420202199001010011"]),
    ],
)
def test_rows_are_filtered_and_sorted(client: FlaskClient, address: str, query: str, expected: list[str]) -> None:
    assert [row["id_no"] for row in client.get(f"{address}?{query}").json["rows"]] == expected


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "_group=街道&_measure=count,sum:beds&_sort=-count,街道",
            [
                {"街道": "胜阳港街道", "count": 2, "sum_beds": 120},
                {"街道": "沈家营街道", "count": 1, "sum_beds": 45},
                {"街道": "黄石港街道", "count": 1, "sum_beds": 80},
            ],
        ),
        ("_group=opened_on:year&beds__ge=1&_limit=1", [{"opened_on_year": "2019", "count": 1}]),
        ("_measure=mean:beds&_or=id_no%3D0001%26beds%3D80", [{"mean_beds": 100.0}]),
    ],
)
def test_rows_are_grouped(client: FlaskClient, address: str, query: str, rows: list[dict[str, object]]) -> None:
    assert client.get(f"{address}?{query}").json["rows"] == rows


def test_next_url_leads_through_all_groups(client: FlaskClient, house: House, address: str) -> None:
    seen, url = [], f"{address}?_group=街道&_limit=2"
    while url:
        answer = client.get(url).json
        assert (answer["total"], [column["key"] for column in answer["columns"]]) == (3, ["街道", "count"])
        seen += [row["街道"] for row in answer["rows"]]
        url = (answer["next_url"] or "").removeprefix(house.settings.base_url)
    assert seen == ["胜阳港街道", "沈家营街道", "黄石港街道"]


def test_parameters_are_described_from_their_tables(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    listed = next(path["get"]["parameters"] for name, path in paths.items() if name.endswith("/rows"))
    texts = {one["name"]: one["description"] for one in listed if "description" in one}
    for name, table in (("conditions", OPERATORS), ("_group", BUCKETS), ("_measure", MEASURES)):
        assert all(f"- `{key}` " in texts[name] for key in table)
    assert set(RESERVED) <= set(texts)


def test_next_url_leads_through_all_rows(client: FlaskClient, house: House, address: str) -> None:
    seen, url = [], f"{address}?_limit=3&_columns=id_no"
    while url:
        answer = client.get(url).json
        assert answer["total"] == 4
        seen += [row["id_no"] for row in answer["rows"]]
        url = (answer["next_url"] or "").removeprefix(house.settings.base_url)
    assert seen == [row[0] for row in ROWS]


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "beds__like=1",
        "beds__ge=many",
        "_limit=0",
        "_limit=99999999",
        "_sort=nothing",
        "_or=1",
        "_group=nothing",
    ],
)
def test_wrong_row_parameter_is_a_problem(client: FlaskClient, address: str, query: str) -> None:
    answer = client.get(f"{address}?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["problems"]


def test_resource_of_another_entry_or_none_is_404(client: FlaskClient, address: str) -> None:
    for other in (address.replace("/rows", "")[:-1] + "0/rows", f"/api/v1/dataset/x/resource/{uuid.uuid4()}/rows"):
        assert client.get(other).status_code == 404
    assert client.get(address.rsplit("/", 2)[0] + "/not-a-uuid/rows").status_code == 404


def test_resource_id_in_capitals_is_the_same_resource(client: FlaskClient, address: str) -> None:
    head, resource_id, tail = address.rsplit("/", 2)
    assert client.get(f"{head}/{resource_id.upper()}/{tail}").status_code == 200


def test_resource_without_rows_is_404(client: FlaskClient, house: House) -> None:
    from catalog.feeds.records import RecordResource

    link = RecordResource(str(uuid.uuid4()), "link", "原站", "https://example.org", None)
    with house.database.work() as session:
        made: FeedRecord = record(department(session), "只有链接", resources=[link])
        publish(session, made)
    answer = client.get(f"/api/v1/dataset/{made.name}/resource/{link.id}/rows")
    assert (answer.status_code, answer.json["code"]) == (404, "resource_not_queryable")
