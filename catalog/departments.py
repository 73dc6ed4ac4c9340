"""Departments: the bodies that provide data, and finding them by whatever name a sheet uses."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.credit_code import check_credit_code, normalise_credit_code
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.models import CurrentRecord, Department, Entry, Obligation
from catalog.permissions import Actor, require_allowed
from catalog.providers import is_same_body, split_name
from catalog.slugs import make_stem, random_suffix
from catalog.vocabularies import simplify

PUBLIC_STATES = ("published", "withdrawal_review", "suspended")
"""States in which an entry binds its department: it is public, or may be again."""

PUBLIC_NAMES = ("name", "name_en")
"""Names that stand in the frozen records of published entries; a short name is read from the department itself."""

DEFAULT_KIND = "区直部门"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # field: the headers under which a list of departments may carry it
    "name": ("name", "名称", "部门名称", "单位名称", "机构名称", "全称", "信息资源提供方"),
    "short_name": ("short_name", "简称", "部门简称", "单位简称"),
    "name_en": ("name_en", "英文名称", "English name"),
    "kind": ("kind", "类型", "类别", "单位类型", "机构类型"),
    "credit_code": ("credit_code", "统一社会信用代码", "信用代码", "信息资源提供方代码"),
    "phone": ("phone", "电话", "联系电话"),
}

_LIMITS = {"name": 128, "short_name": 64, "name_en": 200, "kind": 32, "phone": 64}


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """A department with how many public entries it has."""

    id: uuid.UUID
    slug: str
    name: str
    name_en: str | None
    short_name: str
    kind: str
    credit_code: str | None
    phone: str | None
    is_active: bool
    entry_count: int = 0
    merged_into_slug: str | None = None
    """Slug and names of the department that took over, where this one was dissolved."""
    merged_into_name: str | None = None
    merged_into_name_en: str | None = None


def create_department(
    session: Session,
    *,
    name: str,
    short_name: str | None = None,
    name_en: str | None = None,
    kind: str = DEFAULT_KIND,
    credit_code: str | None = None,
    phone: str | None = None,
    position: int | None = None,
    slug: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> Department:
    """Make a department. Its slug (pinyin of the short name unless given) stands in addresses and never changes.

    Raises Invalid("department_invalid") with all problems, Conflict("department_exists").
    """
    require_allowed(by, "department.manage")
    values = _clean(
        {"name": name, "short_name": short_name or name, "name_en": name_en, "kind": kind, "phone": phone}
        | {"credit_code": credit_code}
    )
    _require_free(session, values, None)
    department = Department(
        id=uuid.uuid4(),
        slug=_free_slug(session, slug or make_stem(values["short_name"] or "")),
        position=position if position is not None else _next_position(session),
        created_at=now,
        **values,
    )
    session.add(department)
    session.flush()
    _audit(session, "create", department, values, by=by, now=now)
    return department


def update_department(
    session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime, **changes: str | None
) -> Department:
    """Change the name, short_name, name_en, kind, credit_code or phone of a department; equal values leave no trace.

    Raises Conflict("department_name_is_public") where a name would change that stands in the records of published
    entries: the bulk act "rename_department" changes it together with them.
    """
    require_allowed(by, "department.manage")
    department = load_department(session, department_id)
    given = [name for name in PUBLIC_NAMES if name in changes]
    if any(squeeze(changes[name] or "") != (getattr(department, name) or "") for name in given):
        count = session.scalar(select(func.count()).where(CurrentRecord.department_id == department_id))
        if count:
            raise Conflict("department_name_is_public", name=department.name, count=count)
    return rename_department(session, department_id, by=by, now=now, **changes)


def rename_department(
    session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime, **changes: str | None
) -> Department:
    """`update_department` for a caller who brings the records of its published entries in step."""
    require_allowed(by, "department.manage")
    department = load_department(session, department_id)
    current = {field: getattr(department, field) for field in COLUMNS}
    values = _clean(current | changes)
    changed = {field: value for field, value in values.items() if value != current[field]}
    if not changed:
        return department
    _require_free(session, values, department_id)
    for field, value in changed.items():
        setattr(department, field, value)
    session.flush()
    _audit(session, "update", department, changed, by=by, now=now)
    return department


def deactivate_department(session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Take a department out of lists to choose from; raises Conflict("department_has_entries") while it has public
    ones, for an entry never changes hands silently, and Conflict("department_owes") while a plan or a finding waits
    for it: it is released from them, or merged."""
    require_allowed(by, "department.manage")
    department = load_department(session, department_id)
    count = session.scalar(
        select(func.count(Entry.id)).where(Entry.department_id == department_id, Entry.state.in_(PUBLIC_STATES))
    )
    if count:
        raise Conflict("department_has_entries", name=department.name, count=count)
    owed = select(func.count()).where(Obligation.department_id == department_id, Obligation.state == "open")
    if count := session.scalar(owed):
        raise Conflict("department_owes", name=department.name, count=count)
    _set_active(session, department, False, by, now)


