"""Those with a part in a claim: registered, struck, the family counted, the shares agreed."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Noting, tools
from contracts.claims import HeirClass, Relation, Share
from contracts.types import AccountNumber, Line, PartyId
from services.claims.adapters import Tools
from services.claims.operations import heir_standings, heirs, payee_accounts
from services.claims.operations.payee_accounts import NewAccount
from services.claims.rules.heirs import HeirIdentity, ListedShares, NewParty, NewShares

router = APIRouter(route_class=Guarded, tags=["Heirs"])

PARTIES_MAX = 60
"""Of one request; also the shares of one agreement."""
_NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
Personal = Annotated[str, Field(min_length=1, max_length=100, pattern=_NOT_BLANK)]
"""A line about a person, which is sealed before it is kept."""
Phone = Annotated[str, Field(max_length=25, pattern=r"^\+?\d[\d ()-]{5,22}\d$")]
Living = dict[Annotated[str, Field(pattern=r"^[1-5]$")], Annotated[int, Field(ge=1, le=50)]]
"""How many live, by the number of the class of heirs."""
_HEIR: dict[str, Any] = {
    "heir_class": 1,
    "relation": "child",
    "name": "Maria Ndolu",
    "nik": "5371045507890001",
    "born_on": "1989-07-15",
    "relationship": "anak kandung",
    "account": {"kind": "elsewhere", "bank_code": "014", "account_number": "0356789012"},
}


class OpenHere(Asked):
    """The bank is to open an account for the party."""

    kind: Literal["open-here"]
    bank_code: None = None
    account_number: None = None


class Elsewhere(Asked):
    """The party has an account at another bank."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Literal["elsewhere"]
    bank_code: Annotated[str, Field(pattern=r"^\d{3}$")]
    account_number: AccountNumber


class RegisterHeir(Asked):
    """Somebody with a part in the claim, and where the money is to go."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HEIR]}, hide_input_in_errors=True)

    heir_class: HeirClass = HeirClass.NONE
    """1 to 5, of an heir; 6 or absent: of whoever does not inherit."""
    role: Literal["heir", "guardian", "arranger", "member"] | None = None
    """Absent: an heir, or, of class 6, `arranger`: who saw to the funeral. With the arranger the
    social security fund is registered."""
    relation: Relation | None = None
    """To the member; it is of the class."""
    name: Personal
    nik: Annotated[str, Field(pattern=r"^\d{16}$")]
    born_on: date | None = None
    phone: Phone | None = None
    relationship: Personal
    """In the words of the heir certificate."""
    is_minor: bool = False
    """Needs a guardian; who is younger than 18 by `born_on` does without it too."""
    guardian_id: UUID | None = None
    """Who receives for a minor: a guardian or a grown heir of the claim. Absent: the one guardian,
    or else the one spouse."""
    in_family_card: bool = True
    is_account_new: bool = False
    """The passbook shows that the account was opened less than seven days before."""
    account: Annotated[OpenHere | Elsewhere, Field(discriminator="kind")]

    def party(self) -> NewParty:
        """As operations take one."""
        is_heir = self.heir_class is not HeirClass.NONE
        return NewParty(
            heir_class=self.heir_class,
            account=self.account.kind,
            identity=HeirIdentity(
                name=self.name,
                nik=self.nik,
                relationship=self.relationship,
                born_on=self.born_on,
                phone=self.phone,
                bank_code=self.account.bank_code,
                account_number=self.account.account_number,
            ),
            role=self.role or ("heir" if is_heir else "arranger"),
            relation=self.relation,
            is_minor=self.is_minor,
            guardian_id=None if self.guardian_id is None else PartyId(self.guardian_id),
            in_family_card=self.in_family_card,
            is_account_new=self.is_account_new,
        )


class CorrectAccount(Asked):
    """Where the money is to go instead."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account": _HEIR["account"]}]}, hide_input_in_errors=True
    )

    account: Annotated[OpenHere | Elsewhere, Field(discriminator="kind")]
    is_account_new: bool = False
    """The passbook shows that the account was opened less than seven days before."""


