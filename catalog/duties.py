"""Counted duties (政策解读, surveys, training) and bonus items: what is to be done how often, and what was done.

No kind of duty has code of its own: the office writes down a duty, its targets by year and department, and a record is
a day, a title and an address where the thing can be seen. A record that should not count is struck out with a reason.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.departments import load_department
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import clean_text, clean_title, is_web_address
from catalog.models import Duty, DutyRecord, DutyTarget
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.workdays import check_day

DUTY_KINDS: Mapping[str, tuple[str, str]] = {
    "duty": ("计次任务", "Counted duty"),
    "bonus": ("加分事项", "Bonus item"),
}
"""duty: measured against a target; bonus: each record gives points up to a limit."""

ALL = "all"
"""Subject of a target that holds for every department without one of its own."""

MAX_TARGET = 1000
MAX_POINTS = 100.0
MAX_TITLE = 128
MAX_RECORD_TITLE = 200
MAX_URL = 2048
MAX_REASON = 2000

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,19}")


def define_duty(session: Session, *, code: str, by: Actor, now: dt.datetime, **facts: Any) -> Duty:
    """Write down a duty or bonus item; `facts` as for `change_duty`.

    `code` is short ASCII text that never changes (`policy`, `survey`): weights name the duty by it. Raises NotAllowed,
    Invalid("duty_invalid") with every problem, Conflict("duty_exists").
    """
    require_allowed(by, "duty.manage")
    code = code.strip().lower()
    problems = [] if _CODE.fullmatch(code) else [Problem("code", "duty_code_shape")]
    values, faults = _parse_facts({"title": "", "starts_on": None, **facts})
    if problems + faults:
        raise Invalid("duty_invalid", problems=problems + faults)
    if session.scalar(select(Duty.id).where(Duty.code == code)) is not None:
        raise Conflict("duty_exists", duty=code)
    duty = Duty(id=uuid.uuid4(), code=code, created_at=now, **values)
    session.add(duty)
    session.flush()
    _audit(session, "duty.manage", "duty", duty.id, {"code": code, **values}, by=by, now=now)
    return duty


def change_duty(session: Session, code: str, *, by: Actor, now: dt.datetime, **facts: Any) -> Duty:
    """Change title, title_en, kind, points, max_points, starts_on or ends_on; equal values leave no trace.

    Points are those of the assessment, per record of a bonus item; `max_points` limits them per period. Raises
    NotFound("duty_not_found"), Invalid("duty_invalid").
    """
    require_allowed(by, "duty.manage")
    duty = get_duty(session, code)
    current = {name: getattr(duty, name) for name in _FACTS}
    values, problems = _parse_facts(current | facts)
    if problems:
        raise Invalid("duty_invalid", problems=problems)
    changed = {name: value for name, value in values.items() if value != current[name]}
    for name, value in changed.items():
        setattr(duty, name, value)
    if changed:
        session.flush()
        _audit(session, "duty.manage", "duty", duty.id, {"code": code, **changed}, by=by, now=now)
    return duty


def get_duty(session: Session, code: str, *, is_locked: bool = False) -> Duty:
    """The duty of this code, on request locked until the transaction ends; raises NotFound("duty_not_found")."""
    query = select(Duty).where(Duty.code == code[:20])
    duty = session.scalar(query.with_for_update() if is_locked else query)
    if duty is None:
        raise NotFound("duty_not_found", duty=code[:20])
    return duty


def set_target(
    session: Session,
    code: str,
    *,
    year: int,
    target: int | None,
    department_id: uuid.UUID | None = None,
    by: Actor,
    now: dt.datetime,
) -> None:
    """Say how often a duty is to be done in `year`, by every department or by one, whose target then wins.

    0 frees a department from a duty that all others have; None removes the row, so that the general target holds
    again. Raises NotFound("duty_not_found"), NotFound("department_not_found"), Invalid("duty_invalid").
    """
    require_allowed(by, "duty.manage")
    duty = get_duty(session, code)
    if target is not None and not 0 <= target <= MAX_TARGET:
        raise Invalid("duty_invalid", problems=[Problem("target", "amount_out_of_range", least=0, most=MAX_TARGET)])
    if not 2000 <= year <= 2100:
        raise Invalid("duty_invalid", problems=[Problem("year", "amount_out_of_range", least=2000, most=2100)])
    subject = str(load_department(session, department_id).id) if department_id else ALL
    row = session.scalar(
        select(DutyTarget).where(DutyTarget.duty_id == duty.id, DutyTarget.subject == subject, DutyTarget.year == year)
    )
    before = row.target if row else None
    if before == target:
        return
    if target is None:
        session.delete(row)
    elif row is None:
        session.add(DutyTarget(id=uuid.uuid4(), duty_id=duty.id, subject=subject, year=year, target=target))
    else:
        row.target = target
    session.flush()
    params = {"code": code, "subject": subject, "year": year, "from": before, "to": target}
    _audit(session, "duty.manage", "duty", duty.id, params, by=by, now=now)


def record_duty(
    session: Session,
    code: str,
    *,
    department_id: uuid.UUID,
    done_on: dt.date,
    title: str,
    url: str | None = None,
    by: Actor,
    now: dt.datetime,
    today: dt.date,
) -> DutyRecord:
    """Record one thing done by a department.

    The day lies within the validity of the duty and not after `today`. Raises NotAllowed, NotFound("duty_not_found"),
    NotFound("department_not_found"), Invalid("duty_record_invalid"), and Conflict("duty_record_exists") for what is
    counted already: the same address, or the same title on the same day.
    """
    require_allowed(by, "duty.record", department_id=department_id)
    duty = get_duty(session, code, is_locked=True)  # of two clicks the second finds the first one's record
    department = load_department(session, department_id)
    clean, address = clean_title(title), clean_text(url or "") or None
    problems = _check_record(duty, done_on, clean, address, today)
    if problems:
        raise Invalid("duty_record_invalid", problems=problems)
    _require_new(session, duty, department_id, done_on=done_on, title=clean, url=address)
    row = DutyRecord(
        id=uuid.uuid4(),
        duty_id=duty.id,
        department_id=department_id,
        done_on=done_on,
        title=clean,
        url=address,
        by_name=by.name[:64],
        at=now,
    )
    row.state = "counted"
    session.add(row)
    session.flush()
    params = {"code": code, "department": department.name, "done_on": done_on, "title": clean, "url": address}
    _audit(session, "duty.record", "duty_record", row.id, params, by=by, now=now)
    return row


def strike_record(session: Session, record_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime) -> DutyRecord:
    """Strike a record out: it stays in sight with its reason and no longer counts.

    Another department's record is NotFound("duty_record_not_found"); raises Invalid("reason_required") or
    Invalid("reason_too_long"), Conflict("duty_record_struck").
    """
    require_allowed(by, "duty.record")
    row = session.scalar(select(DutyRecord).where(DutyRecord.id == record_id).with_for_update())
    if row is None or not is_allowed(by, "duty.record", department_id=row.department_id):
        raise NotFound("duty_record_not_found")
    why = clean_text(reason, lines=True)
    if not why:
        raise Invalid("reason_required", problems=[Problem("reason", "reason_required")])
    if len(why) > MAX_REASON:
        raise Invalid("reason_too_long", problems=[Problem("reason", "too_long", limit=MAX_REASON, length=len(why))])
    if row.state == "struck":
        raise Conflict("duty_record_struck")
    row.state, row.reason = "struck", why
    session.flush()
    _audit(session, "duty.record", "duty_record", row.id, {"title": row.title, "struck": why}, by=by, now=now)
    return row


_FACTS = ("title", "title_en", "kind", "points", "max_points", "starts_on", "ends_on")


def _parse_facts(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    unknown = set(raw) - set(_FACTS)
    if unknown:
        raise TypeError(f"no such fact of a duty: {sorted(unknown)}")
    values = {
        "title": clean_title(raw["title"] or ""),
        "title_en": clean_text(raw.get("title_en") or "") or None,
        "kind": raw.get("kind") or "duty",
        "points": raw.get("points") or 0.0,
        "max_points": raw.get("max_points"),
        "starts_on": raw["starts_on"],
        "ends_on": raw.get("ends_on"),
    }
    problems = [] if values["title"] else [Problem("title", "required_missing")]
    problems += [
        Problem(name, "too_long", limit=MAX_TITLE, length=len(values[name]))
        for name in ("title", "title_en")
        if len(values[name] or "") > MAX_TITLE
    ]
    problems += [] if values["kind"] in DUTY_KINDS else [Problem("kind", "not_in_vocabulary", value=values["kind"])]
    problems += [
        Problem(name, "amount_out_of_range", least=0, most=MAX_POINTS)
        for name in ("points", "max_points")
        if values[name] is not None and not 0 <= values[name] <= MAX_POINTS
    ]
    if values["kind"] == "bonus" and not values["points"]:
        problems.append(Problem("points", "bonus_without_points"))
    if values["starts_on"] is None:
        problems.append(Problem("starts_on", "required_missing"))
    problems += [fault for name in ("starts_on", "ends_on") if values[name] for fault in check_day(name, values[name])]
    if values["starts_on"] and values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        problems.append(Problem("ends_on", "ends_before_start"))
    return values, problems


def _check_record(duty: Duty, done_on: dt.date, title: str, url: str | None, today: dt.date) -> list[Problem]:
    problems = [] if title else [Problem("title", "required_missing")]
    if len(title) > MAX_RECORD_TITLE:
        problems.append(Problem("title", "too_long", limit=MAX_RECORD_TITLE, length=len(title)))
    if url is not None and len(url) > MAX_URL:
        problems.append(Problem("url", "too_long", limit=MAX_URL, length=len(url)))
    elif url is not None and not is_web_address(url):
        problems.append(Problem("url", "not_a_web_address", value=url[:200]))
    if done_on > today:
        problems.append(Problem("done_on", "day_in_future", day=done_on.isoformat()))
    elif done_on < duty.starts_on or (duty.ends_on is not None and done_on > duty.ends_on):
        until = duty.ends_on.isoformat() if duty.ends_on else "…"
        problems.append(Problem("done_on", "outside_validity", start=duty.starts_on.isoformat(), end=until))
    return problems


def _require_new(
    session: Session, duty: Duty, department_id: uuid.UUID, *, done_on: dt.date, title: str, url: str | None
) -> None:
    same: ColumnElement[bool] = (DutyRecord.done_on == done_on) & (DutyRecord.title == title)
    if url is not None:
        same = or_(same, DutyRecord.url == url)
    known = session.scalar(
        select(DutyRecord.title).where(
            DutyRecord.duty_id == duty.id,
            DutyRecord.department_id == department_id,
            DutyRecord.state == "counted",
            same,
        )
    )
    if known is not None:
        raise Conflict("duty_record_exists", title=known)


def _audit(
    session: Session,
    act: str,
    object_kind: str,
    object_id: uuid.UUID,
    params: Mapping[str, Any],
    *,
    by: Actor,
    now: dt.datetime,
) -> None:
    record_audit(session, by=by, act=act, object_kind=object_kind, object_id=object_id, now=now, params=params)
