"""Compare who appears at the counter with the record, and screen; nothing is changed by it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.key_service import KeysUnavailable
from chassis.state.unit import Units
from chassis.web.access import Caller
from contracts.refusal import Refused
from contracts.sealed import Sealed
from services.banking.adapters import Tools
from services.banking.adapters.holders import HolderIdentity
from services.banking.adapters.member_identities import RecordUnreadable
from services.banking.adapters.screening import ScreeningUnavailable
from services.banking.operations.account_states import account_to_read
from services.banking.queries import holders as queries
from services.banking.rules import kyc as rules
from services.banking.rules.kyc import Compared, Names
from services.banking.rules.passbooks import Passbook

REASON = "name and NIK are compared at the counter by {officer}"


class KeysNotGiven(Refused):
    """Who registered the person does not answer, so nothing can be compared."""

    slug, status, retryable = "holder-keys-unavailable", 503, True


class RecordMissing(Refused):
    """There is no record that could be read: it was erased, or the bank was not told it."""

    slug, status, retryable = "record-unreadable", 409, False


class ScreeningNotAnswered(Refused):
    """The list of persons with whom a bank may not deal does not answer."""

    slug, status, retryable = "screening-unavailable", 503, True


@dataclass(frozen=True, repr=False)
class Shown:
    """Who appeared, as the papers say."""

    name: str
    nik: str
    born_on: date | None = None


@dataclass(frozen=True, repr=False)
class Seen:
    """Who appeared, and what the comparison came to."""

    identity: HolderIdentity
    compared: Compared


@dataclass(frozen=True)
class Counter:
    """One process's way to the record and to the list, outside any transaction."""

    units: Units
    tools: Tools

    async def look(
        self, account_id: UUID, shown: Shown, *, by: Caller, check: Callable[[Passbook], None]
    ) -> Seen:
        """Compare and screen; nothing is changed. `check` refuses before anybody is asked.

        Raises: AccountUnknown, OutsideArea, KeysNotGiven, RecordMissing, ScreeningNotAnswered.
        """
        async with self.units.reading(area=by.area) as session:
            account = await account_to_read(session, account_id, by=by)
            check(queries.passbook_of(account))
            record = await queries.registered(session, account)
        registered = await self._registered(record, by=by)
        try:
            screened = await self.tools.screening.screen(shown.name, shown.born_on)
        except ScreeningUnavailable as error:
            raise ScreeningNotAnswered(f"Nothing was changed, {error}: try again later.") from None
        compared = rules.compare(
            Names(shown.name, shown.nik),
            Names(registered.name, registered.nik),
            screening=screened.result,
            reference=screened.reference,
        )
        return Seen(HolderIdentity(name=shown.name, nik=shown.nik), compared)

    async def _registered(self, record: Sealed | None, *, by: Caller) -> HolderIdentity:
        if record is None:
            raise RecordMissing("The bank was not told who this is: rebuild its copies first.")
        reason = REASON.format(officer=by.name)
        try:
            return await self.tools.identities.registered(record, reason=reason)
        except KeysUnavailable as error:
            raise KeysNotGiven(f"Nothing was changed, {error}: try again later.") from None
        except RecordUnreadable as error:
            raise RecordMissing(f"Who this is cannot be read: {error}.") from None
