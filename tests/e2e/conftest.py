"""A running portal for all journeys of this folder, with a little in it that was made by the same buttons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.running import Portal, prepare_home


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """`kaifang serve` over a fresh home with two departments and their people."""
    home = tmp_path_factory.mktemp("e2e") / "home"
    portal = Portal(home, prepare_home(home)).start()
    yield portal
    portal.stop()
