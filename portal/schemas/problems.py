"""Failures as RFC 9457 describes them, and wrong parameters as failures of the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import marshmallow as ma
from marshmallow import fields
from webargs.flaskparser import FlaskParser

from catalog.errors import Invalid, Problem


class ProblemDetailSchema(ma.Schema):
    """One finding about one parameter."""

    where = fields.String(required=True, metadata={"description": "Name of the parameter"})
    code = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "What is wrong and what to do"})


class ProblemSchema(ma.Schema):
    """An error answer (`application/problem+json`); documentation only, `portal.errors` writes it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What is wrong and what to do"})
    code = fields.String(required=True, metadata={"description": "Stable name of the failure"})
    request_id = fields.String(required=True)
    problems = fields.List(fields.Nested(ProblemDetailSchema))


class QueryParser(FlaskParser):
    """Reads parameters of an address; unknown and wrong ones are all named at once."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": ma.RAISE}

    def handle_error(
        self, error: ma.ValidationError, req: Any, schema: ma.Schema, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """Raise Invalid with a Problem for each parameter."""
        messages = error.messages.get("query", {}) if isinstance(error.messages, Mapping) else {}
        problems = [_problem(name, req.args.get(name, ""), schema) for name in messages]
        raise Invalid("parameters_not_valid", problems=problems, count=len(problems))


def _problem(name: str, value: str, schema: ma.Schema) -> Problem:
    field = schema.fields.get(name)
    if field is None:
        return Problem(name[:80], "parameter_unknown", parameter=name[:80], known=sorted(schema.fields))
    expected = field.metadata
    return Problem(
        name,
        "parameter_not_valid",
        parameter=name,
        value=value[:40],
        expected_zh=expected["expected_zh"],
        expected_en=expected["expected_en"],
    )