def activate_department(session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Bring a department back into the lists to choose from."""
    require_allowed(by, "department.manage")
    _set_active(session, load_department(session, department_id), True, by, now)


def check_names(session: Session, department_id: uuid.UUID, names: Mapping[str, str | None]) -> dict[str, str | None]:
    """`names` (name, short_name, name_en) as they would be stored for this department; writes nothing.

    Raises Invalid("department_invalid") with all problems, Conflict("department_exists").
    """
    department = load_department(session, department_id)
    current = {field: getattr(department, field) for field in COLUMNS}
    values = _clean(current | dict(names))
    _require_free(session, values, department_id)
    return {field: values[field] for field in names}


def merge_department(
    session: Session, department_id: uuid.UUID, *, into_id: uuid.UUID, by: Actor, now: dt.datetime
) -> None:
    """Dissolve a department into another: it goes out of use and its address points to its successor.

    What belongs to it goes over by the bulk act that calls this. Raises Conflict("bulk_changed_since") where one of
    the two is out of use.
    """
    require_allowed(by, "department.manage")
    department, heir = load_department(session, department_id), load_department(session, into_id)
    if not (department.is_active and heir.is_active):
        raise Conflict("bulk_changed_since")
    department.is_active, department.merged_into_id = False, heir.id
    session.flush()
    _audit(session, "merge", department, {"into": heir.name}, by=by, now=now)


def unmerge_department(session: Session, department_id: uuid.UUID, *, by: Actor, now: dt.datetime) -> None:
    """Bring a dissolved department back; raises Conflict("bulk_changed_since") if it is in use already."""
    require_allowed(by, "department.manage")
    department = load_department(session, department_id)
    if department.merged_into_id is None:
        raise Conflict("bulk_changed_since")
    department.is_active, department.merged_into_id = True, None
    session.flush()
    _audit(session, "unmerge", department, {}, by=by, now=now)


def get_department(session: Session, slug: str) -> DepartmentFacts:
    """The department of this slug, active or not; raises NotFound("department_not_found")."""
    department = session.scalars(select(Department).where(Department.slug == slug)).one_or_none()
    if department is None:
        raise NotFound("department_not_found", name=slug)
    count = session.scalar(
        select(func.count(CurrentRecord.entry_id)).where(CurrentRecord.department_id == department.id)
    )
    facts = _facts(department, count or 0)
    if department.merged_into_id is None:
        return facts
    heir = session.get_one(Department, department.merged_into_id)
    return replace(facts, merged_into_slug=heir.slug, merged_into_name=heir.name, merged_into_name_en=heir.name_en)


def list_departments(session: Session, *, is_active: bool | None = True) -> list[DepartmentFacts]:
    """Departments in their order with the number of public entries (one GROUP BY); None lists all."""
    counts = select(CurrentRecord.department_id, func.count().label("count")).group_by(CurrentRecord.department_id)
    counted = counts.subquery()
    query = (
        select(Department, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.department_id == Department.id)
        .order_by(Department.position, Department.slug)
    )
    if is_active is not None:
        query = query.where(Department.is_active == is_active)
    return [_facts(department, count) for department, count in session.execute(query)]


def names_mark(session: Session) -> str:
    """Another one after every change of a department that the public may see: kept pages bear it in their key."""
    shown = (Department.slug, Department.name, Department.short_name, Department.name_en, Department.phone)
    query = select(*shown, Department.is_active, Department.merged_into_id, Department.position)
    rows = session.execute(query.order_by(Department.id))
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:16]


class DepartmentNames:
    """Finds departments by any name they go by: built once, asked for every row of a sheet."""

    def __init__(self, departments: Iterable[Department]) -> None:
        self._exact: dict[str, set[uuid.UUID]] = defaultdict(set)
        self._whole: dict[str, uuid.UUID] = {}
        self.regions: set[str] = set()
        """Every region that a department's name names."""
        for department in departments:
            self.add(department)

    def add(self, department: Department) -> None:
        """Know one more department."""
        names = (department.name, department.short_name, department.name_en, department.slug)
        for name in (*names, department.credit_code):
            if name:
                self._exact[simplify(name)].add(department.id)
        self._whole[simplify(department.name)] = department.id
        self.regions.update(split_name(department.name).regions)

    def find(self, text: str | None) -> uuid.UUID | None:
        """The department called `text` by name, short name, English name, slug or credit code, however spelt.

        A shorter name that exactly one department's names end with is understood too: 民政局 for 黄石港区民政局. A name
        that names a region is never shortened or stretched over it: 深圳市教育局 is not 黄石港区教育局.
        """
        key = simplify(text or "")
        if not key:
            return None
        if key in self._exact or split_name(key).regions:
            return self.find_exact(text)
        return _only({one for name, ids in self._exact.items() if len(key) > 2 and name.endswith(key) for one in ids})

    def find_exact(self, text: str | None) -> uuid.UUID | None:
        """The department that bears exactly this name, or the same full name with a region more or less in front."""
        key = simplify(text or "")
        return _only(self._exact.get(key, set())) if key in self._exact else self.find_whole(text)

    def find_whole(self, text: str | None) -> uuid.UUID | None:
        """The department of this full name: what a list from another region may be matched with, for its short names
        are its own."""
        key = simplify(text or "")
        if key in self._whole or not key:
            return self._whole.get(key)
        if not split_name(key).regions:
            return None
        return _only({one for name, one in self._whole.items() if is_same_body(name, key)})


def _only(found: set[uuid.UUID]) -> uuid.UUID | None:
    return next(iter(found)) if len(found) == 1 else None


def load_names(session: Session) -> DepartmentNames:
    """The names of all active departments (one query over a few dozen rows)."""
    return DepartmentNames(session.scalars(select(Department).where(Department.is_active)))


def find_by_any_name(session: Session, text: str) -> Department | None:
    """The active department called `text` (see `DepartmentNames.find`), or None."""
    found = load_names(session).find(text)
    return session.get(Department, found) if found is not None else None


def _clean(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The values as stored. Raises TypeError for an unknown field, Invalid("department_invalid")."""
    unknown = set(values) - set(COLUMNS)
    if unknown:
        raise TypeError(f"no such field of a department: {sorted(unknown)}")
    clean = {field: squeeze(value or "") or None for field, value in values.items()}
    problems = [
        Problem(field, "text_too_long", maximum=limit)
        for field, limit in _LIMITS.items()
        if len(clean.get(field) or "") > limit
    ]
    problems += [Problem(field, "department_name_missing") for field in ("name",) if not clean.get(field)]
    clean["short_name"] = clean.get("short_name") or clean.get("name")
    clean["kind"] = clean.get("kind") or DEFAULT_KIND
    if code := clean.get("credit_code"):
        clean["credit_code"] = code = normalise_credit_code(code)
        fault = check_credit_code(code)
        problems += [Problem("credit_code", fault, credit_code=code)] if fault else []
    if problems:
        raise Invalid("department_invalid", problems=problems)
    return clean


def squeeze(text: str) -> str:
    """A name as stored: NFKC, blanks trimmed and collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _require_free(session: Session, values: Mapping[str, str | None], own_id: uuid.UUID | None) -> None:
    for field in ("name", "credit_code"):
        if values.get(field) is None:
            continue
        column = getattr(Department, field)
        taken = session.scalar(select(Department.id).where(column == values[field]))
        if taken is not None and taken != own_id:
            raise Conflict("department_exists", field=field, value=values[field])


def _free_slug(session: Session, stem: str) -> str:
    taken = session.scalar(select(Department.id).where(Department.slug == stem)) is not None
    return f"{stem}-{random_suffix()}" if taken else stem


def _next_position(session: Session) -> int:
    return (session.scalar(select(func.max(Department.position))) or 0) + 1


def load_department(session: Session, department_id: uuid.UUID) -> Department:
    """The department with this id, to be written; raises NotFound("department_not_found")."""
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound("department_not_found", name=str(department_id))
    return department


def _set_active(session: Session, department: Department, is_active: bool, by: Actor, now: dt.datetime) -> None:
    if department.is_active is not is_active:
        department.is_active = is_active
        if is_active:
            department.merged_into_id = None
        session.flush()
        _audit(session, "activate" if is_active else "deactivate", department, {}, by=by, now=now)


def _audit(
    session: Session, act: str, department: Department, params: Mapping[str, object], *, by: Actor, now: dt.datetime
) -> None:
    record_audit(
        session,
        by=by,
        act=f"department.{act}",
        object_kind="department",
        object_id=department.id,
        now=now,
        params={"name": department.name, **params},
    )


def _facts(department: Department, entry_count: int) -> DepartmentFacts:
    return DepartmentFacts(
        id=department.id,
        slug=department.slug,
        name=department.name,
        name_en=department.name_en,
        short_name=department.short_name,
        kind=department.kind,
        credit_code=department.credit_code,
        phone=department.phone,
        is_active=department.is_active,
        entry_count=entry_count,
    )
