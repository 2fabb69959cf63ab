"""Scans of papers that prove nothing: a page that says which paper would be here."""

from io import BytesIO

from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

TOP, LEFT, STEP = 500, 60, 24


def scan(paper: str, about: str) -> bytes:
    """A PDF of one page in the place of a paper, the same for the same words."""
    file = BytesIO()
    page = Canvas(file, pagesize=A5, invariant=True)
    page.setTitle(paper)
    for line, words in enumerate((paper, about, "Contoh untuk peragaan, bukan surat asli.")):
        page.drawString(LEFT, TOP - line * STEP, words)
    page.save()
    return file.getvalue()
