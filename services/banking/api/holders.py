"""Holders: compared with the record, cleared by a second officer, shown to other services."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.state.unit import Unit
from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from contracts.types import Line
from services.banking.adapters import Tools
from services.banking.operations import holder_standings, holders
from services.banking.operations.identity_checks import Counter, Shown
from services.banking.rules.kyc import check_may_verify

router = APIRouter(route_class=Guarded, tags=["Holders"])

_EXAMPLE: dict[str, Any] = {"name": "Maria Ndun", "nik": "5371044107700001"}
Found = TypeVar("Found")


class Identity(Asked):
    """Who stands at the counter, as the KTP says."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]}, hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
    nik: Annotated[str, Field(pattern=r"^\d{16}$")]
    born_on: date | None = None
    """For the screening alone; it is not kept."""

    def shown(self) -> Shown:
        """As the operation takes it."""
        return Shown(self.name, self.nik, self.born_on)


class Activate(Asked):
    """Why the account is opened to its holder in spite of what was found."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "KTP renewed after marriage, letter seen"}]}
    )

    reason: Line


class _NotAnsweredYet(Exception):
    """The command has no stored answer."""


async def asked_first(
    command: Command,
    ask: Callable[[], Awaitable[Found]],
    act: Callable[[Unit, Found], Awaitable[BaseModel]],
) -> Response:
    """Run a command that asks other services before its transaction; a command that was answered
    before asks nobody."""

    async def not_yet(_unit: Unit) -> BaseModel:
        raise _NotAnsweredYet

    try:
        return await command.run(not_yet)
    except _NotAnsweredYet:
        found = await ask()
    return await command.run(lambda unit: act(unit, found))


@router.post("/accounts/{account_id}/verification", response_model=holders.Verification)
async def verify(
    account_id: UUID,
    asked: Identity,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Compare who appears with the record of who registered the person, and screen the name.

    Name and NIK agree and no list has the name: the account is active. The key service puts on
    record that the person's key was read, and for whom.
    """
    counter = Counter(command.units, tools)
    shown = asked.shown()
    return await asked_first(
        command,
        lambda: counter.look(account_id, shown, by=command.caller, check=check_may_verify),
        lambda unit, seen: holders.verify(
            unit, account_id, seen,
            holders=tools.holders, by=command.caller, cause=command.cause,
        ),
    )  # fmt: skip


@router.post("/accounts/{account_id}/activation", response_model=holders.Activated)
async def activate(
    account_id: UUID,
    asked: Activate,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Clear a difference or a hit: another officer than who verified answers for it."""
    return await command.run(
        lambda unit: holders.activate(
            unit, account_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.get("/holders/{holder_id}")
async def holder(
    holder_id: UUID,
    session: Session,
    caller: Annotated[
        Caller,
        allowed(
            "bank", "branch", "district", "checker", "approver", "province", "auditor",
            area=IN_OPERATION,
        ),
    ],
) -> holder_standings.HolderStanding:  # fmt: skip
    """The account of a member or an heir as others than the bank may know it: its id, the masked
    number, whether who appeared is the holder, how far it came. Never what it holds."""
    return await holder_standings.standing(session, holder_id, by=caller)
