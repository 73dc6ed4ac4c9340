"""Large exports: asked for by whoever follows the address, written by the worker, then sent from the same address.

The job is named by the key of the file, so that many who wait for one file have it made once. Its id is told to nobody:
a person asks again at the data's own address, where what has left the catalog is refused as ever.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from catalog.errors import Busy, Invalid, NotFound, TooLarge
from catalog.jobs import JobFacts, find_job, list_jobs, queue_job
from datasets import versions
from datasets.columns import columns_from
from datasets.export_plans import ExportPlan, plan_export
from datasets.query.parse import parse
from datasets.query.question import canonical

if TYPE_CHECKING:
    from portal.house import House

JOB_KIND = "export.make"
MAX_WAITING = 20
"""Files that may wait at once: further ones are told to come back."""
BUSY_SECONDS = 60
"""After which somebody who was told so may ask again."""
Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How far a file is that somebody waits for: `percent` is an estimate, 0 while others come first."""

    format: str
    row_count: int
    is_begun: bool
    percent: int


def await_export(house: House, plan: ExportPlan) -> Waiting:
    """Have the worker write the file of `plan`, unless it does so already; tells how far it is.

    Raises what kept the worker from writing it a short while ago, and Busy("exports_are_busy").
    """
    failure = house.downloads.find_failure(plan)
    if failure is not None:
        raise failure
    row_count = house.downloads.count_rows(plan)
    key = f"export:{plan.key}"
    with house.database.reading() as session:
        job = find_job(session, key)
    if job is None:
        with house.database.work() as session:
            if len(list_jobs(session, state="waiting", kind=JOB_KIND, limit=MAX_WAITING)) >= MAX_WAITING:
                raise Busy("exports_are_busy", seconds=BUSY_SECONDS)
            queue_job(session, JOB_KIND, _params_of(plan), key=key, now=house.now())
    return Waiting(plan.format.key, row_count, job is not None and job.state == "running", _percent(job))


def make_export(house: House, params: Mapping[str, Any], report: Report) -> None:
    """The job. Doing it twice does no harm: a file that is there stays. What cannot be made is told to who asks."""
    with house.database.reading() as session:
        facts = versions.get_version(session, uuid.UUID(params["resource"]), int(params["number"]))
    query = parse(parse_qsl(params["question"], keep_blank_values=True), columns_from(facts.columns))
    plan = plan_export(facts, query, params["format"], params["encoding"])
    try:
        house.downloads.make(plan, on_progress=lambda share: report(int(share * 100), 100, "export"))
    except (Invalid, TooLarge, NotFound) as error:
        house.downloads.note_failure(plan, error)


def _params_of(plan: ExportPlan) -> dict[str, Any]:
    return {
        "resource": str(plan.version.resource_id),
        "number": plan.version.number,
        "question": canonical(plan.query),
        "format": plan.format.key,
        "encoding": plan.encoding,
    }


def _percent(job: JobFacts | None) -> int:
    return int(job.progress.get("done", 0)) if job and job.state == "running" else 0
