"""The metadata fields of an entry (信息资源目录) together, in the order of forms and sheet."""

from __future__ import annotations

from typing import Any

from catalog.fields.field import Field
from catalog.fields.subject_fields import BASIC, PROVIDER, SOURCE
from catalog.fields.terms_fields import OPEN, SAFETY, SHARE, UPDATE

GROUPS: dict[str, tuple[str, str]] = {
    "basic": ("基本信息", "Basics"),
    "provider": ("提供方与联系人", "Provider and contact"),
    "source": ("来源与格式", "Source and format"),
    "open": ("开放", "Opening"),
    "share": ("共享", "Sharing"),
    "update": ("更新与范围", "Updates and coverage"),
    "safety": ("安全与授权", "Safety and licence"),
}
"""Groups in which forms and pages show the fields, in order: (zh, en)."""

FIELDS: dict[str, Field] = {
    field.name: field for field in (*BASIC, *PROVIDER, *SOURCE, *OPEN, *SHARE, *UPDATE, *SAFETY)
}
"""Name → field, in the order of forms and sheet."""

REVISION_FIELDS: tuple[str, ...] = tuple(name for name, field in FIELDS.items() if field.owner == "revision")
"""Names of the fields that a revision holds (all but `code`)."""

DEFAULTS: dict[str, Any] = {"license": "portal-open", "is_open": True}
"""Values of fields that are not empty by default."""
