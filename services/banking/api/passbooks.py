"""Passbooks: printed, handed over, counted by whose hands they passed through."""

from functools import partial
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field, model_validator

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.banking import Paper
from contracts.types import Line, RegionCode, VillageCode
from services.banking.adapters import Tools
from services.banking.api.holders import Identity, asked_first
from services.banking.operations import passbooks
from services.banking.operations.account_states import Changed
from services.banking.operations.identity_checks import Counter
from services.banking.operations.passbooks import HandOver, ProxyShown
from services.banking.rules.passbooks import check_may_collect

router = APIRouter(route_class=Guarded, tags=["Passbooks"])

ROWS_MAX = 1_000
_HOLDER: dict[str, Any] = {
    "branch": "Kupang Utama",
    "papers": ["ktp", "kk"],
    "holder": {"name": "Maria Ndun", "nik": "5371044107700001"},
}
_PROXY: dict[str, Any] = {
    "branch": "Kupang Utama",
    "papers": ["ktp", "kk"],
    "proxy": {"nik": "5371040101850001", "power_of_attorney": "SK-17/2025"},
}
_REPORTS = allowed("bank", "auditor", area=query("area"))


class PrintVillage(Asked):
    """The kelurahan or desa whose passbooks are printed, and where they wait."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"village_code": "53.71.04.1001", "branch": "Oebobo"}]}
    )

    village_code: VillageCode
    branch: Line


class PrintOne(Asked):
    """Where the passbook waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"branch": "Kupang Utama"}]})

    branch: Line


class ProxyPapers(Asked):
    """Who collects for the holder."""

    model_config = ConfigDict(hide_input_in_errors=True)

    nik: Annotated[str, Field(pattern=r"^\d{16}$")]
    power_of_attorney: Line
    """The number of the paper, which is for this one account."""


class Collect(Asked):
    """What the officer saw when the passbook was handed over."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_HOLDER, _PROXY]}, hide_input_in_errors=True
    )

    branch: Line
    papers: Annotated[tuple[Paper, ...], Field(min_length=1, max_length=2)]
    """The holder's own, KTP and KK."""
    holder: Identity | None = None
    """The holder came: name and NIK as on the KTP, compared in the same step. Without it the
    holder is verified later."""
    proxy: ProxyPapers | None = None
    """Somebody else came, with a power of attorney."""

    @model_validator(mode="after")
    def _one_came(self) -> Self:
        if self.holder is not None and self.proxy is not None:
            raise ValueError("give either holder or proxy: one of them stands at the counter")
        return self

    def handed(self) -> HandOver:
        """What was seen, before anybody is compared."""
        came = self.proxy
        proxy = ProxyShown(came.nik, came.power_of_attorney) if came else None
        return HandOver(branch=self.branch, papers=self.papers, proxy=proxy)


class OfArea(Asked):
    """Where the passbooks are."""

    area: RegionCode


class AreaFile(OfArea):
    """The whole report as a file."""

    format: Format = "csv"


class OfficerPage(OfArea):
    """A page of officers."""

    after: Annotated[str, Field(max_length=100)] = ""
    """The `next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=ROWS_MAX)] = 100


class ProxyPage(OfficerPage):
    """A page of those who collected for others."""

    accounts_min: Annotated[int, Field(ge=1, le=1_000)] = 2
    """For how many accounts at least."""


@router.post("/passbooks", response_model=passbooks.Prepared)
async def prepare_village(
    asked: PrintVillage, command: Annotated[Command, command("bank", area=body("village_code"))]
) -> Response:
    """Print the passbooks that a kelurahan or desa lacks, up to 5,000; accounts without a number
    and blocked ones are left out and counted."""
    return await command.run_bulk(
        lambda unit: passbooks.prepare_village(
            unit, asked.village_code, branch=asked.branch, by=command.caller, cause=command.cause
        )
    )


@router.post("/accounts/{account_id}/passbook", response_model=Changed)
async def prepare(
    account_id: UUID,
    asked: PrintOne,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Print the passbook of one account."""
    return await command.run(
        lambda unit: passbooks.prepare(
            unit, account_id, branch=asked.branch, by=command.caller, cause=command.cause
        )
    )


@router.post("/accounts/{account_id}/collection", response_model=passbooks.Collected)
async def collect(
    account_id: UUID,
    asked: Collect,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Hand a passbook over against KTP and KK, to the holder or to a proxy.

    Where the holder came and the papers agree with the record, the account is active at once.
    """
    handed = asked.handed()
    act = partial(passbooks.collect, tools=tools, by=command.caller, cause=command.cause)
    if asked.holder is None:
        return await command.run(lambda unit: act(unit, account_id, handed))
    shown = asked.holder.shown()
    counter = Counter(command.units, tools)
    return await asked_first(
        command,
        lambda: counter.look(account_id, shown, by=command.caller, check=check_may_collect),
        lambda unit, seen: act(unit, account_id, handed.with_seen(seen)),
    )


@router.get("/passbooks/officers")
async def by_officer(
    asked: Annotated[OfficerPage, Query()], session: Session, _caller: Annotated[Caller, _REPORTS]
) -> passbooks.Hands:
    """Passbooks by the officer who prepared or handed them over: how many are still in hand, went
    to proxies, and were never used."""
    return await passbooks.by_officer(
        session, area=asked.area, after=asked.after, limit=asked.limit
    )


@router.get("/passbooks/officers/sheet", response_class=Response, responses=SHEETS)
async def officers_sheet(
    asked: Annotated[AreaFile, Query()],
    session: Session,
    _caller: Annotated[Caller, _REPORTS],
) -> Response:
    """The same report for a spreadsheet, its first 1,000 officers."""
    found = await passbooks.by_officer(session, area=asked.area, after="", limit=ROWS_MAX)
    columns = tuple(passbooks.InHands.model_fields)
    return await sheet_answer(
        asked.format, f"passbooks-{asked.area}", columns, _cells(found.officers, columns)
    )


@router.get("/passbooks/proxies")
async def by_proxy(
    asked: Annotated[ProxyPage, Query()], session: Session, _caller: Annotated[Caller, _REPORTS]
) -> passbooks.Proxies:
    """Who collected passbooks of others: how many, from how many officers, how many never used."""
    return await passbooks.by_proxy(
        session,
        area=asked.area,
        accounts_min=asked.accounts_min,
        after=asked.after,
        limit=asked.limit,
    )


@router.get("/passbooks/proxies/sheet", response_class=Response, responses=SHEETS)
async def proxies_sheet(
    asked: Annotated[AreaFile, Query()],
    session: Session,
    _caller: Annotated[Caller, _REPORTS],
) -> Response:
    """Everybody who collected two passbooks of others or more, for a spreadsheet; 1,000 at most."""
    found = await passbooks.by_proxy(
        session, area=asked.area, accounts_min=2, after="", limit=ROWS_MAX
    )
    columns = tuple(passbooks.OfProxy.model_fields)
    return await sheet_answer(
        asked.format, f"proxies-{asked.area}", columns, _cells(found.proxies, columns)
    )


def _cells(lines: list[Any], columns: tuple[str, ...]) -> list[list[Any]]:
    return [[getattr(line, name) for name in columns] for line in lines]
