"""What starts programs and servers on this host, but no cluster; their fixtures are in tests/surroundings.py."""

import pytest


@pytest.fixture(autouse=True)
def alone(neutral: None) -> None:
    """No test of this folder sees what the person who runs the tests has chosen."""
