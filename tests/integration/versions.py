"""The next version of two services, made of the tree by a few edits: what a release would change.

Banking: `AccountOpened` names the branch (a field with a default), `AccountNoted` is new,
`AccountOpened` gets a second major version beside the first, and `accounts` a column that is
filled from the events, the old ones included. Enrollment: a copy of all that, in a new table.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.integration.installation import ROOT


class Edit(NamedTuple):
    """Text in the place of another that the file has once; where nothing was, the file is new."""

    file: str
    old: str
    new: str


def behind(file: str, place: str, text: str) -> Edit:
    """An edit that adds."""
    return Edit(file, place, place + text)


_IMPORTED = "    AccountOpened,\n"
CONTRACTS = (
    behind(
        "contracts/banking/accounts.py",
        '    """Where the holder lived when it was opened; of an heir, where the member did."""\n',
        '''    branch_code: str | None = None
    """The branch that keeps it."""


class AccountOpenedV2(Event):
    """As the first version, with the product always named."""

    type: ClassVar[str] = "banking.account-opened.v2"
    key_field: ClassVar[str] = "holder_id"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    holder_id: UUID
    holder: HolderKind
    account_id: AccountId
    product: Product
    branch_code: str | None
    beside: Literal["banking.account-opened.v1"] | None = "banking.account-opened.v1"


class AccountNoted(Event):
    """Something was noted about an account."""

    type: ClassVar[str] = "banking.account-noted.v1"
    key_field: ClassVar[str] = "holder_id"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    holder_id: UUID
    account_id: AccountId
    note: Line
''',
    ),
    behind("contracts/banking/__init__.py", _IMPORTED, "    AccountNoted,\n    AccountOpenedV2,\n"),
)
BANKING = (
    behind(
        "services/banking/models/accounts.py",
        "    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)\n",
        "    branch_code: str | None = None\n",
    ),
    Edit(
        "services/banking/migrations/versions/0004_branches.py",
        "",
        '''"""The branch that keeps an account."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add it, to be filled from the events."""
    op.add_column("accounts", sa.Column("branch_code", sa.String(), nullable=True))
''',
    ),
    behind(
        "services/banking/projections/accounts.py",
        '                "village_code": e.village_code,\n',
        '                "branch_code": e.branch_code or (e.village_code or "")[:5],\n',
    ),
    behind(
        "services/banking/projections/accounts.py",
        _IMPORTED,
        "    AccountNoted,\n    AccountOpenedV2,\n",
    ),
    behind(
        "services/banking/projections/accounts.py",
        "projections.changes_nothing(PapersSeen, SubjectKeyRead)\n",
        "projections.changes_nothing(AccountNoted, AccountOpenedV2)\n",
    ),
    behind(
        "services/banking/rules/accounts.py",
        '        holder="member",\n',
        '        branch_code=(village_code or "")[:8] or None,\n',
    ),
    behind(
        "services/banking/rules/accounts.py", _IMPORTED, "    AccountNoted,\n    AccountOpenedV2,\n"
    ),
    behind(
        "services/banking/rules/accounts.py",
        "    account_id: AccountId\n\n\n",
        '''def beside(opened: AccountOpened, *, now: datetime) -> tuple[object, object]:
    """The same as the second version, and a note."""
    account = {"holder_id": opened.holder_id, "account_id": opened.account_id}
    second = AccountOpenedV2(
        **opened.cause.stamp("second version", at=now), **account,
        holder=opened.holder, product=opened.product, branch_code=opened.branch_code,
    )
    return second, AccountNoted(**opened.cause.stamp("note", at=now), **account, note="opened")


