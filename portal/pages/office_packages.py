"""报送包: what can be packed, what is being packed, and the packages to take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.departments import list_departments
from catalog.packages import PackageScope
from catalog.plans import list_plans
from portal import packaging
from portal.messages import problem_text
from portal.packaging import Package

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.jobs import JobFacts
    from catalog.permissions import Actor
    from portal.house import House

KINDS = {"all": ("全部", "Everything"), "plan": ("按计划", "Plan"), "department": ("按部门", "Department")}
"""Kind of a scope → its words."""


@dataclass(frozen=True, slots=True)
class Making:
    """A package that is being made or could not be; `share` is 0…1, None while it waits."""

    title: str
    state: str
    done: int
    total: int
    share: float | None
    problem: str


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package to take."""

    package: Package
    kind: str
    title: str
    file_name: str


@dataclass(frozen=True, slots=True)
class PackagesPage:
    """All that /office/packages shows; choices are (value, text), a value being the kind of scope and its key."""

    choices: tuple[tuple[str, str], ...]
    chosen: str
    making: tuple[Making, ...]
    packages: tuple[PackageLine, ...]
    kept_days: int

    @property
    def is_making(self) -> bool:
        """Whether the page should look again soon."""
        return any(one.state in ("waiting", "running") for one in self.making)


def make_packages_page(session: Session, house: House, *, by: Actor, chosen: str, language: str) -> PackagesPage:
    """O(departments and packages of a month)."""
    lines = packaging.list_packages(house)
    finished = {one.facts.id for one in lines}
    jobs = [job for job in packaging.list_making(session) if job.params.get("package") not in finished]
    return PackagesPage(
        choices=_choices(session, by, language),
        chosen=chosen,
        making=tuple(_making(job, language) for job in jobs),
        packages=tuple(_line(one, language) for one in lines),
        kept_days=packaging.KEPT_DAYS,
    )


def file_name_of(package: Package) -> str:
    """The name under which a person keeps it."""
    return f"报送包_{package.facts.scope.title[:60]}_{package.facts.on}.zip"


def _choices(session: Session, by: Actor, language: str) -> tuple[tuple[str, str], ...]:
    plan, of = ("Plan: ", "Department: ") if language == "en" else ("计划：", "部门：")
    plans = [(f"plan:{one.code}", f"{plan}{one.title}") for one in list_plans(session, by=by)]
    departments = [
        (f"department:{one.slug}", of + ((one.name_en if language == "en" else None) or one.name))
        for one in list_departments(session)
    ]
    return (("all:", "All departments" if language == "en" else "全部部门"), *plans, *departments)


def _making(job: JobFacts, language: str) -> Making:
    done, total = int(job.progress.get("done", 0)), int(job.progress.get("total", 0))
    return Making(
        title=_title(PackageScope(**job.params["scope"]), language),
        state=job.state,
        done=done,
        total=total,
        share=done / total if total else None,
        problem=problem_text(job.problem, language) if job.problem else "",
    )


def _line(package: Package, language: str) -> PackageLine:
    scope = package.facts.scope
    return PackageLine(package, KINDS[scope.kind][language == "en"], _title(scope, language), file_name_of(package))


def _title(scope: PackageScope, language: str) -> str:
    return "All departments" if scope.kind == "all" and language == "en" else scope.title
