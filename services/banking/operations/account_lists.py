"""Find accounts: in lists, by number, one whole, and how far those of each village came."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Units
from chassis.web.access import Caller, RoleNotAllowed
from chassis.web.sheets import Cell
from contracts.banking import HolderKind, KycLevel, ScreeningResult
from contracts.refusal import Refused
from services.banking.adapters.numbers import Numbers
from services.banking.models import Account, Holder
from services.banking.operations.account_states import account_to_read, check_place
from services.banking.queries import account_lists as queries
from services.banking.queries import holders as of_holders
from services.banking.queries.account_lists import Wanted
from services.banking.rules.activity import Standing, standing_of

ROWS_PAGE_MAX = 500
EXPORT_ROWS_MAX = 100_000
WHOLE = frozenset({"bank", "auditor"})
"""Who sees more of an account than others may (UU 10/1998 art. 40)."""


class NumberUnknown(Refused):
    """No account has this number."""

    slug, status, retryable = "number-unknown", 404, False


class AccountLine(BaseModel):
    """An account in a list. Of what follows `holder_matches`, only bank and auditor are told."""

    account_id: UUID
    holder_id: UUID
    holder: HolderKind
    number_masked: str | None
    """None: it waits for a number."""
    village_code: str | None
    state: str
    """How far it came: `opened`, `ready`, `collected`, `active`."""
    blocked: bool
    closed: bool
    holder_matches: bool | None
    """Whether who appeared is who the record says; None: nobody appeared yet."""
    number: str | None = None
    """The whole number, for the bank alone."""
    product: str | None = None
    level: KycLevel | None = None
    standing: Standing | None = None
    """Of its last use: inactive after 360 days, dormant after 1,800 (POJK 24/2025)."""
    last_used_at: datetime | None = None
    opened_at: datetime | None = None
    prepared_at: datetime | None = None
    collected_at: datetime | None = None
    collected_by: str | None = None
    activated_at: datetime | None = None


class Accounts(BaseModel):
    """A page of accounts, by id."""

    accounts: list[AccountLine]
    next_after: UUID | None
    """Give it as `after` for the next page; None: this is the last."""


class AccountDetail(AccountLine):
    """All of an account. Amounts in rupiah."""

    balance: int
    held: int
    """Kept back: it is there and cannot be paid out."""
    branch: str | None
    prepared_by: str | None
    handed_by: str | None
    power_of_attorney: str | None
    activated_by: str | None
    blocked_at: datetime | None
    claim_id: UUID | None
    """The claim that it was blocked for, the last time."""
    closed_at: datetime | None
    name_matches: bool | None
    nik_matches: bool | None
    screening: ScreeningResult | None
    screening_reference: str | None
    verified_by: str | None
    verified_at: datetime | None


class OfVillage(BaseModel):
    """How far the accounts of one village came (domain 7.3, test 13)."""

    village_code: str
    """Empty: accounts of holders whose home nobody told us."""
    deferred: int
    """Members without an account, for papers are missing."""
    opened: int
    """All accounts that were ever opened, of members and heirs."""
    heirs: int
    printed: int
    collected: int
    by_proxy: int
    """Of these, not by the holder."""
    activated: int
    used: int
    """Money moved, or the holder asked for the balance."""
    collected_never_used: int
    blocked: int
    closed: int
    inactive: int
    dormant: int


class Villages(BaseModel):
    """A page of villages, by code."""

    villages: list[OfVillage]
    next_after: str | None


@dataclass(frozen=True)
class Sight:
    """Who looks, and how much of an account is shown."""

    by: Caller
    numbers: Numbers
    now: datetime

    @property
    def is_whole(self) -> bool:
        """Whether all of an account is shown."""
        return self.by.role in WHOLE

    @property
    def columns(self) -> tuple[str, ...]:
        """What a sheet of accounts shows."""
        hidden = () if self.by.role == "bank" else ("number",)
        fields = AccountLine.model_fields
        shown = fields if self.is_whole else dict.fromkeys(_FOR_OTHERS)
        return tuple(name for name in fields if name in shown and name not in hidden)

    def line(self, row: Mapping[Any, Any]) -> AccountLine:
        """A row as this caller may see it."""
        told = dict(row) | {
            "blocked": row["blocked_at"] is not None,
            "closed": row["closed_at"] is not None,
        }
        if self.is_whole:
            told["standing"] = standing_of(row["last_used_at"], self.now)
        number = row["number"] if self.by.role == "bank" else None
        told["number"] = self.numbers.open(number) if number else None
        return AccountLine.model_validate({name: told[name] for name in self._fields(told)})

    def _fields(self, told: Mapping[Any, Any]) -> Sequence[str]:
        names = AccountLine.model_fields if self.is_whole else _FOR_OTHERS
        return [name for name in names if name in told]


_FOR_OTHERS = (
    "account_id", "holder_id", "holder", "number_masked", "village_code", "state", "blocked",
    "closed", "holder_matches",
)  # fmt: skip


async def page(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int, sight: Sight
) -> Accounts:
    """The next accounts of a list. Raises: OutsideArea, RoleNotAllowed."""
    _check_wanted(wanted, sight=sight)
    rows = await queries.page(session, wanted, after=after, limit=limit)
    lines = [sight.line(row) for row in rows]
    return Accounts(
        accounts=lines, next_after=lines[-1].account_id if len(lines) == limit else None
    )


async def rows(units: Units, wanted: Wanted, *, sight: Sight) -> AsyncIterator[Sequence[Cell]]:
    """The cells of a list, up to `EXPORT_ROWS_MAX`; each page in a transaction of its own.

    Check first: `check_export`.
    """
    after: UUID | None = None
    for _ in range(EXPORT_ROWS_MAX // ROWS_PAGE_MAX):
        async with units.reading(area=sight.by.area) as session:
            found = await page(session, wanted, after=after, limit=ROWS_PAGE_MAX, sight=sight)
        for line in found.accounts:
            yield [getattr(line, name) for name in sight.columns]
        after = found.next_after
        if after is None:
            return


def check_export(wanted: Wanted, *, sight: Sight) -> None:
    """Raises: OutsideArea, RoleNotAllowed."""
    _check_wanted(wanted, sight=sight)


async def by_number(session: AsyncSession, number: str, *, sight: Sight) -> AccountLine:
    """The account with this number. Raises: NumberUnknown, OutsideArea."""
    row = await queries.by_number(session, sight.numbers.seal(number))
    if row is None:
        raise NumberUnknown("No account has this number: check the digits, leading zeros too.")
    check_place(row["village_code"], by=sight.by)
    return sight.line(row)


async def detail(session: AsyncSession, account_id: UUID, *, sight: Sight) -> AccountDetail:
    """All of an account. Raises: AccountUnknown, OutsideArea."""
    account = await account_to_read(session, account_id, by=sight.by)
    row = await queries.by_id(session, account_id)
    assert row is not None  # noqa: S101  (accounts are never deleted)
    balance, held = await of_holders.balance(session, account_id)
    found = await of_holders.holder(session, account.holder_id)
    return AccountDetail(
        **dict(sight.line(row)),
        balance=balance,
        held=held,
        **_of_account(account),
        **_of_holder(found),
    )


async def by_village(
    session: AsyncSession, *, area: str, now: datetime, after: str | None, limit: int
) -> Villages:
    """How far the accounts of each village of an area came."""
    found = await queries.by_village(session, area=area, now=now, after=after, limit=limit)
    villages = [
        OfVillage.model_validate({name: value or 0 for name, value in row.items()} | _code(row))
        for row in found
    ]
    full = len(villages) == limit
    return Villages(villages=villages, next_after=villages[-1].village_code if full else None)


def _code(row: Mapping[Any, Any]) -> dict[str, str]:
    return {"village_code": row["village_code"] or ""}


def _check_wanted(wanted: Wanted, *, sight: Sight) -> None:
    sight.by.check_area(wanted.area)
    if wanted.state in {"inactive", "dormant"} and not sight.is_whole:
        raise RoleNotAllowed("When an account was last used is told to bank and auditor only.")


def _of_account(account: Account) -> dict[str, Any]:
    names = (
        "branch", "prepared_by", "handed_by", "power_of_attorney", "activated_by", "blocked_at",
        "claim_id", "closed_at",
    )  # fmt: skip
    return {name: getattr(account, name) for name in names}


def _of_holder(found: Holder | None) -> dict[str, Any]:
    names = (
        "name_matches", "nik_matches", "screening", "screening_reference", "verified_by",
        "verified_at",
    )  # fmt: skip
    return {name: getattr(found, name, None) for name in names}
