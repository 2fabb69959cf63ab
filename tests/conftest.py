"""What every test may ask for: the servers, databases on them, tokens, services that run alone."""

import pytest
from hypothesis import settings

# No test fails for its time: the same case took 0.2 ms and, on a machine that paused, 320 ms.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["tests.stack", "tests.tokens", "tests.databases", "tests.alone", "tests.prepared"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: what takes more than a minute alone, besides."""
    parser.addoption("--long", action="store_true", help="run the tests marked long, and only them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every run takes the short ones, `make test-long` the others: together they would not fit the
    ten minutes in which a change is to know whether it holds."""
    long = config.getoption("--long")
    others = [item for item in items if bool(item.get_closest_marker("long")) != long]
    config.hook.pytest_deselected(items=others)
    left = set(others)
    items[:] = [item for item in items if item not in left]
