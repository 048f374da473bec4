"""What the tests of this folder share; their fixtures are in tests/surroundings.py."""

import pytest


@pytest.fixture(autouse=True)
def alone(neutral: None) -> None:
    """No test of this folder sees what the person who runs the tests has chosen."""
