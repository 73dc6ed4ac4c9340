"""Departments and vocabularies as programs get them."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields


class DepartmentSchema(ma.Schema):
    """A department that publishes data."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    url = fields.String(required=True)
    entry_count = fields.Integer(required=True, metadata={"description": "Public entries"})


class DepartmentListSchema(ma.Schema):
    """All departments with public entries."""

    departments = fields.List(fields.Nested(DepartmentSchema), required=True)


class TermSchema(ma.Schema):
    """One value of a vocabulary."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)


class VocabularySchema(ma.Schema):
    """A list of codes with their Chinese and English labels."""

    name = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    terms = fields.List(fields.Nested(TermSchema), required=True)


class VocabularyListSchema(ma.Schema):
    """All vocabularies."""

    vocabularies = fields.List(fields.Nested(VocabularySchema), required=True)
