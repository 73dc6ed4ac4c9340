"""`kaifang demo --walk`: every journey with its address and result, and an exit status that tells."""

from __future__ import annotations

import pytest

from portal.demo.walk import JOURNEYS
from portal.demo_accounts import save_demo_accounts
from tests.e2e.acts import be_reminded, begin_plan, publish_file
from tests.e2e.running import Portal, accounts_of, kaifang, settings_of

pytestmark = pytest.mark.slow


def test_walk_goes_every_journey_and_can_be_repeated(portal: Portal) -> None:
    publish_file(portal, "健身步道名录")
    begin_plan(portal, "WALK-1", "巡检前的计划")
    be_reminded(portal, "editor")
    save_demo_accounts(settings_of(portal.home), accounts_of(portal.passwords))
    for _ in range(2):
        done = kaifang(portal.home, "demo", "--walk", PORT=str(portal.port))
        lines = done.stdout.splitlines()
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(lines) == len(JOURNEYS) + 1
        assert all(line.startswith("✓") and portal.address in line for line in lines[:-1])


def test_walk_without_a_running_demo_is_one_sentence(portal: Portal) -> None:
    save_demo_accounts(settings_of(portal.home), accounts_of(portal.passwords))
    done = kaifang(portal.home, "demo", "--walk", PORT="1")
    assert done.returncode == 1
    assert "kaifang demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_walk_says_what_went_wrong(portal: Portal) -> None:
    save_demo_accounts(settings_of(portal.home), accounts_of({**portal.passwords, "reviewer": "wrong"}))
    done = kaifang(portal.home, "demo", "--walk", PORT=str(portal.port))
    assert done.returncode == 1
    assert any(line.startswith("✗ 审签") and "reviewer" in line for line in done.stdout.splitlines())
