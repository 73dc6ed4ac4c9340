"""How a dataset is cited, and how it describes itself to search engines (schema.org Dataset, FEEDS §5)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from catalog.vocabularies import VOCABULARIES

if TYPE_CHECKING:
    from catalog.feeds.records import FeedRecord
    from portal.settings import Settings

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
LICENSE_URLS = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "odc-by-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}
MIN_DESCRIPTION, MAX_DESCRIPTION = 50, 5000


def cite(record: FeedRecord, address: str, language: str, *, publisher: str, today: dt.date) -> str:
    """The words by which the source is named, after GB/T 7714-2015 for datasets on line ([DS/OL])."""
    updated = record.data_updated_on or record.issued_on
    if language == "en":
        department = record.department_name_en or record.department_name
        title = record.title_en or record.title
        return f"{department}. {title} [DS/OL]. {publisher}, {updated} [accessed {today}]. {address}"
    return f"{record.department_name}. {record.title}[DS/OL]. {publisher}, {updated}[{today}]. {address}."


def schema_org(record: FeedRecord, address: str, settings: Settings, language: str) -> str:
    """JSON-LD for a script element of type application/ld+json: no character of it can end the element."""
    base = f"{urlsplit(address).scheme}://{urlsplit(address).netloc}"
    publisher = {"@type": "GovernmentOrganization", "name": record.department_name}
    data: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{base}/dataset/{record.name}",
        "name": (record.title_en if language == "en" else None) or record.title,
        "description": describe(record, settings.site_name),
        "url": address,
        "identifier": record.code or record.id,
        "license": LICENSE_URLS.get(record.license, f"{base}/licence"),
        "creator": publisher,
        "publisher": publisher,
        "keywords": _keywords(record, language),
        "datePublished": record.issued_on,
        "dateModified": record.modified_at,
        "temporalCoverage": _coverage(record),
        "spatialCoverage": settings.site_region or record.region_code,
        "isAccessibleForFree": True,
        "inLanguage": "zh-Hans",
        "includedInDataCatalog": {"@type": "DataCatalog", "name": settings.site_name, "url": f"{base}/"},
        "distribution": _distributions(record, base),
        "variableMeasured": [item.name for item in record.items],
    }
    kept = {key: value for key, value in data.items() if value not in (None, "", [])}
    return escape_for_script(orjson.dumps(kept).decode())


def describe(record: FeedRecord, site_name: str) -> str:
    """The summary, lengthened by the facts of the entry to what search engines ask for (50 to 5,000 characters)."""
    text = record.summary or record.title
    if len(text) < MIN_DESCRIPTION:
        items = "、".join(item.name for item in record.items[:12])
        cycle = VOCABULARIES["update_cycle"].label(record.update_cycle)
        text = f"{text} {record.department_name}提供的“{record.title}”，更新周期：{cycle}。"
        text += f"信息项：{items}。" if items else ""
        text += f"{site_name}公开发布，可在线查询、筛选，以 CSV、XLSX、JSON 格式免费下载，无需登录。"
    return text[:MAX_DESCRIPTION]


def escape_for_script(text: str) -> str:
    """JSON text in which nothing looks like markup (RELIABILITY P06)."""
    for mark, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(mark, code)
    return text


def _keywords(record: FeedRecord, language: str) -> list[str]:
    domain = VOCABULARIES["domain"].label(record.domain, language)
    return [*record.tags, *([domain] if domain else [])]


def _coverage(record: FeedRecord) -> str | None:
    if not record.temporal_start and not record.temporal_end:
        return None
    return f"{record.temporal_start or '..'}/{record.temporal_end or '..'}"


def _distributions(record: FeedRecord, base: str) -> list[dict[str, Any]]:
    return [
        {
            "@type": "DataDownload",
            "name": f"{resource.title} ({ending.upper()})",
            "contentUrl": f"{base}/dataset/{record.name}/resource/{resource.id}/data.{ending}",
            "encodingFormat": media_type,
        }
        for resource in record.files
        for ending, media_type in MEDIA_TYPES.items()
    ]
