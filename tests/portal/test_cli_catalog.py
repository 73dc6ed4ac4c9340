"""`kaifang catalog import` from the operator's side: many lists, a table, a report by row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from portal.house import House
from tests.portal.test_cli import at_home, run

__all__ = ["at_home"]

ROW = {
    "标题": "社会组织名录",
    "数源单位": "某市民政局",
    "更新周期": "每2日",
    "开放属性": "无条件开放",
    "数据容量": "12",
}


def test_lists_are_taken_one_by_one_and_every_finding_stands_in_the_report(
    at_home: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, report = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "report.csv"
    good.write_text(json.dumps([ROW, {**ROW, "数源单位": ""}], ensure_ascii=False), encoding="utf-8")
    bad.write_text("[1, 2]", encoding="utf-8")
    arguments = ("catalog", "import", "--create-departments", "--report", str(report), str(bad), str(good))
    status, said, errors = run(capsys, *arguments)
    assert status == 1, "one of the files could not be read"
    assert "bad.json" in errors
    assert "good.json: read 2, drafts 1, adopted 0, updated 0, merged 0, refused 1, departments created 1" in said
    rows = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
    codes = {row[4] for row in rows[1:]}
    assert {"header_is_unknown", "provider_is_missing_here", "not_in_list_but_near"} & codes
    assert all(row[0] == "good.json" for row in rows[1:])
    _status, again, _errors = run(capsys, *arguments[:-2], str(good))
    assert "drafts 0, adopted 0, updated 0, merged 1, refused 1" in again
