"""Sheets of paper: figures stay whole, heads come again, the same story gives the same bytes."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from chassis.paper.layout import Told, section, sheets, signatures, table
from tests.cards import texts

WIDTHS = (140, 38)


def drawn(*rows: tuple[Told, ...], total: tuple[Told, ...] | None = None) -> bytes:
    made = table(("What", "Rupiah"), rows, widths=WIDTHS, figures=(1,), total=total)
    return sheets(
        [*section("Head", made), signatures(("A", "B"), place="Kupang")], title="T", foot="F"
    )


@pytest.mark.parametrize("figure", ["1.234", "999.999.999.999", "-1.000.000.000.000.000.000.000"])
def test_a_figure_is_never_broken(figure: str) -> None:
    [page] = texts(drawn(("x", figure), total=("sum", figure)))
    assert "What Rupiah" in page
    assert page.count(figure) == 2


def test_the_head_of_a_table_stands_on_every_page() -> None:
    pages = texts(drawn(*((f"row {number}", number) for number in range(150))))
    assert len(pages) > 2
    assert all("What Rupiah" in page for page in pages if "row" in page)
    assert all(f"Halaman {number}" in page for number, page in enumerate(pages, 1))


def test_markup_in_a_text_is_shown_as_it_is() -> None:
    [page] = texts(drawn(("<b>A & B</b>", 1)))
    assert "<b>A & B</b>" in page


def test_the_same_story_gives_the_same_bytes() -> None:
    assert drawn(("x", 1)) == drawn(("x", 1))
    assert PdfReader(BytesIO(drawn(("x", 1)))).metadata is not None
