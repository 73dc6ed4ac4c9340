"""From failures to answers: one table of statuses, one renderer per kind of client.

Pages get an HTML page in the site's frame; API and feeds get `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, g, has_request_context, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, TooManyRequests

from catalog.errors import Busy, Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, TooLarge
from portal.context import language, request_id
from portal.messages import error_text, problem_text, text_of

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Gone: 410,
    Invalid: 422,
    Conflict: 409,
    NotAllowed: 403,
    TooLarge: 413,
    Busy: 503,
}
"""The one place where a domain failure meets HTTP."""

CODE_STATUS = {"disk_full": 507, "disk_reserve_reached": 507, "entry_suspended": 403}
"""Codes whose status says more than their class does."""

HTTP_CODES = {
    400: "bad_request",
    404: "page_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    429: "too_many_requests",
    500: "internal_error",
}
RETRY_SECONDS = 5
MACHINE_PREFIXES = (
    "/api/",
    "/harvest/",
    "/catalog.",
    "/data.json",
    "/oai",
    "/openapi.json",
    "/readyz",
    "/metrics",
    "/desk/uploads",
)
"""Addresses whose callers are programs: their errors are JSON."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure ready to be shown: HTTP status, stable code, one sentence, findings with place and sentence."""

    status: int
    code: str
    text: str
    params: dict[str, Any]
    problems: tuple[tuple[str, str, str], ...] = ()
    """(where, code, sentence) of each finding."""

    @property
    def title(self) -> str:
        """A heading of a few words."""
        return _title(self.status)


def status_of(error: DomainError) -> int:
    """The HTTP status of a domain failure."""
    if error.code in CODE_STATUS:
        return CODE_STATUS[error.code]
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def failure_of(error: DomainError) -> Failure:
    """A domain failure in the language of the page."""
    problems = error.problems if isinstance(error, Invalid) else []
    rows = tuple((problem.where, problem.code, problem_text(problem, language())) for problem in problems)
    return Failure(status_of(error), error.code, error_text(error, language()), error.params, rows)


def http_failure(error: HTTPException) -> Failure:
    """An HTTP failure of Flask or a library in the language of the page."""
    status = error.code or 500
    params: dict[str, Any] = {"status": status, "request_id": request_id(), "method": request.method}
    if isinstance(error, CSRFError):
        return Failure(400, "form_expired", text_of("form_expired", {}, language()), {})
    if isinstance(error, RequestEntityTooLarge):
        params["limit"] = (request.max_content_length or 0) // 1_000_000
    if isinstance(error, TooManyRequests):
        params["seconds"] = g.get("retry_seconds", 60)
    if allowed := getattr(error, "valid_methods", None):
        params["allowed"] = ", ".join(allowed)
    code = HTTP_CODES.get(status, "http_error")
    return Failure(status, code, text_of(code, params, language()), params)


def wants_json() -> bool:
    """Whether the caller is a program: decided by the address, never by a header."""
    path = request.path
    return path.startswith(MACHINE_PREFIXES) or (path.startswith("/dataset/") and path.endswith(".jsonld"))


def render_failure(failure: Failure) -> Response:
    """The answer to a failure for the present caller; never kept by any cache."""
    response = problem_response(failure) if wants_json() else page_response(failure)
    response.headers["Cache-Control"] = "no-store"
    if failure.status in (429, 503):
        response.headers["Retry-After"] = str(failure.params.get("seconds", RETRY_SECONDS))
    return response


def problem_response(failure: Failure) -> Response:
    """RFC 9457: type, title, status, detail, code, request_id and, for findings, problems."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.text,
        "code": failure.code,
        "request_id": request_id(),
    }
    if failure.problems:
        body["problems"] = [{"where": where, "code": code, "detail": text} for where, code, text in failure.problems]
    for name in ("known", "parameter", "value", "column", "operator"):
        if name in failure.params:
            body[name] = failure.params[name]
    data = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(data, failure.status, content_type="application/problem+json")


def page_response(failure: Failure) -> Response:
    """The failure as a page in the site's frame; as bare text should the frame itself be broken."""
    try:
        html = render_template("errors/error.html", failure=failure, request_id=request_id())
    except (TemplateError, DomainError, DBAPIError) as broken:
        log.error("the error page is broken", exc_info=broken, extra={"request_id": request_id()})
        return Response(f"{failure.text}\n", failure.status, content_type="text/plain; charset=utf-8")
    return Response(html, failure.status, content_type="text/html; charset=utf-8")


def init_app(app: Flask) -> None:
    """Register the renderers."""
    app.register_error_handler(DomainError, _on_domain_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(DBAPIError, _on_database_error)
    app.register_error_handler(Exception, _on_crash)


def _on_domain_error(error: DomainError) -> Response:
    return render_failure(failure_of(error))


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    if error.code is not None and 300 <= error.code < 400:
        return Response(error.get_body(), error.code, dict(error.get_headers()))
    response = render_failure(http_failure(error))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _on_database_error(error: DBAPIError) -> Response:
    """A value that no column holds (a NUL, a number too large) is a bad request; a database that is locked, read-only
    or away is a 503 that says so; of two who write the same at once the second gets a 409; anything else is a crash of
    ours."""
    if isinstance(error, DataError):
        log.warning("refused by the database: %s", type(error.orig).__name__, extra={"request_id": request_id()})
        return render_failure(http_failure(BadRequest()))
    text = str(error.orig).lower()
    if "readonly" in text or "read-only" in text:
        return render_failure(failure_of(Busy("database_read_only")))
    if "locked" in text or "lock timeout" in text:
        return render_failure(failure_of(Busy("database_locked")))
    if isinstance(error, IntegrityError) and "unique" in text:
        # Checks before writing catch this but for two at the same moment: the second is told to look again.
        log.warning("somebody else was first: %s", type(error.orig).__name__, extra={"request_id": request_id()})
        return render_failure(failure_of(Conflict("changed_meanwhile")))
    if isinstance(error, OperationalError):
        log.error("database unavailable: %s", type(error.orig).__name__, extra={"request_id": request_id()})
        return render_failure(failure_of(Busy("database_unavailable")))
    return _on_crash(error)


def _on_crash(error: Exception) -> Response:
    """Log the failure under its request id and tell the person only that id."""
    log.error("request failed", exc_info=error, extra={"request_id": request_id()})
    params = {"request_id": request_id()}
    text = text_of("internal_error", params, language() if has_request_context() else "zh")
    return render_failure(Failure(500, "internal_error", text, params))


def _title(status: int) -> str:
    titles = {
        400: _("请求有误"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("方法不适用"),
        409: _("内容已变化"),
        410: _("已经下架"),
        413: _("内容过大"),
        422: _("条件有误"),
        429: _("请求过于频繁"),
        503: _("暂时繁忙"),
        507: _("空间不足"),
    }
    return titles.get(status, _("系统出错") if status >= 500 else _("请求有误"))
