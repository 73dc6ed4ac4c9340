"""Failures that a person can cause. They carry a code and parameters; sentences live with the face of the house."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A failure with a stable `code` and JSON-able `params`; knows neither text nor HTTP status."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class NotFound(DomainError):
    """What was asked for does not exist, or the asking person may not know that it does."""


class Gone(DomainError):
    """It was public once and has been withdrawn; `params` may carry the notice."""


class Invalid(DomainError):
    """The input breaks a rule; `problems` lists each one as (where, code, params)."""

    def __init__(self, code: str, *, problems: list[Problem] | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.problems = problems or []


class Conflict(DomainError):
    """The state has moved on since the person looked, or the step is not open in this state."""


class NotAllowed(DomainError):
    """The acting person lacks the right; also used for the two-person rule."""


class TooLarge(DomainError):
    """A limit of size, count, time or memory was passed; `params` carry the limit and the figure."""


class Busy(DomainError):
    """Temporarily impossible (locked, disk full, pool exhausted): trying again later may help."""


class Problem:
    """One finding about one place of an input: `where` is a field, a cell such as "C7", or "" for the whole."""

    __slots__ = ("code", "params", "where")

    def __init__(self, where: str, code: str, **params: Any) -> None:
        self.where = where
        self.code = code
        self.params = params

    def __repr__(self) -> str:
        return f"Problem({self.where!r}, {self.code!r}, {self.params!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return (self.where, self.code, self.params) == (other.where, other.code, other.params)

    def __hash__(self) -> int:
        return hash((self.where, self.code))

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form: where, code, params."""
        return {"where": self.where, "code": self.code, "params": self.params}


def pack_error(error: DomainError) -> dict[str, Any]:
    """A JSON-able form, to carry a failure from a child process to its parent."""
    problems = [problem.as_dict() for problem in getattr(error, "problems", [])]
    return {"class": type(error).__name__, "code": error.code, "params": error.params, "problems": problems}


def unpack_error(packed: dict[str, Any]) -> DomainError:
    """The failure that `pack_error` described; a plain DomainError where the class is not one of this module."""
    if packed["class"] == "Invalid":
        problems = [Problem(item["where"], item["code"], **item["params"]) for item in packed["problems"]]
        return Invalid(packed["code"], problems=problems, **packed["params"])
    kinds = {kind.__name__: kind for kind in (NotFound, Gone, Conflict, NotAllowed, TooLarge, Busy)}
    return kinds.get(packed["class"], DomainError)(packed["code"], **packed["params"])
