"""Accounts: found, looked at, changed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Noting, Now, Session, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.banking import Product
from contracts.types import AccountNumber, Line, RegionCode
from services.banking.adapters import Tools
from services.banking.operations import account_lists, account_states
from services.banking.operations.account_lists import ROWS_PAGE_MAX, Sight
from services.banking.queries.account_lists import State, Wanted

router = APIRouter(route_class=Guarded, tags=["Accounts"])

VILLAGES_MAX = 4_000
_SEES_ALL = allowed("bank", "auditor", area=IN_OPERATION)
_LISTS = allowed("bank", "auditor", "branch", "province", area=IN_OPERATION)
_COUNTS = allowed("bank", "auditor", "province", "admin", area=query("area"))
_CHANGES = command("bank", area=IN_OPERATION)
InFormat = Annotated[Format, Query(alias="format")]


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401  (as JSON has them)
    return ConfigDict(json_schema_extra={"examples": [values]})


class AccountFilter(Asked):
    """Which accounts: those to which everything given applies."""

    area: RegionCode | None = None
    """From a province down to a kelurahan or desa, within the caller's own; else all of that."""
    holder_id: UUID | None = None
    """The member's `worker_id`, or the heir's party id."""
    state: State | None = None
    """`inactive` and `dormant` for bank and auditor only."""


class AccountPage(AccountFilter):
    """A page of such accounts."""

    after: UUID | None = None
    """The `next_after` of the page before, with the same filter."""
    limit: Annotated[int, Field(ge=1, le=ROWS_PAGE_MAX)] = 100


class AccountFile(AccountFilter):
    """All such accounts as a file."""

    format: Format = "csv"


class FindAccount(Asked):
    """The number that is looked for."""

    model_config = _example(number="0130000000001")

    number: AccountNumber


class VillagePage(Asked):
    """A page of villages."""

    area: RegionCode
    after: Annotated[str, Field(max_length=13)] | None = None
    """The `next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=VILLAGES_MAX)] = 500


class AtBranch(Asked):
    """Where the holder stands."""

    model_config = _example(branch="Kupang Utama")

    branch: Line


class Why(Asked):
    """The reason, which is kept with the event."""

    model_config = _example(reason="Holder's letter of 3 July 2025")

    reason: Line


class Upgrade(Asked):
    """The kind of account that it becomes."""

    model_config = _example(product="savings")

    product: Product


def _sight(caller: Caller, tools: Tools, now: Now) -> Sight:
    return Sight(caller, tools.numbers, now)


def _wanted(asked: AccountFilter, sight: Sight) -> Wanted:
    return Wanted(
        area=asked.area or sight.by.area,
        now=sight.now,
        holder_id=asked.holder_id,
        state=asked.state,
    )


@router.get("/accounts")
async def list_accounts(
    asked: Annotated[AccountPage, Query()],
    session: Session,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _LISTS],
) -> account_lists.Accounts:
    """Accounts of the caller's area, a page at a time, never with a balance. The bank sees whole
    numbers, everybody else masked ones; when an account was used, only bank and auditor learn."""
    sight = _sight(caller, tools, now)
    return await account_lists.page(
        session, _wanted(asked, sight), after=asked.after, limit=asked.limit, sight=sight
    )


@router.get("/accounts/sheet", response_class=Response, responses=SHEETS)
async def accounts_sheet(
    asked: Annotated[AccountFile, Query()],
    notes: Noting,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _LISTS],
) -> Response:
    """The same list for a spreadsheet, up to 100,000 accounts, with the same columns hidden."""
    sight = _sight(caller, tools, now)
    wanted = _wanted(asked, sight)
    account_lists.check_export(wanted, sight=sight)
    rows = account_lists.rows(notes.units, wanted, sight=sight)
    return await sheet_answer(asked.format, f"accounts-{wanted.area}", sight.columns, rows)


@router.post("/accounts:find")
async def find_account(
    asked: FindAccount,
    session: Session,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _SEES_ALL],
) -> account_lists.AccountLine:
    """Find an account by its whole number, which stays out of addresses and logs."""
    return await account_lists.by_number(session, asked.number, sight=_sight(caller, tools, now))


@router.get("/accounts/villages")
async def by_village(
    asked: Annotated[VillagePage, Query()],
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _COUNTS],
) -> account_lists.Villages:
    """For each village: accounts opened, printed, collected, used, blocked, closed, inactive and
    dormant, and members who have none yet."""
    return await account_lists.by_village(
        session, area=asked.area, now=now, after=asked.after, limit=asked.limit
    )


@router.get("/accounts/villages/sheet", response_class=Response, responses=SHEETS)
async def villages_sheet(
    area: RegionCode,
    format_: InFormat,
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _COUNTS],
) -> Response:
    """The same figures for a spreadsheet, all villages of the area."""
    found = await account_lists.by_village(
        session, area=area, now=now, after=None, limit=VILLAGES_MAX
    )
    columns = tuple(account_lists.OfVillage.model_fields)
    rows = [[getattr(each, name) for name in columns] for each in found.villages]
    return await sheet_answer(format_, f"accounts-by-village-{area}", columns, rows)


@router.get("/accounts/{account_id}")
async def account(
    account_id: UUID,
    session: Session,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _SEES_ALL],
) -> account_lists.AccountDetail:
    """All of one account, with what it holds: for bank and auditor only (UU 10/1998 art. 40)."""
    return await account_lists.detail(session, account_id, sight=_sight(caller, tools, now))


@router.post("/accounts/{account_id}/balance-inquiries", response_model=account_states.BalanceTold)
async def tell_balance(
    account_id: UUID, asked: AtBranch, command: Annotated[Command, _CHANGES]
) -> Response:
    """The holder asks at the counter what is there. It counts as use: an inactive or dormant
    account is active again."""
    return await command.run(
        lambda unit: account_states.tell_balance(
            unit, account_id, branch=asked.branch, by=command.caller, cause=command.cause
        )
    )


@router.post("/accounts/{account_id}/unblocking", response_model=account_states.Changed)
async def unblock(account_id: UUID, asked: Why, command: Annotated[Command, _CHANGES]) -> Response:
    """Let money leave again: the report of a death was wrong, or the estate was settled."""
    return await command.run(
        lambda unit: account_states.unblock(
            unit, account_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.post("/accounts/{account_id}/upgrade", response_model=account_states.Changed)
async def upgrade(
    account_id: UUID, asked: Upgrade, command: Annotated[Command, _CHANGES]
) -> Response:
    """Make an active account one of another product, with other limits."""
    return await command.run_bulk(
        lambda unit: account_states.upgrade(
            unit, account_id, product=asked.product, by=command.caller, cause=command.cause
        )
    )


@router.post("/accounts/{account_id}/closure", response_model=account_states.Changed)
async def close(account_id: UUID, asked: Why, command: Annotated[Command, _CHANGES]) -> Response:
    """Close an account that is empty, has no money kept back and expects no benefit."""
    return await command.run_bulk(
        lambda unit: account_states.close(
            unit, account_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )
