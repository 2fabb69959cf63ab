"""Papers as answers: PDF that is made anew whenever it is asked for."""

from typing import Any

from fastapi import Response

PDF = "application/pdf"
PAPER: dict[int | str, dict[str, Any]] = {
    200: {"description": "A PDF to print.", "content": {PDF: {}}}
}
"""What the interface says of a route that answers with a paper."""


def paper_answer(content: bytes, name: str) -> Response:
    """The paper as a file of this name; nothing on the way may keep it, for it names persons."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=PDF)
