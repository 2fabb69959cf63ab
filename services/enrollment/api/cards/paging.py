"""Pages of long lists, and whole ones for spreadsheets, as clients ask for them."""

from typing import Annotated

from fastapi import Depends, Query

from chassis.web.sheets import Format
from services.enrollment.operations.cards.pages import CURSOR, ROWS_MAX, Page


def _page(
    after: Annotated[
        str | None, Query(pattern=CURSOR, description="The `next_after` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX)] = ROWS_MAX,
) -> Page:
    return Page(after, limit)


Paging = Annotated[Page, Depends(_page)]
"""Which page is asked for."""
InFormat = Annotated[Format, Query(alias="format")]
