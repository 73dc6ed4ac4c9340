"""Our codes in the words of the European authority tables, which DCAT-AP harvesters know."""

EU = "http://publications.europa.eu/resource/authority"

FREQUENCY = {
    "realtime": "CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "ten_days": "MONTHLY_3",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "half_yearly": "ANNUAL_2",
    "yearly": "ANNUAL",
    "irregular": "IRREG",
    "static": "NEVER",
}
"""update_cycle → frequency."""

ACCESS_RIGHT = {"unconditional": "PUBLIC", "conditional": "RESTRICTED", "closed": "NON_PUBLIC"}
"""open_type → access-right."""

DATA_THEME = {
    "credit": "GOVE",
    "health": "HEAL",
    "employment": "SOCI",
    "public_safety": "JUST",
    "housing": "REGI",
    "transport": "TRAN",
    "education": "EDUC",
    "science": "TECH",
    "energy": "ENER",
    "environment": "ENVI",
    "industry": "ECON",
    "commerce": "ECON",
    "finance": "ECON",
    "work_safety": "JUST",
    "market": "ECON",
    "social_aid": "SOCI",
    "legal": "JUST",
    "living": "SOCI",
    "weather": "ENVI",
    "geography": "REGI",
    "organizations": "GOVE",
    "other": "GOVE",
}
"""domain → data-theme."""

MEDIA_TYPE = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""Suffix of a download → IANA media type."""


def eu(table: str, code: str) -> str:
    """IRI of `code` in an authority table."""
    return f"{EU}/{table}/{code}"


def media_type_iri(suffix: str) -> str:
    """IRI of the media type of a download."""
    return f"https://www.iana.org/assignments/media-types/{MEDIA_TYPE[suffix]}"