class RecordFamily(Asked):
    """How many of each class of heirs live, by the heir certificate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"living": {"1": 2, "3": 1}}]})

    living: Living
    """Empty: nobody of the family lives."""


class AgreeShares(Asked):
    """How the heirs share: the parts of each add up to the whole."""

    whole: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=PARTIES_MAX)]
    power_of_attorney: UUID | None = None
    """The document by which one heir receives the whole for all."""

    def agreed(self) -> NewShares:
        """As operations take them."""
        return NewShares(self.whole, self.shares, self.power_of_attorney)


class SharesAsListed(Asked):
    """How the heirs of the same request share, who have no ids yet."""

    whole: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    parts: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=1, le=10_000)], ...],
        Field(min_length=1, max_length=PARTIES_MAX),
    ]
    """Of each heir in the order of the list; guardians have none and are passed over."""

    def listed(self) -> ListedShares:
        """As operations take them."""
        return ListedShares(self.whole, self.parts)


class StrikeHeir(Asked):
    """Why somebody has no part in the claim."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "registered twice under two names"}]}
    )

    reason: Line


class LookAtHeirs(Asked):
    """Whether, and why, it is to be shown who the parties are."""

    reason: Line | None = None
    """With a reason `branch` and `approver` see names, and numbers without their middle; each
    person shown is put on record."""


@router.post("/claims/{claim_id}/heirs", status_code=201, response_model=heirs.Registered)
async def register_heir(
    claim_id: UUID,
    asked: RegisterHeir,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Register an heir, the guardian of one, who saw to the funeral, or the injured member."""
    return await command.run(
        lambda unit: heirs.register_heir(
            unit, claim_id, asked.party(), tools=tools, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/heirs/{party_id}/striking", response_model=heirs.Struck)
async def strike_heir(
    claim_id: UUID,
    party_id: UUID,
    asked: StrikeHeir,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Strike who was registered by mistake, before the claim is verified."""
    return await command.run(
        lambda unit: heirs.strike_heir(
            unit, claim_id, party_id,
            reason=asked.reason, by=command.caller, cause=command.cause,
        )
    )  # fmt: skip


@router.post("/claims/{claim_id}/heirs/{party_id}/account", response_model=heirs.Registered)
async def correct_account(
    claim_id: UUID,
    party_id: UUID,
    asked: CorrectAccount,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("approver", area=IN_OPERATION)],
) -> Response:
    """Give a payee whom the bank could not pay another account; the bank then sends anew what came
    back. By an approver who neither filed nor verified the claim."""
    told = asked.account
    account = NewAccount(
        party_id, told.kind, told.bank_code, told.account_number, asked.is_account_new
    )
    return await command.run(
        lambda unit: payee_accounts.correct_account(
            unit, claim_id, account, tools=tools, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/family", response_model=heirs.FamilyTold)
async def record_family(
    claim_id: UUID,
    asked: RecordFamily,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Record how many of each class of heirs live: the highest class with somebody in it counts."""
    return await command.run(
        lambda unit: heirs.record_family(
            unit, claim_id, asked.living, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/shares", response_model=heirs.SharesTold)
async def agree_shares(
    claim_id: UUID,
    asked: AgreeShares,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Record how the heirs share, or that one of them receives for all."""
    return await command.run(
        lambda unit: heirs.agree_shares(
            unit, claim_id, asked.agreed(), by=command.caller, cause=command.cause
        )
    )


@router.get("/claims/{claim_id}/heirs")
async def list_heirs(
    claim_id: UUID,
    asked: Annotated[LookAtHeirs, Query()],
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, allowed("branch", "approver", "auditor", "fraud", area=IN_OPERATION)],
) -> heir_standings.HeirList:
    """All parties of a claim, with as much of who they are as the role may see."""
    return await noting.run(
        lambda unit: heir_standings.heirs_of(
            unit, claim_id, reason=asked.reason, identities=tools.identities, by=caller
        )
    )
