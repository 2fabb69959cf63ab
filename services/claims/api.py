"""What clients ask of claims: each route parses, authorises, calls and answers."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from contracts.claims import DocumentKind, HeirClass
from contracts.types import AccountNumber, Line, RegionCode, Sha256
from services.claims.adapters import Tools
from services.claims.operations import claims, decisions, lookups
from services.claims.operations.claims import NewHeir
from services.claims.rules.claims import ClaimState, Paper
from services.claims.rules.decisions import Approval
from services.claims.rules.heirs import HeirIdentity

router = APIRouter(route_class=Guarded)

Personal = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A line about a person, which is sealed before it is kept."""
_READS = allowed("branch", "approver", "auditor", area=IN_OPERATION)


class FileClaim(Asked):
    """A member who died."""

    worker_id: UUID
    died_on: date


class OpenHere(Asked):
    """The bank is to open an account for the heir."""

    kind: Literal["open-here"]
    bank_code: None = None
    account_number: None = None


class Elsewhere(Asked):
    """The heir has an account at another bank."""

    kind: Literal["elsewhere"]
    bank_code: Annotated[str, Field(pattern=r"^\d{3}$")]
    account_number: AccountNumber


class RegisterHeir(Asked):
    """An heir, and where the money is to go."""

    heir_class: HeirClass
    name: Personal
    nik: Annotated[str, Field(pattern=r"^\d{16}$")]
    relationship: Personal
    account: Annotated[OpenHere | Elsewhere, Field(discriminator="kind")]

    def heir(self) -> NewHeir:
        """The heir as operations take one."""
        return NewHeir(
            heir_class=self.heir_class,
            account=self.account.kind,
            identity=HeirIdentity(
                name=self.name,
                nik=self.nik,
                relationship=self.relationship,
                bank_code=self.account.bank_code,
                account_number=self.account.account_number,
            ),
        )


class AttachDocument(Asked):
    """A paper that was handed in, by the digest of its scan."""

    kind: DocumentKind
    issuer: Line
    issued_on: date
    sha256: Sha256


class Verify(Asked):
    """Nothing more than that it was looked through."""


class Approve(Asked):
    """Whom to pay; and why, where the death lies near a boundary of the law."""

    payee_id: UUID
    confirmation: Line | None = None


class Reject(Asked):
    """Why nothing is due."""

    reason: Line


@router.post("/claims", status_code=201, response_model=claims.Filed)
async def file_claim(
    asked: FileClaim, command: Annotated[Command, command("branch", area=IN_OPERATION)]
) -> Response:
    """File a member's death."""
    return await command.run(
        lambda unit: claims.file_claim(
            unit, asked.worker_id, died_on=asked.died_on, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/heirs", status_code=201, response_model=claims.Registered)
async def register_heir(
    claim_id: UUID,
    asked: RegisterHeir,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Register an heir."""
    return await command.run(
        lambda unit: claims.add_heir(
            unit,
            claim_id,
            asked.heir(),
            identities=tools.identities,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/claims/{claim_id}/documents", status_code=201, response_model=claims.Attached)
async def attach_document(
    claim_id: UUID,
    asked: AttachDocument,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Attach a document; of each kind the newest counts."""
    paper = Paper(**dict(asked))
    return await command.run(
        lambda unit: claims.attach_document(
            unit, claim_id, paper, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/verification", response_model=claims.Stepped)
async def verify(
    claim_id: UUID,
    _asked: Verify,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Say that the papers were looked through and are in order."""
    return await command.run(
        lambda unit: claims.verify(unit, claim_id, by=command.caller, cause=command.cause)
    )


@router.post("/claims/{claim_id}/approval", response_model=decisions.Approved)
async def approve(
    claim_id: UUID,
    asked: Approve,
    command: Annotated[Command, command("approver", area=IN_OPERATION)],
) -> Response:
    """Decide what is paid to whom."""
    approval = Approval(**dict(asked), officer=command.caller.name)
    return await command.run(
        lambda unit: decisions.approve(
            unit, claim_id, approval, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/rejection", response_model=claims.Stepped)
async def reject(
    claim_id: UUID,
    asked: Reject,
    command: Annotated[Command, command("approver", area=IN_OPERATION)],
) -> Response:
    """Decide that nothing is due."""
    return await command.run(
        lambda unit: decisions.reject(
            unit, claim_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.get("/claims/{claim_id}")
async def claim(
    claim_id: UUID, session: Session, caller: Annotated[Caller, _READS]
) -> lookups.ClaimStanding:
    """A claim with its documents, heirs, lines and reasons."""
    return await lookups.claim(session, claim_id, by=caller)


@router.get("/claims")
async def claims_in_state(
    state: ClaimState, session: Session, caller: Annotated[Caller, _READS]
) -> lookups.ClaimList:
    """The claims of the caller's area in a state."""
    return await lookups.claims(session, state, by=caller)


@router.get("/figures")
async def figures(
    area: RegionCode,
    session: Session,
    _caller: Annotated[
        Caller,
        allowed("branch", "approver", "auditor", "province", "admin", area=query("area")),
    ],
) -> lookups.Figures:
    """The claims of an area in figures."""
    return await lookups.figures(session, area=area)
