"""The rules of enrollment: who may be a member, what the money carries, when a month is due."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.claims import ClaimVerified
from contracts.enrollment import ContributionBilled, InvoiceIssued, Quota
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, ProgrammeId, WorkerId
from services.enrollment.rules import members, programmes
from services.enrollment.rules.applicants import Applicant, Intake, RowRefused, applicant
from services.enrollment.rules.members import BillingTerms, Cover, Month
from services.enrollment.rules.months import due_on, local_day, month_of, months_between
from services.enrollment.rules.programmes import Capacity, ProgrammeTerms, Reservation
from tests.rosters import REGION, VILLAGE, row

TODAY = date(2025, 7, 7)
NOW = datetime(2025, 7, 7, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
PROGRAMME = ProgrammeId(UUID(int=3))
WORKERS = [WorkerId(UUID(int=number)) for number in range(10, 15)]
VILLAGES = frozenset({VILLAGE, "53.13.01.2001"})


def decided(today: date = TODAY, /, **changed: str) -> Applicant | RowRefused:
    return applicant(row(1, **changed), villages=VILLAGES, region_code=REGION, today=today)


def refusal(today: date = TODAY, /, **changed: str) -> tuple[str, str]:
    answer = decided(today, **changed)
    assert isinstance(answer, RowRefused), answer
    assert answer.reason
    assert row(1, **changed)["nama"] not in answer.reason
    return answer.field, answer.slug


def accepted(today: date = TODAY, /, **changed: str) -> Applicant:
    answer = decided(today, **changed)
    assert isinstance(answer, Applicant), answer
    return answer


def test_a_good_row_is_a_person() -> None:
    who = accepted(kk="tidak", jenis_kelamin="l")
    assert who.person.nik == row(1)["nik"]
    assert (who.person.born_on, who.person.sex) == (date(1985, 3, 15), "L")
    assert (who.village_code, who.has_ktp, who.has_kk) == (VILLAGE, True, False)


@pytest.mark.parametrize(
    "nik",
    ["5371041503850001", "5371045503850001", "5371043112850001", "5371047101850001",
     "9999990101000000", " 5371041503850001 "],
)  # fmt: skip
def test_a_nik_is_16_digits_with_a_date_of_a_man_or_woman(nik: str) -> None:
    assert accepted(nik=nik).person.nik == nik.strip()


@pytest.mark.parametrize(
    "nik",
    ["537104150385000", "53710415038500011", "537104150385000x", "5371 0415 0385 0001",
     "5371040003850001", "5371043203850001", "5371044003850001", "5371047203850001",
     "5371041500850001", "5371041513850001", "\u0665371041503850001", "-371041503850001"],
)  # fmt: skip
def test_a_nik_of_another_shape_is_refused(nik: str) -> None:
    assert refusal(nik=nik) == ("nik", "nik-malformed")
    assert refusal(no_kk=nik) == ("no_kk", "field-malformed")


@pytest.mark.parametrize("nik", ["5.37104E+15", "5,37104E+15", "5E15", "5.371041503e+15"])
def test_a_nik_that_a_spreadsheet_rounded_says_so(nik: str) -> None:
    assert refusal(nik=nik) == ("nik", "nik-in-scientific-notation")


@pytest.mark.parametrize(
    ("born_on", "verdict"),
    [
        (date(1960, 7, 7), "too-old"),
        (date(1960, 7, 8), None),
        (date(2008, 7, 7), None),
        (date(2008, 7, 8), "too-young"),
        (date(2030, 1, 1), "too-young"),
        (date(1900, 1, 1), "too-old"),
    ],
)
def test_members_are_17_and_not_yet_65_on_the_day(born_on: date, verdict: str | None) -> None:
    answer = decided(tanggal_lahir=born_on.isoformat())
    assert (answer.slug if isinstance(answer, RowRefused) else None) == verdict


def test_a_birthday_on_the_29th_of_february_comes_on_the_1st_of_march() -> None:
    born = "2008-02-29"
    assert refusal(date(2025, 2, 28), tanggal_lahir=born) == ("tanggal_lahir", "too-young")
    assert accepted(date(2025, 3, 1), tanggal_lahir=born)


@pytest.mark.parametrize("written", ["1985-03-15", "15-03-1985", "15/03/1985"])
def test_dates_are_written_in_three_ways(written: str) -> None:
    assert accepted(tanggal_lahir=written).person.born_on == date(1985, 3, 15)


@pytest.mark.parametrize(
    "written",
    ["15.03.1985", "1985/03/15", "15-03/1985", "15 March 1985", "31121", "1985-13-01",
     "30-02-1985", "29/02/1985", "85-03-15", "1985-3-15", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_date_is_refused(written: str) -> None:
    assert refusal(tanggal_lahir=written) == ("tanggal_lahir", "date-malformed")


@pytest.mark.parametrize("name", [name for name in row(1) if name != "no_hp"])
def test_every_field_but_the_phone_is_needed(name: str) -> None:
    assert refusal(**{name: "  "}) == (name, "field-missing")


@pytest.mark.parametrize(
    ("field", "written"),
    [("jenis_kelamin", "LP"), ("jenis_kelamin", "perempuan"), ("ktp", "y"), ("kk", "ada")],
)
def test_a_choice_is_one_of_the_words(field: str, written: str) -> None:
    assert refusal(**{field: written}) == (field, "field-malformed")


def test_a_village_exists_and_lies_in_the_region_of_the_roster() -> None:
    assert accepted(kode_wilayah="5371041001").village_code == VILLAGE
    for village in ("53.71.04.1012", "53.13.01.2001", "53.71", "x", "53.71.04.1001.1"):
        assert refusal(kode_wilayah=village) == ("kode_wilayah", "village-unknown")


def capacity(**changed: Any) -> Capacity:
    fields: dict[str, Any] = {
        "first_month": "2025-07",
        "last_month": "2025-12",
        "places": 9,
        "money": 10**9,
    }
    return Capacity(**(fields | changed))


def test_the_99207th_membership_of_a_year_does_not_fit_into_20_billion() -> None:
    left = capacity(first_month="2025-01", last_month="2025-12", places=100_000, money=20 * 10**9)
    taken = sum(isinstance(left.reserve(this_month="2025-01"), Reservation) for _ in range(99_206))
    assert taken == 99_206
    assert left.reserve(this_month="2025-01") == "budget-exhausted"
    assert (left.places, left.money) == (794, 70_400)


def test_a_place_costs_the_months_from_this_one_on() -> None:
    assert capacity().reserve(this_month="2025-03") == Reservation("2025-07", "2025-12", 100_800)
    assert capacity().reserve(this_month="2025-11") == Reservation("2025-11", "2025-12", 33_600)


def test_the_last_place_and_the_last_rupiah_are_given_and_no_more() -> None:
    left = capacity(places=1, money=100_800)
    assert isinstance(left.reserve(this_month="2025-07"), Reservation)
    assert left.reserve(this_month="2025-07") == "quota-exhausted"
    assert capacity(money=100_799).reserve(this_month="2025-07") == "budget-exhausted"
    assert capacity().reserve(this_month="2026-01") == "programme-over"
    assert capacity(places=0).reserve(this_month="2025-07") == "quota-exhausted"
    assert capacity(places=-1).reserve(this_month="2025-07") == "quota-exhausted"


def intake(**changed: Any) -> Intake:
    fields: dict[str, Any] = {
        "capacity": capacity(),
        "members": {b"member"},
        "in_file": {b"earlier"},
        "this_month": "2025-07",
    }
    return Intake(**(fields | changed))


def test_one_person_has_one_place() -> None:
    rows = intake()
    assert isinstance(rows.decide(b"new"), Reservation)
    slugs = [rows.decide(hashed)[1] for hashed in (b"new", b"earlier", b"member")]
    assert slugs == ["nik-twice-in-file", "nik-twice-in-file", "already-member"]
    assert rows.capacity.places == 8


@pytest.mark.parametrize(
    ("left", "slug"),
    [
        ({"places": 0}, "quota-exhausted"),
        ({"money": 16_799}, "budget-exhausted"),
        ({"last_month": "2025-06"}, "programme-over"),
    ],
)
def test_a_full_programme_refuses_the_row(left: dict[str, Any], slug: str) -> None:
    verdict = intake(capacity=capacity(**left)).decide(b"new")
    assert isinstance(verdict, RowRefused)
    assert (verdict.field, verdict.slug) == ("nik", slug)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2025-07", date(2025, 7, 15)),  # a Tuesday
        ("2025-11", date(2025, 11, 17)),  # the 15th is a Saturday
        ("2025-06", date(2025, 6, 16)),  # a Sunday
        ("2024-09", date(2024, 9, 17)),  # a Sunday, then the Prophet's birthday
        ("2026-08", date(2026, 8, 18)),  # a Saturday, then Independence Day
    ],
)
def test_a_month_is_due_on_its_15th_or_the_next_working_day(month: str, due: date) -> None:
    assert due_on(month) == due


def test_months_and_days_are_those_of_kupang() -> None:
    last_second = datetime(2025, 7, 31, 15, 59, 59, tzinfo=UTC)
    assert month_of(local_day(last_second)) == "2025-07"
    assert month_of(local_day(last_second + timedelta(seconds=1))) == "2025-08"
    assert months_between("2025-07", "2025-12") == 6
    assert months_between("2025-11", "2026-02") == 4
    assert months_between("2025-07", "2025-06") == 0


TERMS = BillingTerms(PROGRAMME, "2025-07", "2025-12", 16_800)


def billed(month: str = "2025-07", now: datetime = NOW, workers: int = 3) -> list[Any]:
    return list(members.bill(TERMS, month, "53.71.04", WORKERS[:workers], cause=CAUSE, now=now))


def test_a_month_is_a_line_a_member_and_an_invoice_over_all() -> None:
    *lines, invoice = billed()
    assert {type(line) for line in lines} == {ContributionBilled}
    assert [line.worker_id for line in lines] == WORKERS[:3]
    assert isinstance(invoice, InvoiceIssued)
    assert (invoice.heads, invoice.amount) == (3, 50_400)
    assert {line.invoice_id for line in lines} == {invoice.invoice_id}
    assert billed() == billed()


def test_nobody_to_bill_is_no_invoice() -> None:
    assert billed(workers=0) == []


@pytest.mark.parametrize("month", ["2025-06", "2026-01"])
def test_the_programme_pays_its_own_months_only(month: str) -> None:
    with pytest.raises(members.MonthOutsideProgramme):
        billed(month, now=datetime(2026, 2, 1, tzinfo=UTC))


def test_a_month_is_billed_from_its_first_day_in_kupang() -> None:
    midnight = datetime(2025, 7, 31, 16, tzinfo=UTC)
    assert billed("2025-08", now=midnight)
    with pytest.raises(members.MonthNotBegun):
        billed("2025-08", now=midnight - timedelta(seconds=1))


def test_numbers_follow_the_highest_one() -> None:
    months = [Month(worker, PROGRAMME, "2025-07", 16_800) for worker in WORKERS]
    activated: list[Any] = list(
        members.activate(months, kpj_last=25_000_000_009, cause=CAUSE, now=NOW)
    )
    assert [each.kpj for each in activated] == [str(25_000_000_010 + n) for n in range(5)]
    assert {each.covered_from for each in activated} == {NOW}


def test_a_death_frees_what_was_not_billed() -> None:
    verified = ClaimVerified(
        **CAUSE.stamp("verify", at=NOW),
        claim_id=ClaimId(UUID(int=9)), worker_id=WORKERS[0], died_on=TODAY,
        verified_by="an officer",
    )  # fmt: skip
    cover = Cover(WORKERS[0], PROGRAMME, "53.71.04", reserved=100_800, billed=33_600)
    ended = members.end_for_death(verified, cover, now=NOW)
    assert (ended.released, ended.ended_on, ended.region_code) == (67_200, TODAY, "53.71")
    assert ended.causation_id == verified.event_id


def terms(**changed: Any) -> ProgrammeTerms:
    fields: dict[str, Any] = {
        "name": "a", "province_code": "53", "funder": "b", "legal_basis": "c",
        "first_month": "2025-07", "last_month": "2025-12", "ceiling": 1,
        "quotas": (Quota(region_code="53.71", heads=2),),
    }  # fmt: skip
    return ProgrammeTerms(**(fields | changed))


def test_a_programme_ends_after_it_begins() -> None:
    opened = programmes.open_programme(
        terms(last_month="2025-07"), cause=CAUSE, officer="an officer", now=NOW
    )
    assert opened.programme_id == derived_id(CAUSE.cause_id, "programme")
    assert opened.tariff.month == 16_800
    with pytest.raises(programmes.ProgrammeMonthsReversed):
        programmes.open_programme(
            terms(last_month="2025-06"), cause=CAUSE, officer="an officer", now=NOW
        )


@pytest.mark.parametrize(
    ("regions", "slug"),
    [
        (("53.71", "53.13", "53.71"), "quota-named-twice"),
        (("53.71", "51.71"), "quota-outside-province"),
    ],
)
def test_quotas_name_each_kabupaten_of_the_province_once(
    regions: tuple[str, ...], slug: str
) -> None:
    quotas = [Quota(region_code=region, heads=1) for region in regions]
    with pytest.raises(Refused) as refused:
        programmes.check_quotas(quotas, province_code="53")
    assert refused.value.slug == slug


def amended(heads: int, held: dict[str, int]) -> Any:
    return programmes.amend_programme(
        PROGRAMME, [Quota(region_code="53.71", heads=heads)],
        members=held, cause=CAUSE, officer="an officer", now=NOW,
    )  # fmt: skip


def test_a_quota_covers_the_members_there_are() -> None:
    assert amended(5, {"53.71": 5, "53.13": 9}).quotas == (Quota(region_code="53.71", heads=5),)
    with pytest.raises(programmes.QuotaBelowMembers):
        amended(4, {"53.71": 5})
