"""The demonstration's filled database for tests that go through every page of it."""

from pathlib import Path

import pytest

from tools import demonstration


@pytest.fixture(scope="session")
def filled_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled once; to be copied, never to be changed."""
    return demonstration.fill(tmp_path_factory.mktemp("filled-year"))
