"""Whatever is written into the audit log has a name that people read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from catalog.act_limits import ACTS as OBLIGATION_ACTS
from catalog.steps import STEPS
from portal.jobs import JOBS
from portal.pages.desk_texts import step_text
from portal.pages.office_records import ACTS, FAMILIES, OBJECTS

ROOT = Path(__file__).parents[2]
ACT = re.compile(r"[a-z]+\.[a-z_]+")
ASKING = {"require_allowed", "is_allowed", "NotAllowed", "system_actor", "queue_job", "get_entry_for"}
"""Calls whose words are permissions, jobs or names of programs: nothing that is recorded."""


def recording_modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("catalog", "portal"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "record_audit(" in source and path.name != "audit.py":
                yield path, ast.parse(source)


def said_in(tree: ast.AST) -> Iterator[str]:
    """Texts that stand in the module, those inside calls of ASKING left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ASKING:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        yield from said_in(node)


def test_every_act_that_is_recorded_has_its_words() -> None:
    families = {family.rstrip(".") for family in FAMILIES} | {act.partition(".")[0] for act in ACTS}
    recorded = {step.act for step in STEPS.values()} | {act.permission for act in OBLIGATION_ACTS.values()}
    for _, tree in recording_modules():
        recorded |= {text for text in said_in(tree) if ACT.fullmatch(text) and ".view" not in text}
    recorded -= set(JOBS)
    assert len(recorded) > 40
    assert sorted(recorded - set(ACTS)) == []
    assert sorted(act for act in ACTS if act.partition(".")[0] not in families) == []
    assert all(any(act.startswith(family) for family in FAMILIES) for act in ACTS)
    assert all(zh and en for zh, en in (*ACTS.values(), *FAMILIES.values(), *OBJECTS.values()))


def test_acts_of_departments_are_composed_of_known_verbs() -> None:
    source = (ROOT / "catalog" / "departments.py").read_text(encoding="utf-8")
    verbs = set(re.findall(r'_audit\(session, "([a-z]+)"', source)) | {"activate", "deactivate"}
    assert {f"department.{verb}" for verb in verbs} <= set(ACTS)


def test_every_kind_of_object_in_the_log_has_its_word() -> None:
    kinds = set()
    for _, tree in recording_modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "object_kind" and isinstance(node.value, ast.Constant):
                kinds.add(str(node.value.value))
    assert kinds
    assert sorted(kinds - set(OBJECTS)) == []


def test_every_step_in_the_history_of_an_entry_has_its_words() -> None:
    taken = set(STEPS)
    for path in sorted((ROOT / "catalog").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_step" and len(node.args) > 2:
                name = node.args[2]
                taken |= {name.value} if isinstance(name, ast.Constant) else set()
    assert {"create", "recycle", "reassign"} <= taken
    assert sorted(name for name in taken if step_text(name, "zh") == name or step_text(name, "en") == name) == []
