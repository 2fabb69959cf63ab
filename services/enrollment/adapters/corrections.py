"""What a member wants corrected, while it waits for an answer: sealed under the member's own key.

Only the fields that are to change, not the whole person: so an answer that comes late writes over
nothing else.
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.sealing import KeyWrap, open_sealed, seal
from contracts.sealed import Sealed
from services.enrollment.adapters.identities import HOLDER

KIND = "worker-correction"
VERSION = 1


class Correction(BaseModel):
    """Columns of a roster's row and what they should say."""

    model_config = ConfigDict(frozen=True)

    wanted: dict[str, str]


def seal_correction(
    worker_id: UUID, wanted: Mapping[str, str], *, wrap: KeyWrap, wrapped: bytes
) -> Sealed:
    """Seal what is wanted under the key that the worker has."""
    return seal(
        Correction(wanted=dict(wanted)),
        subject=worker_id,
        holder=HOLDER,
        kind=KIND,
        version=VERSION,
        key=wrap.unwrap(worker_id, wrapped),
    )


def open_correction(block: Sealed, *, wrap: KeyWrap, wrapped: bytes) -> dict[str, str]:
    """What is wanted, by column. Raises: SealBroken."""
    key = wrap.unwrap(block.subject, wrapped)
    return open_sealed(block, key, Correction).wanted
