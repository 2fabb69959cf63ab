"""`/_control`: what tests tell the rail, and see of its book. Not signed, and not part of SNAP."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from simulators.rail import gate
from simulators.rail.book import Book
from simulators.rail.messages import AccountNo, BankCode, HolderName, Instruction
from simulators.rail.rules import Entry

PAGE_MAX: Final = 1_000


def control_routes(book: Book) -> APIRouter:
    """Instructions, holders' names, the book."""
    router = APIRouter(prefix="/_control")

    @router.post("/instructions", status_code=204)
    async def add_instruction(instruction: Instruction) -> None:
        book.add_instruction(instruction)

    @router.delete("/instructions", status_code=204)
    async def forget_instructions() -> None:
        book.forget_instructions()

    @router.put("/holders/{bank_code}/{account_no}", status_code=204)
    async def name_holder(
        bank_code: Annotated[BankCode, Path()],
        account_no: Annotated[AccountNo, Path()],
        holder: HolderName,
    ) -> None:
        book.name_holder(
            bank_code=bank_code, account_no=account_no, holder_name=holder.beneficiary_account_name
        )

    @router.get("/book")
    async def page(
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
    ) -> dict[str, object]:
        entries = book.transfers(after=after, limit=limit)
        return {"transfers": [_line(entry) for entry in entries]}

    return router


def _line(entry: Entry) -> dict[str, object]:
    return {
        "position": entry.position,
        "referenceNo": entry.reference_no,
        **entry.order.model_dump(by_alias=True),
        "responseCode": entry.response_code,
        "behavior": entry.behavior,
        "receivedAt": entry.received_at,
        "finalAt": entry.final_at,
        "requests": entry.requests,
        "movedRupiah": entry.moved(now=gate.now()),
    }
