"""The command line: every command explains itself, starts quickly, and fails in one sentence."""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal import migrating
from portal.cli import COMMANDS, kaifang, main
from portal.health import newest_schema
from portal.house import House

HEAVY = ("pandas", "duckdb", "alembic", "pypinyin", "flask", "whoosh", "openpyxl", "rjieba", "docx", "typst")


@pytest.fixture
def at_home(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The command line works on this test's house."""
    monkeypatch.setenv("KAIFANG_HOME", str(house.home))
    monkeypatch.setenv("DATABASE_URL", house.settings.database_url)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES", "SECRET_KEY", "PORT", "HOST", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return house


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command as `kaifang` does: (status, output, errors)."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_has_help_in_both_languages(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert command.name == name
    answer = CliRunner().invoke(kaifang, [name, "--help"])
    assert answer.exit_code == 0
    assert "·" in answer.output
    assert "·" in COMMANDS[name][1]


def test_help_loads_nothing_heavy() -> None:
    listing = f"print([name for name in {HEAVY} if name in sys.modules])"
    code = f"import sys; from portal.cli import kaifang; kaifang(['--help'], standalone_mode=False); {listing}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_readiness_and_alembic_agree_on_the_newest_schema() -> None:
    assert newest_schema() == migrating.head_revision()


def test_upgrade_twice_changes_nothing(at_home: House, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "db", "upgrade")
    assert status == 0
    assert "up to date" in out


def test_account_is_made_with_a_password_shown_once(at_home: House, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "accounts", "add", "office", "--name", "王", "--role", "office")
    assert status == 0
    assert "first password (to be changed): " in out
    _, listed, _ = run(capsys, "accounts", "list")
    assert "office" in listed
    status, _, err = run(capsys, "accounts", "add", "office", "--name", "王")
    assert (status, "Traceback" in err) == (1, False)


def test_departments_come_from_a_csv_and_again_without_doubles(
    at_home: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "departments.csv"
    file.write_text("﻿部门名称,简称\n黄石港区民政局,区民政局\n黄石港区教育局,区教育局\n", encoding="utf-8")
    assert "created 2, updated 0, unchanged 0" in run(capsys, "departments", "import", str(file))[1]
    assert "created 0, updated 0, unchanged 2" in run(capsys, "departments", "import", str(file))[1]
    assert "黄石港区民政局" in run(capsys, "departments", "list")[1]


def test_search_jobs_doctor_backup_and_restore_work(
    at_home: House, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "search", "rebuild")[:2] == (0, "index rebuilt: 0 entries\n")
    assert run(capsys, "jobs", "run", "deadlines.check")[:2] == (0, "ran 1 jobs\n")
    status, out, _ = run(capsys, "doctor", "--deep")
    assert status == 0, out
    assert "✗" not in out
    assert run(capsys, "backup", str(tmp_path / "backups"))[0] == 0
    assert run(capsys, "backup", "--check", str(tmp_path / "backups"))[0] == 0
    status, _, err = run(capsys, "restore", str(tmp_path / "backups"))
    assert status == 1
    assert "is not empty" in err


def test_doctor_names_what_is_wrong(at_home: House, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.home.chmod(0o755)
    _, out, _ = run(capsys, "doctor")
    assert "chmod 700" in out
    _, settings, _ = run(capsys, "doctor", "--settings")
    assert "PORT=8000" in settings
    assert "DATABASE_URL=(set)" in settings


def test_unknown_job_and_missing_backup_are_sentences(
    at_home: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, err = run(capsys, "jobs", "run", "nothing")
    assert (status, err.count("\n")) == (1, 1)
    assert "There is no job" in err
    status, _, err = run(capsys, "jobs", "run", "package.make")
    assert (status, err.count("\n")) == (1, 1)
    assert "cannot be run by itself: it lacks package" in err
    assert run(capsys, "jobs", "run", "deadlines.check", "--on", "2026-02-30")[0] == 2
    (tmp_path / "empty").mkdir()
    status, _, err = run(capsys, "backup", "--check", str(tmp_path / "empty"))
    assert status == 1
    assert "There is no backup" in err


def test_the_half_year_report_and_its_layout_are_written_to_files(
    at_home: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    period = f"{dt.datetime.now(dt.UTC).year - 1}H2"
    status, _, _ = run(capsys, "report", "make", period, str(tmp_path / "report.docx"))
    assert (status, (tmp_path / "report.docx").read_bytes()[:2]) == (0, b"PK")
    status, out, _ = run(capsys, "report", "template", str(tmp_path / "layout.docx"))
    assert status == 0
    assert "half-year-report.docx" in out
    status, _, err = run(capsys, "report", "make", "2026H9", str(tmp_path / "x.pdf"))
    assert (status, (tmp_path / "x.pdf").exists()) == (1, False)
    assert "2026H1" in err


def test_an_application_starts_without_what_only_reports_and_readers_need(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from portal.app import create_app; from portal.settings import load_settings;"
        f"create_app(load_settings(home=Path({str(tmp_path)!r})));"
        "print([name for name in ('docx', 'lxml', 'typst', 'pandas', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
