"""The API's own description: flask-smorest, with the house's errors in place of its own."""

from __future__ import annotations

import http
from typing import Any

import orjson
from flask import Flask, Response, request
from flask_smorest import Api
from flask_smorest import Blueprint as ApiBlueprint

from portal.pulling import open_to_all
from portal.schemas.problems import ProblemSchema, QueryParser

PROBLEM = "application/problem+json"
DOCUMENTED = (400, 403, 404, 405, 410, 422, 429, 500, 503)
"""Statuses of failures that operations may name."""
DESCRIPTION = """公共数据目录与数据的只读接口，无需密钥。列表每页 `limit` 条，按 `next_url` 续取，直到为 null。
错误一律为 `application/problem+json`，`code` 稳定不变；参数有误时逐项列出。数据行用 `列=值` 或 `列__操作符=值` 筛选，
用 `_group` 与 `_measure` 分组统计。

Public data of this portal, without a key. Lists give `limit` entries and a `next_url`; follow it until it is null.
Errors are `application/problem+json` with a stable `code` and, for wrong parameters, every one of them. Rows are
asked with `column=value` or `column__operator=value`, and counted by `_group` and `_measure`."""


class V1(ApiBlueprint):  # type: ignore[misc]
    """A blueprint open to programs of any site, whose wrong parameters are failures of the house."""

    ARGUMENTS_PARSER = QueryParser()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.after_request(open_to_all)


class PortalApi(Api):  # type: ignore[misc]
    """Describes errors as `portal.errors` writes them, and leaves writing them to it."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = "DEFAULT_ERROR"

    def _register_error_handlers(self) -> None:
        return None

    def _openapi_json(self) -> Response:
        data = orjson.dumps(self.spec.to_dict(), option=orjson.OPT_INDENT_2)
        response = open_to_all(Response(data, content_type="application/json"))
        response.headers["Cache-Control"] = "public, no-cache"
        response.add_etag()
        return response.make_conditional(request)

    def _register_responses(self) -> None:
        descriptions = {status.name: status.phrase for status in map(http.HTTPStatus, DOCUMENTED)}
        for name, description in {**descriptions, "DEFAULT_ERROR": "Any other failure"}.items():
            content: dict[str, Any] = {PROBLEM: {"schema": ProblemSchema}}
            self.spec.components.response(name, {"description": description, "content": content}, lazy=True)


def install(app: Flask) -> None:
    """Register the routes of version 1 and /openapi.json."""
    from portal.views.api.directory import v1 as directory
    from portal.views.api.entries import v1 as entries
    from portal.views.api.rows import v1 as rows

    app.config.update(
        API_TITLE=app.extensions["kaifang"].settings.site_name,
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": DESCRIPTION}, "servers": [{"url": "/"}]},
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api = PortalApi(app)
    for blueprint in (entries, rows, directory):
        api.register_blueprint(blueprint)
