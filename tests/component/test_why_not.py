"""Why not? Asked over HTTP about people at every point of the way."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import httpx

from chassis.state.unit import EVERYWHERE
from contracts.banking import AccountOpened
from contracts.enrollment import InvoiceIssued, PersonalDataRead, WorkerEnrolled
from contracts.types import AccountId
from services.enrollment.adapters import LOOK_UPS_MAX
from services.enrollment.queries import erasure
from tests.alone import Alone, MakeAlone, key
from tests.component.card_office import CardOffice
from tests.component.enrollment_office import (
    Office,
    command,
    death_verified,
    invoice_paid,
    office,
    said,
)
from tests.rosters import REGION, VILLAGE, Row, nik, row, rows

__all__ = ["office"]
REASON = "asks at the counter"


async def ask(
    office: Office,
    programme: UUID,
    number: int = 1,
    *,
    by: httpx.AsyncClient | None = None,
    **given: Any,
) -> httpx.Response:
    """Ask about the worker of this number."""
    body = {"programme_id": str(programme), "nik": nik(number), "reason": REASON, **given}
    return await (by or office.district).post("/people:why-not", json=body)


async def told(*asked: Any, **how: Any) -> dict[str, Any]:
    answer = await ask(*asked, **how)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def waits(found: dict[str, Any]) -> tuple[str, str, str, str | None]:
    """Standing, the rule that waits, whose turn it is, since when."""
    step = found["waits_for"]
    return found["standing"], step["rule"], step["acts"], step["since"]


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["outcome"] for each in found["rules"]}


async def looked_up(office: Office) -> list[tuple[UUID, str, str, str]]:
    return [
        (each.worker_id, each.what, each.reason, each.role)
        for each in await office.alone.recorded(PersonalDataRead)
    ]


async def worker_of(office: Office) -> UUID:
    return (await office.alone.recorded(WorkerEnrolled))[-1].worker_id


async def test_whoever_was_never_seen_is_judged_by_what_is_given(office: Office) -> None:
    programme = await office.open()
    found = await told(office, programme)
    assert waits(found) == ("never-seen", "proposed", "proposer", None)
    assert (found["worker_id"], found["roster_id"], found["row"]) == (None, None, None)
    judged = outcomes(found)
    assert (judged["nik-malformed"], judged["too-old"], judged["already-member"]) == (
        "passed", "unknown", "passed",
    )  # fmt: skip
    old = await told(office, programme, tanggal_lahir="1950-03-15")
    assert waits(old) == ("never-seen", "too-old", "proposer", None)
    assert "KTP" in old["waits_for"]["bring"]
    whole = await told(office, programme, **row(1))
    assert set(outcomes(whole).values()) == {"passed", "failed", "unknown"}
    assert outcomes(whole)["field-missing"] == "passed"
    bad = await told(office, programme, nik="5,37E+15")
    assert waits(bad)[1] == "nik-in-scientific-notation"
    assert await looked_up(office) == []


async def test_a_full_or_closed_programme_is_told(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": REGION, "heads": 1}])
    await office.enroll(programme, rows(9, 1))
    assert waits(await told(office, programme))[:3] == ("never-seen", "quota-exhausted", "funder")
    elsewhere = await told(office, programme, kode_wilayah="53.13.04.2001", by=office.province)
    assert outcomes(elsewhere)["quota-exhausted"] == "failed"
    unplaced = await told(office, programme, by=office.province)
    assert outcomes(unplaced)["quota-exhausted"] == "unknown"
    path, body = f"/programmes/{programme}/closing", {"reason": "SK 12"}
    assert (await office.province.post(path, json=body, headers=key())).is_success
    assert outcomes(await told(office, programme))["programme-closed"] == "failed"


async def test_a_row_is_followed_from_upload_to_decision(office: Office) -> None:
    programme = await office.open()
    sent: list[Row] = [row(5), row(1), row(2, jenis_kelamin="P"), row(3, tanggal_lahir="x")]
    roster_id = (await office.upload(programme, sent)).json()["roster_id"]
    for number in (1, 2, 3):
        found = await told(office, programme, number)
        assert waits(found) == ("waits-for-check", "checked", "nobody", "2025-07-07")
        assert (found["roster_id"], found["row"]) == (roster_id, 2 + number)
    assert waits(await told(office, programme, 7))[0] == "never-seen"
    office.alone.clock.set(datetime(2025, 7, 9, 17, tzinfo=UTC))  # the 10th in Kupang
    await office.alone.work("rosters")
    for number, sex in ((1, "passed"), (2, "unknown")):
        found = await told(office, programme, number)
        assert waits(found) == ("waits-for-checker", "approved", "checker", "2025-07-10")
        assert outcomes(found)["sex-differs-from-nik"] == sex
    refused = await told(office, programme, 3)
    assert waits(refused) == ("refused", "date-malformed", "proposer", "2025-07-10")
    assert (refused["roster_id"], refused["row"]) == (roster_id, 5)
    await office.approve(roster_id, leave_out=[4])
    taken = await told(office, programme)
    assert waits(taken) == ("being-taken-in", "enrolled", "nobody", "2025-07-10")
    await office.alone.work("rosters")
    left_out = await told(office, programme, 2)
    assert waits(left_out) == ("refused", "left-out-by-checker", "checker", "2025-07-10")
    assert waits(await told(office, programme))[0] == "not-billed"
    steps = {each["rule"]: each for each in (await told(office, programme, 3))["rules"]}
    assert f"daftar {roster_id}, baris 5" in steps["enrolled"]["sentence"]


async def test_a_corrected_cell_is_judged_as_given(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, [row(3, tanggal_lahir="x")])
    corrected = await told(office, programme, 3, tanggal_lahir="1985-03-15")
    assert outcomes(corrected)["date-malformed"] == "passed"
    assert waits(corrected)[:3] == ("refused", "enrolled", "proposer")


async def test_a_rejected_roster_tells_why_it_went_back(office: Office) -> None:
    programme = await office.open()
    sent = [row(1, jenis_kelamin="P")]
    roster_id = (await office.validated(programme, sent))["roster_id"]
    path, body = f"/rosters/{roster_id}/rejection", {"reason": "kirim ulang dengan KTP"}
    await office.checker.post(path, json=body, headers=key())
    found = await told(office, programme)
    assert waits(found) == ("rejected", "approved", "proposer", "2025-07-07")
    assert "kirim ulang dengan KTP" in found["waits_for"]["sentence"]
    again = (await office.validated(programme, sent))["roster_id"]
    assert (await told(office, programme))["roster_id"] == again


async def test_a_member_is_followed_from_bill_to_card_and_account(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, [row(1, kk="tidak")])
    worker = await worker_of(office)
    found = await told(office, programme)
    assert waits(found) == ("not-billed", "billed", "branch", "2025-07-07")
    assert found["worker_id"] == str(worker)
    await office.bill(programme, "2025-07")
    (invoice,) = await office.alone.recorded(InvoiceIssued)
    found = await told(office, programme)
    assert waits(found) == ("not-paid", "paid", "funder", "2025-07-07")
    assert str(invoice.invoice_id) in found["waits_for"]["sentence"]
    office.alone.clock.set(datetime(2025, 7, 16, 1, tzinfo=UTC))
    assert waits(await told(office, programme)) == ("not-paid", "paid", "funder", "2025-07-16")
    head = office.alone.client("village", area=VILLAGE)
    assert waits(await told(office, programme, by=head))[3] == "2025-07-16"
    await office.alone.hear(invoice_paid(invoice))
    found = await told(office, programme)
    assert found["covered"] is True
    assert waits(found) == ("covered", "card-printed", "branch", "2025-07-16")
    opened = AccountOpened(
        **command().stamp("open", at=office.alone.clock.now()),
        holder_id=worker, holder="member", account_id=AccountId(uuid5(worker, "account")),
    )  # fmt: skip
    account = {e["rule"]: e for e in found["rules"]}["account-opened"]
    assert (account["acts"], account["bring"]) == ("bank", "KK")
    await office.alone.hear(opened)
    assert outcomes(await told(office, programme))["account-opened"] == "passed"
    assert set(await looked_up(office)) == {
        (worker, "why not", REASON, role) for role in ("district", "village")
    }
    assert (await office.alone.replay()).same


async def test_a_printed_card_waits_for_the_district_and_a_lost_one_for_the_branch(
    office: Office,
) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    await office.bill_and_pay(programme, "2025-07")
    cards = CardOffice(office, programme)
    (card,) = await cards.printed()
    found = await told(office, programme)
    assert waits(found) == ("covered", "card-delivered", "district", "2025-07-07")
    assert (await cards.deliver(card)).is_success
    assert waits(await told(office, programme))[1:3] == ("account-opened", "bank")
    assert (await cards.lose(card)).is_success
    assert waits(await told(office, programme))[1:3] == ("card-printed", "branch")


async def test_arrears_and_lapse_are_the_funders_turn(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    await office.bill_and_pay(programme, "2025-07")
    office.alone.clock.set(datetime(2025, 9, 17, 1, tzinfo=UTC))
    await office.alone.work("arrears")
    owing = await told(office, programme)
    assert (owing["standing"], owing["covered"]) == ("in-arrears", True)
    assert waits(owing)[1:] == ("not-in-arrears", "funder", "2025-08-16")
    office.alone.clock.set(datetime(2025, 11, 20, 1, tzinfo=UTC))
    await office.alone.work("arrears")
    lapsed = await told(office, programme)
    assert (lapsed["standing"], lapsed["covered"]) == ("lapsed", False)
    assert waits(lapsed)[1:] == ("not-lapsed", "funder", "2025-11-18")


async def test_the_end_of_a_membership_is_told_with_its_reason(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    worker = await worker_of(office)
    await office.alone.hear(death_verified(office.alone, worker, died_on=date(2025, 7, 6)))
    found = await told(office, programme)
    assert waits(found) == ("ended", "not-ended", "branch", "2025-07-06")
    assert "meninggal" in found["waits_for"]["sentence"]
    other = await office.open(name="Another programme")
    dead = await told(office, other)
    assert waits(dead)[:3] == ("dead", "person-dead", "district")


async def test_a_member_of_another_area_is_told_of_without_where(office: Office) -> None:
    quotas = [{"region_code": code, "heads": 9} for code in ("53.71", "53.13")]
    programme = await office.open(quotas=quotas)
    await office.enroll(programme, rows(1, 1))
    worker = await worker_of(office)
    lembata = office.alone.client("district", area="53.13")
    found = await told(office, programme, by=lembata)
    assert waits(found)[:3] == ("elsewhere", "already-member", "nobody")
    assert (found["worker_id"], found["roster_id"]) == (None, None)
    assert str(worker) not in repr(found)
    assert await looked_up(office) == [(worker, "why not", REASON, "district")]


async def test_a_village_sees_its_people_in_rosters_of_the_kabupaten_and_no_others(
    office: Office,
) -> None:
    programme = await office.open()
    sent = [row(1), row(2, kode_wilayah="53.71.04.1008"), row(3, nama="")]
    roster_id = (await office.validated(programme, sent))["roster_id"]
    head = office.alone.client("village", area=VILLAGE)
    assert (await told(office, programme, 1, by=head))["roster_id"] == roster_id
    assert (await told(office, programme, 3, by=head))["standing"] == "refused"
    assert (await told(office, programme, 2, by=head))["standing"] == "never-seen"
    other_programme = await office.open(name="Another")
    assert (await told(office, other_programme, 1))["standing"] == "never-seen"


async def test_an_erased_person_is_never_seen(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, [row(1, jenis_kelamin="P")])
    worker = await worker_of(office)
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        hashes = await erasure.delete_lookups(unit.session, [worker])
        await erasure.delete_findings(unit.session, hashes)
    assert (await told(office, programme))["standing"] == "never-seen"
    assert await looked_up(office) == []


async def test_who_asks_is_counted_named_and_must_say_why(office: Office) -> None:
    programme = await office.open()
    bank = office.alone.client("bank", area="53")
    assert said(await ask(office, programme, by=bank)) == (403, "role-not-allowed")
    assert said(await ask(office, programme, reason="")) == (422, "field-invalid")
    assert said(await ask(office, UUID(int=0))) == (404, "programme-unknown")
    refused = await ask(office, programme, umur="4")
    assert said(refused) == (422, "field-unknown")
    assert nik(1) not in refused.text
    curious = office.alone.client("admin", area="53", name="curious")
    for _ in range(2 * LOOK_UPS_MAX):  # a minute may turn while we ask
        if said(await ask(office, programme, by=curious)) == (429, "too-many-requests"):
            return
    raise AssertionError("nobody counted")


async def test_without_redis_nobody_is_looked_up(alone: MakeAlone) -> None:
    lonely: Alone = await alone("enrollment", redis_url="redis://127.0.0.1:9/0")
    office = Office(lonely)
    assert said(await ask(office, await office.open())) == (503, "lookups-unavailable")


async def test_the_answer_holds_no_number_of_the_person(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, [row(1), row(2, nama="")])
    for number in (1, 2, 3):
        answer = await ask(office, programme, number)
        assert nik(number) not in answer.text
        assert "Tefa" not in answer.text
