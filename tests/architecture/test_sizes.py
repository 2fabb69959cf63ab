"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.architecture.repository import ROOT, sources

FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
FILE_LINES_MEDIAN_MAX = 90
FUNCTION_LINES_MEDIAN_MAX = 10
FUNCTION_LINES_90TH_MAX = 30
GENERATED = "versions"
"""Migrations: a list of tables, as Alembic writes it."""
STANDALONE = "standalone"
"""One file that is copied away and works by itself."""


def is_test(file: Path) -> bool:
    return file.relative_to(ROOT).parts[0] == "tests"


def lines_in(file: Path) -> int:
    return len(file.read_text().splitlines())


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file: its name, and its lines from `def` to the end."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_file_is_too_long() -> None:
    too_long = {
        str(file.relative_to(ROOT)): lines_in(file)
        for file in sources()
        if file.parent.name not in {GENERATED, STANDALONE}
        and lines_in(file) > (TEST_FILE_LINES_MAX if is_test(file) else FILE_LINES_MAX)
    }
    assert not too_long


def test_no_function_is_too_long() -> None:
    too_long = {
        f"{file.relative_to(ROOT)}: {name}": lines
        for file in sources()
        if file.parent.name != GENERATED
        for name, lines in functions(file)
        if lines > FUNCTION_LINES_MAX
    }
    assert not too_long


def test_most_files_and_functions_are_far_shorter() -> None:
    product = [file for file in sources() if not is_test(file)]
    lengths = [lines for file in product for _, lines in functions(file)]
    assert median(map(lines_in, product)) <= FILE_LINES_MEDIAN_MAX
    assert median(lengths) <= FUNCTION_LINES_MEDIAN_MAX
    assert quantiles(lengths, n=10)[-1] <= FUNCTION_LINES_90TH_MAX


def test_a_function_is_measured_from_its_def_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "two.py"
    file.write_text("async def one() -> None:\n    def two(): ...\n    two()\n")
    assert sorted(functions(file)) == [("one", 3), ("two", 1)]
