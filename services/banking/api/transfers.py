"""Transfers in batches."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.types import Line
from services.banking.operations import transfers
from services.banking.rules.transfers import ROWS_MAX, Content, Row

AMOUNT_MAX = 1_000_000_000_000
"""Rupiah in one row: twenty-three thousand death benefits."""
BODY_BYTES_MAX = 6 * 1024 * 1024
"""A full batch with long purposes."""

router = APIRouter(route_class=Guarded, tags=["Ledger"])
_EXAMPLE: dict[str, Any] = {
    "transfers": [
        {
            "debit_account": "0b6a9e70-54a9-5f5c-9a55-6d4c1a2b3c4d",
            "credit_account": "7e1c1a52-93f5-5d0e-8a27-0f9b8c7d6e5f",
            "amount": 150_000,
            "reference": "018f2f6e-7c1b-7e55-9d0a-3f1f5a2b7c11",
            "purpose": "transport allowance July",
        }
    ]
}


class AskedTransfer(Asked):
    """Money that is to leave one account and reach another."""

    debit_account: UUID
    credit_account: UUID
    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
    reference: UUID
    """Of your own making, one for each transfer: it is posted once, whatever is sent twice."""
    purpose: Line
    """What it is for, as the statement shows it. No names of persons."""


class TransferBatch(Asked):
    """Transfers, each posted or refused by itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    transfers: Annotated[tuple[AskedTransfer, ...], Field(min_length=1, max_length=ROWS_MAX)]

    def rows(self) -> list[Row]:
        """As the rules have them."""
        return [
            Row(
                asked.reference,
                Content(asked.debit_account, asked.credit_account, asked.amount, asked.purpose),
            )
            for asked in self.transfers
        ]


@router.post("/transfer-batches", response_model=transfers.BatchPosted)
async def post_batch(
    asked: TransferBatch,
    command: Annotated[Command, command("bank", area=IN_OPERATION, body_bytes_max=BODY_BYTES_MAX)],
) -> Response:
    """Post a batch of transfers between savings accounts and programmes' accounts.

    A refused row hinders no other one: the answer names it. A row whose reference was posted before
    with the same content counts as posted, and nothing moves again.
    """
    return await command.run_bulk(
        lambda unit: transfers.post(unit, asked.rows(), by=command.caller, cause=command.cause)
    )