''',
    ),
    Edit(
        "services/banking/operations/accounts.py",
        "unit.record([rules.member_account(each, give, now=unit.now) for each in fresh])\n",
        """unit.record(
            opened := [rules.member_account(each, give, now=unit.now) for each in fresh]
        )
        accounts = [each for each in opened if hasattr(each, "account_id")]
        await unit.record(event for each in accounts for event in rules.beside(each, now=unit.now))
""",
    ),
)
ENROLLMENT = (
    Edit(
        "services/enrollment/models/bank_accounts.py",
        "",
        '''"""Replica: accounts at the bank, as banking recorded them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from services.enrollment.models.base import INSTANT, Table


class BankAccount(Table, table=True):
    """An account of a member or heir."""

    __tablename__ = "bank_accounts"

    holder_id: UUID = Field(primary_key=True)
    account_id: UUID
    branch_code: str | None = None
    product: str | None = None
    noted_at: datetime | None = Field(default=None, sa_type=INSTANT)
''',
    ),
    behind(
        "services/enrollment/models/__init__.py",
        "from services.enrollment.models.base import Operational, Table\n",
        "from services.enrollment.models.bank_accounts import BankAccount as BankAccount\n",
    ),
    Edit(
        "services/enrollment/migrations/versions/0004_bank_accounts.py",
        "",
        '''"""Copies of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make their table, to be filled from the events."""
    op.create_table(
        "bank_accounts",
        sa.Column("holder_id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("branch_code", sa.String()),
        sa.Column("product", sa.String()),
        sa.Column("noted_at", sa.DateTime(timezone=True)),
    )
''',
    ),
    Edit(
        "services/enrollment/projections/bank_accounts.py",
        "",
        '''"""Replica: accounts at the bank, as banking recorded them."""

from chassis.state.tables import put_rows, update_rows
from contracts.banking import AccountNoted, AccountOpened, AccountOpenedV2
from services.enrollment.models import BankAccount
from services.enrollment.projections.registered import replicas

KEY = ("holder_id",)


@replicas.applies(AccountOpened)
async def opened(session, events):
    """An account, from whatever version of banking."""
    await put_rows(session, BankAccount, [_row(e) for e in events], keys=KEY)


@replicas.applies(AccountOpenedV2)
async def opened_v2(session, events):
    """The same account, with its product."""
    rows = [_row(e) | {"product": e.product} for e in events]
    await put_rows(session, BankAccount, rows, keys=KEY)


@replicas.applies(AccountNoted)
async def noted(session, events):
    """A note."""
    rows = [{"holder_id": e.holder_id, "noted_at": e.occurred_at} for e in events]
    await update_rows(session, BankAccount, rows, keys=KEY)


def _row(e):
    return {"holder_id": e.holder_id, "account_id": e.account_id, "branch_code": e.branch_code}
''',
    ),
    behind(
        "services/enrollment/projections/__init__.py",
        "from services.enrollment.projections import (\n",
        "    bank_accounts as bank_accounts,\n",
    ),
    behind(
        "services/enrollment/consumers.py",
        "handlers = Handlers(replicas)\n",
        """

@handlers.on(AccountOpenedV2)
async def on_account_opened_v2(unit: Unit, opened: Sequence[AccountOpenedV2]) -> None:
    await members.link_accounts(unit, opened)
""",
    ),
    behind(
        "services/enrollment/consumers.py",
        "from contracts.banking import AccountOpened, InvoicePaid\n",
        "from contracts.banking import AccountOpenedV2\n",
    ),
)
NEXT = {"banking": (*CONTRACTS, *BANKING), "enrollment": (*CONTRACTS, *ENROLLMENT)}


def next_version(service: str, folder: Path) -> Path:
    """The folder of the next version: the contracts, the chassis and this service, no other."""
    code = folder / f"{service}-next"
    for part in ("contracts", "chassis", f"services/{service}"):
        shutil.copytree(ROOT / part, code / part)
    shutil.copy(ROOT / "services" / "__init__.py", code / "services")
    _edit(code, NEXT[service])
    return code


def _edit(code: Path, edits: Sequence[Edit]) -> None:
    for edit in edits:
        file = code / edit.file
        before = file.read_text() if edit.old else ""
        assert before.count(edit.old) == 1, f"{edit.file} has not once: {edit.old}"
        file.write_text(before.replace(edit.old, edit.new))
