"""Cards to print, and what phones and readers of PDF make of them."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID

import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from pypdf import PdfReader

from services.enrollment.adapters.card_tokens import CardFace

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PRINTED_AT = datetime(2025, 7, 8, 17, 30, tzinfo=UTC)
"""In Nusa Tenggara Timur it is the 9th already."""
PIXELS_PER_MODULE = 4
_CODE = re.compile(
    rb"([\d.]+) 0 0 -([\d.]+) [\d.]+ [\d.]+ cm\s+[\d. ]+rg\s+((?:\d+ \d+ \d+ 1 re )+)f"
)
_RUN = re.compile(rb"(\d+) (\d+) (\d+) 1 re")


def face(
    number: int = 1,
    *,
    name: str = "Maria Goreti Nahak",
    programme: str = "Perlindungan Pekerja Rentan NTT 2025",
    village: str = "Oesapa",
    district: str = "Kelapa Lima",
) -> CardFace:
    """The card of the member with this number in the range."""
    return CardFace(
        card_id=UUID(int=number),
        kpj=str(25_000_000_000 + number),
        name=name,
        programme=programme,
        village=village,
        district=district,
        covered_from=date(2025, 7, 3),
        printed_at=PRINTED_AT,
    )


def texts(pdf: bytes) -> list[str]:
    """The text of each page, blanks as single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def codes(pdf: bytes) -> Iterator[tuple[float, str]]:
    """Of each QR code: how wide a module is in points, and what a phone reads."""
    for page in PdfReader(BytesIO(pdf)).pages:
        content = page.get_contents()
        assert content is not None
        for width, height, runs in _CODE.findall(content.get_data()):
            assert float(width) == float(height)
            found = [tuple(map(int, run)) for run in _RUN.findall(runs)]
            yield float(width), read(_picture(found))


def read(picture: Image.Image) -> str:
    """What a phone reads from the one code in a picture."""
    [found] = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    )
    return found.text


def _picture(runs: Sequence[tuple[int, ...]]) -> Image.Image:
    side = max(x + width for x, _, width in runs) + 8
    picture = Image.new("L", (side, side), 255)
    for x, y, width in runs:
        picture.paste(0, (x + 4, y + 4, x + 4 + width, y + 5))
    scaled = side * PIXELS_PER_MODULE
    return picture.resize((scaled, scaled), Image.Resampling.NEAREST)
