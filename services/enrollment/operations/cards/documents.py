"""What goes with a batch on paper: the cards, and the list on which members sign for them.

Both are made anew from the record whenever they are asked for; the same record gives the same file.
Members who were erased are left out.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.sheets import Cell
from contracts.refusal import Refused
from services.enrollment.adapters.card_sheets import card_sheets
from services.enrollment.adapters.card_tokens import CardFace, CardSigner
from services.enrollment.adapters.handout_lists import HandoutBatch, handout_list
from services.enrollment.adapters.identities import Identities
from services.enrollment.adapters.regions import names
from services.enrollment.operations.cards.held import seen_batch
from services.enrollment.operations.people import opened
from services.enrollment.operations.register import note_export, note_readings
from services.enrollment.queries.cards import BatchCard
from services.enrollment.rules.places import district_of

LIST_COLUMNS = (
    "No.", "Nama", "KPJ", "Nomor kartu", "Diserahkan", "Diterima oleh", "Tempat", "Hilang",
)  # fmt: skip
_HANDED_TO = {"member": "peserta", "family": "keluarga", "proxy": "kuasa"}


class BatchForgotten(Refused):
    """Everybody in the batch was erased."""

    slug, status, retryable = "batch-forgotten", 410, False


class Named(NamedTuple):
    """A card with the name that is on it."""

    face: CardFace
    card: BatchCard


class Shown(NamedTuple):
    """Why somebody is shown names, as the register of processing keeps it."""

    by: Caller
    reason: str
    what: str


async def named_batch(
    unit: Unit, batch_id: UUID, *, shown: Shown, identities: Identities
) -> list[Named]:
    """The cards of a batch with their names, by name; that they were shown is on record.

    Raises: BatchUnknown, BatchForgotten.
    """
    cards = await seen_batch(unit.session, batch_id, by=shown.by)
    people = await opened(unit.session, [c.worker_id for c in cards], identities=identities)
    if not people:
        raise BatchForgotten("everybody in this batch was erased: there is nothing to print")
    await note_readings(unit, people, by=shown.by, reason=shown.reason, what=shown.what)
    named = [
        Named(_face(card, people[card.worker_id].name), card)
        for card in cards
        if card.worker_id in people
    ]
    return sorted(named, key=lambda each: (each.face.name.casefold(), each.face.kpj))


async def exported_batch(
    unit: Unit, batch_id: UUID, *, shown: Shown, identities: Identities
) -> list[Named]:
    """The same, taken out as a list of names: that is on record besides."""
    batch = await named_batch(unit, batch_id, shown=shown, identities=identities)
    await note_export(
        unit, by=shown.by, reason=shown.reason, what=shown.what, rows=len(batch), masked=False
    )
    return batch


async def sheets(batch: Sequence[Named], *, key: Ed25519PrivateKey) -> bytes:
    """The cards to print and cut, as PDF: some 7 ms each, in a thread."""
    faces = [each.face for each in batch]
    return await asyncio.to_thread(card_sheets, faces, CardSigner(key))


async def hand_out_list(batch: Sequence[Named]) -> bytes:
    """The list to sign, as PDF."""
    return await asyncio.to_thread(handout_list, _head(batch), [each.face for each in batch])


def hand_out_rows(batch: Sequence[Named]) -> Iterator[Sequence[Cell]]:
    """The same for a spreadsheet, with what became of each card; as LIST_COLUMNS says."""
    for number, (face, card) in enumerate(batch, start=1):
        yield (
            number, face.name, face.kpj, face.card_id,
            card.delivered_at and local_day(card.delivered_at),
            card.handed_to and _HANDED_TO[card.handed_to],
            card.place,
            card.lost_at and local_day(card.lost_at),
        )  # fmt: skip


def _head(batch: Sequence[Named]) -> HandoutBatch:
    face, card = batch[0]
    return HandoutBatch(
        batch_id=card.batch_id,
        programme=face.programme,
        village=face.village,
        district=face.district,
        printed_at=card.printed_at,
    )


def _face(card: BatchCard, name: str) -> CardFace:
    district = district_of(card.village_code)
    return CardFace(
        card_id=card.card_id,
        kpj=card.kpj,
        name=name,
        programme=card.programme,
        village=names().get(card.village_code, card.village_code),
        district=names().get(district, district),
        covered_from=local_day(card.covered_from),
        printed_at=card.printed_at,
    )
