"""Places in programmes and the money reserved for them, decided again."""

from chassis.local_time import local_day
from contracts.enrollment import (
    CoverageEnded,
    CoverageLapsed,
    CoverageRestored,
    MembershipReactivated,
    MembershipRenewed,
    WorkerEnrolled,
)
from contracts.event import Cause
from contracts.types import ProgrammeId
from services.enrollment.rules.months import month_of, months_between
from services.enrollment.rules.places import region_of
from services.enrollment.rules.programmes import Reservation
from services.enrollment.rules.reactivation import Lapsed, Purse, reactivate
from services.enrollment.rules.restoring import promised_to
from services.enrollment.rules.what_if.books import Books, Consequence, FundPurse, Key, Place

Joined = WorkerEnrolled | MembershipRenewed


def enrolled(books: Books, event: WorkerEnrolled) -> WorkerEnrolled | None:
    """A place and the money for its months, as far as the fund carries them."""
    reserved = _take_in(books, event)
    return event.model_copy(update=_told(reserved)) if reserved else None


def renewed(books: Books, event: MembershipRenewed) -> MembershipRenewed | None:
    """The same for somebody who was known. Only who is a member can be carried over; on a roster
    anybody can come again."""
    if event.roster_id is None and (event.worker_id, event.renews) not in books.places:
        _refuse(books, event, "not-a-member")
        return None
    reserved = _take_in(books, event)
    return event.model_copy(update=_told(reserved)) if reserved else None


def lapsed(books: Books, event: CoverageLapsed) -> CoverageLapsed | None:
    """What was not billed is free again."""
    place = books.place(event)
    return None if place is None else event.model_copy(update={"released": place.release()})


def ended(books: Books, event: CoverageEnded) -> CoverageEnded | None:
    """So it is, and the place."""
    place = books.place(event)
    if place is None:
        return None
    place.end_released, place.recorded_released = place.release(), event.released
    place.has_ended = True
    _add_places(place, 1)
    return event.model_copy(update={"released": place.end_released})


def restored(books: Books, event: CoverageRestored) -> CoverageRestored | None:
    """Put aside again what the end gave back, in whole months and as far as there is money; the
    place is given back in any case."""
    place = books.place(event)
    if place is None:
        return None
    place.has_ended = False
    fund, released = place.fund, place.end_released
    month = fund.prices.of(fund.last_month)
    reserved = released if fund.money >= released else max(0, fund.money) // month * month
    place.last_month = promised_to(
        place.last_month, released=released, reserved=reserved, month=month
    )
    fund.money -= reserved
    place.reserved += reserved
    _add_places(place, -1)
    missing = (released - reserved) // month
    recorded = (place.recorded_released - event.reserved) // fund.prices.recorded
    _note_months(books, event, place, recorded - missing)
    return event.model_copy(update={"reserved": reserved})


def reactivated(books: Books, event: MembershipReactivated) -> MembershipReactivated | None:
    """The months to come that the fund carries are promised anew."""
    place = books.place(event)
    if place is None:
        return None
    programme_id, fund = ProgrammeId(event.programme_id), place.fund
    is_own = event.payer == "self"
    purse = (
        Purse("self", place.last_month, month=1, money=0)
        if is_own
        else FundPurse(event.payer, fund.last_month, fund.month, fund.money, fund.prices)
    )
    is_listed = month_of(local_day(event.occurred_at)) in place.billed
    held = Lapsed(event.worker_id, programme_id, place.region_code, place.last_month, is_listed)
    cause = Cause(event.causation_id, event.correlation_id)
    causes: dict[Key, Cause] = {(event.worker_id, event.programme_id): cause}
    (again,) = reactivate([held], {programme_id: purse}, causes=causes, now=event.occurred_at)
    if not is_own:
        fund.money = purse.money
    place.reserved += again.reserved
    place.last_month = again.last_month
    more = months_between(event.last_month, again.last_month) - 1
    fewer = months_between(again.last_month, event.last_month) - 1
    _note_months(books, event, place, more if more > 0 else -fewer)
    return again


def _take_in(books: Books, event: Joined) -> Reservation | None:
    fund, region_code = books.funds[event.programme_id], region_of(event.village_code)
    this_month = month_of(local_day(event.occurred_at))
    found = fund.reserve(region_code=region_code, this_month=this_month)
    if isinstance(found, str):
        _refuse(books, event, found)
        return None
    key = (event.worker_id, event.programme_id)
    books.places[key] = Place(fund, region_code, found.first_month, found.last_month, found.amount)
    return found


def _refuse(books: Books, event: Joined, why: str) -> None:
    region_code = region_of(event.village_code)
    consequence = Consequence(event.programme_id, region_code, event.roster_id, why)
    books.note(consequence, months=months_between(event.first_month, event.last_month))


def _told(reserved: Reservation) -> dict[str, object]:
    return {
        "first_month": reserved.first_month,
        "last_month": reserved.last_month,
        "reserved": reserved.amount,
    }


def _add_places(place: Place, heads: int) -> None:
    places = place.fund.places
    places[place.region_code] = places.get(place.region_code, 0) + heads


def _note_months(
    books: Books, event: CoverageRestored | MembershipReactivated, place: Place, more: int
) -> None:
    if more:
        what = "more-months" if more > 0 else "fewer-months"
        consequence = Consequence(event.programme_id, place.region_code, None, what)
        books.note(consequence, months=abs(more))
