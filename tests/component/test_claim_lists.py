"""Lists of claims, one claim whole, the work list, the figures."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.types import WorkerId
from tests.component import decided_claims as decided
from tests.component.claims_office import (
    ANNA,
    BETA,
    CESIL,
    CLERK,
    DEATH_PAPERS,
    DEWI,
    EMIL,
    NOW,
    Case,
    Claims,
    an_heir,
    claims,
    refusal,
)
from tests.component.decided_claims import WHOLE, Line

__all__ = ["claims"]
ELSEWHERE = WorkerId(UUID(int=77))
KUPANG, OTHER = "53.71", "53.01"


def at(day: int, hour: int = 1, month: int = 10) -> datetime:
    """An instant in the morning of Kupang."""
    return datetime(2025, month, day, hour, tzinfo=UTC)


async def found(claims: Claims, path: str, **who: str) -> dict[str, Any]:
    """The answer to a reader."""
    answer = await claims.get(path, **who)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_list_holds_the_callers_area_filtered_and_page_by_page(claims: Claims) -> None:
    await claims.member(ELSEWHERE, village_code="53.01.01.2001")
    filed: list[Case] = []
    for place, worker_id in enumerate((ANNA, BETA, CESIL)):
        claims.service.clock.set(NOW + timedelta(days=place))
        filed.append(await claims.file(worker_id))
    claims.service.clock.set(NOW + timedelta(days=3))
    accident = await claims.file_accident(DEWI)
    claims.service.clock.set(NOW + timedelta(days=4))
    other = await claims.file(ELSEWHERE)
    everything = [case.claim_id for case in (*filed, accident, other)]

    async def ids(path: str, area: str = "53") -> list[str]:
        listed = await found(claims, path, area=area)
        return [each["claim_id"] for each in listed["claims"]]

    assert await ids("/claims") == everything
    assert await ids("/claims", area=KUPANG) == everything[:4]
    assert await ids(f"/claims?area={OTHER}") == [other.claim_id]
    assert await ids("/claims?kind=work-accident") == [accident.claim_id]
    assert await ids("/claims?state=returned") == []
    assert await ids("/claims?from=2025-10-23&to=2025-10-23") == [filed[1].claim_id]
    assert refusal(await claims.get(f"/claims?area={OTHER}", area=KUPANG)) == (403, "outside-area")
    walked, path = [], "/claims?limit=2"
    while path:
        page = await found(claims, path)
        walked += [each["claim_id"] for each in page["claims"]]
        following = page["next_after"]
        path = f"/claims?limit=2&after={following}" if following else ""
    assert walked == everything
    assert (await claims.get("/claims", "bank")).status_code == 403


async def test_a_sheet_has_every_claim_and_nobody(claims: Claims) -> None:
    heir = an_heir(name="Marselina Ndun")
    case = await claims.file(heirs=[heir])
    await claims.papers(case.claim_id)
    claims.service.clock.set(NOW + timedelta(hours=1))
    await claims.file(BETA)
    answer = await claims.get("/claims/sheet?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert (len(rows), rows[0]["number"]) == (2, case.number)
    assert (rows[0]["due_on"], rows[0]["next_step"], rows[1]["due_on"]) == (
        "2025-10-27", "verify", "",
    )  # fmt: skip
    assert "Marselina" not in answer.text
    assert heir["nik"] not in answer.text
    workbook = await claims.get("/claims/sheet?format=xlsx")
    assert workbook.content.startswith(b"PK")


async def test_a_claim_shows_its_history_papers_and_clock_but_nobodys_name(
    claims: Claims,
) -> None:
    heirs = [an_heir(name="Marselina Ndun"), an_heir(name="Petrus Ndun")]
    case = await claims.file(family={"1": 2}, heirs=heirs)
    first = await claims.standing(case.claim_id)
    assert first["documents_missing"] == list(DEATH_PAPERS)
    assert (first["term"], first["next_step"], first["next_by"]) == (
        None, "collect-papers", "branch",
    )  # fmt: skip
    await claims.paper(case.claim_id, "village-death-letter")
    await claims.papers(case.claim_id, DEATH_PAPERS[1:])
    opened = await claims.standing(case.claim_id)
    assert opened["term"]["due_on"] == "2025-10-27"  # the letter of the village starts the clock
    assert opened["documents_missing_to_pay"] == ["death-certificate"]
    claims.service.clock.set(at(24))
    await claims.papers(case.claim_id, DEATH_PAPERS[:1])
    whole = await claims.standing(case.claim_id)
    assert whole["documents_missing"] == []
    assert whole["term"] == {
        "complete_at": "2025-10-22T01:00:00Z", "due_on": "2025-10-27", "days_left": 1,
        "days_late": 0, "is_paused": False, "kept": None, "warns": True,
    }  # fmt: skip
    assert {heir["party_id"] for heir in whole["heirs"]} == set(case.party_ids)
    assert [step["step"] for step in whole["steps"]] == ["filed"]
    assert (whole["number"], whole["village_code"]) == (case.number, "53.71.04.1001")
    text = (await claims.get(f"/claims/{case.claim_id}", "branch")).text
    for heir in heirs:
        assert heir["name"] not in text
        assert heir["nik"] not in text
        assert heir["account"]["account_number"] not in text
    outside = await claims.get(f"/claims/{case.claim_id}", area=OTHER)
    assert refusal(outside) == (403, "outside-area")
    unknown = await claims.get(f"/claims/{UUID(int=9)}")
    assert refusal(unknown) == (404, "claim-unknown")


async def test_a_partly_paid_claim_is_seen_as_such_and_counted_right(claims: Claims) -> None:
    case = await claims.file()
    await claims.papers(case.claim_id)
    await decided.verify(claims, case)
    _, periodic, funeral = await decided.approve(
        claims, case, [Line(benefit, amount, case.party_id) for benefit, amount in WHOLE]
    )
    await claims.service.hear(
        decided.settled(claims, case, funeral), decided.failed(claims, case, periodic)
    )
    standing = await claims.standing(case.claim_id)
    assert {line["benefit"]: (line["state"], line["failure"]) for line in standing["lines"]} == {
        "funeral": ("settled", None),
        "periodic": ("failed", "4031818 Inactive account"),
        "lump-sum": ("on-the-way", None),
    }
    assert (standing["paid_so_far"], standing["is_partly_paid"]) == (10_000_000, True)
    assert standing["in_words"][0] == "Peserta terlindungi sejak 3 Juli 2025."
    (work,) = (await found(claims, "/work-list"))["claims"]
    assert (work["step"], work["by"]) == ("correct-payee", "approver")
    assert [line["failure"] for line in work["failed"]] == ["4031818 Inactive account"]
    figures = await found(claims, "/figures?area=53")
    assert (figures["partly_paid"], figures["amount_partly_paid"]) == (1, 10_000_000)
    assert (figures["paid"], figures["amount_paid"], figures["by_benefit"]) == (0, 0, {})


async def test_a_late_claim_and_its_compensation_are_in_the_figures(claims: Claims) -> None:
    case = await claims.file()
    await claims.papers(case.claim_id)
    await decided.verify(claims, case)
    lines = await decided.approve(
        claims, case, [Line(benefit, amount, case.party_id) for benefit, amount in WHOLE]
    )
    claims.service.clock.set(at(29))
    late = await found(claims, "/work-list")
    assert (late["late"], late["warned"], late["claims"][0]["term"]["days_late"]) == (1, 1, 2)
    for line in lines:
        await claims.service.hear(decided.settled(claims, case, line))
    standing = await claims.standing(case.claim_id)
    assert (standing["state"], standing["term"]["kept"]) == ("paid", False)
    assert standing["term"]["days_late"] == 2
    (owed,) = (line for line in standing["lines"] if line["origin"] == "compensation")
    assert (owed["amount"], owed["state"]) == (840_000, "on-the-way")
    figures = await found(claims, "/figures?area=53.71")
    assert figures == {
        "area": "53.71", "claims_filed": 1, "verified": 1, "approved": 1, "rejected": 0,
        "paid": 1, "paid_full": 1, "partly_paid": 0, "late": 1, "amount_paid": 42_000_000,
        "amount_partly_paid": 0, "compensation": 840_000, "by_benefit": dict(WHOLE),
    }  # fmt: skip
    assert (await found(claims, "/figures?area=53.01"))["claims_filed"] == 0
    assert (await claims.service.replay()).same


async def test_what_is_held_for_arrears_makes_nobody_late(claims: Claims) -> None:
    case = await claims.file()
    await claims.papers(case.claim_id)
    await decided.verify(claims, case)
    funeral, _ = await decided.approve(
        claims,
        case,
        [Line("funeral", 10_000_000, case.party_id),
         Line("lump-sum", 20_000_000, case.party_id, is_held=True)],
    )  # fmt: skip
    await claims.service.hear(decided.settled(claims, case, funeral))
    claims.service.clock.set(at(1, month=12))
    standing = await claims.standing(case.claim_id)
    assert {line["benefit"]: line["state"] for line in standing["lines"]} == {
        "funeral": "settled", "lump-sum": "held",
    }  # fmt: skip
    assert (standing["term"]["kept"], standing["term"]["days_late"]) == (True, 0)
    assert (standing["next_step"], standing["next_by"]) == ("await-arrears", "funder")
    assert standing["is_partly_paid"]


async def test_the_work_list_begins_with_what_is_late_and_says_whose_turn_it_is(
    claims: Claims,
) -> None:
    late, soon, returned, rejected, waiting = [
        await claims.file(worker_id) for worker_id in (ANNA, BETA, CESIL, EMIL)
    ] + [await claims.file_accident(DEWI)]
    await claims.papers(late.claim_id)
    await decided.verify(claims, late)
    claims.service.clock.set(at(27))
    await claims.papers(soon.claim_id)
    body = {"missing": ["heir-certificate"], "note": "no stamp"}
    answer = await claims.post(f"/claims/{returned.claim_id}/return", body, CLERK)
    assert answer.status_code == 200, answer.text
    await decided.verify(claims, rejected, EMIL)
    await decided.reject(claims, rejected, EMIL)
    claims.service.clock.set(at(29))
    listed = await found(claims, "/work-list")
    assert [
        (each["claim_id"], each["step"], each["by"], each["warns"])
        for each in (work | {"warns": bool((work["term"] or {}).get("warns"))}
                     for work in listed["claims"])
    ] == [
        (late.claim_id, "approve", "approver", True),
        (soon.claim_id, "verify", "branch", True),
        (waiting.claim_id, "collect-papers", "branch", False),
        (returned.claim_id, "await-papers", "family", False),
    ]  # fmt: skip
    assert (listed["open"], listed["late"], listed["warned"]) == (4, 1, 2)
    assert listed["claims"][2]["notice_due_on"] == "2025-10-31"  # seven working days
    mine = await found(claims, "/work-list?by=approver")
    assert [each["claim_id"] for each in mine["claims"]] == [late.claim_id]
    assert (await found(claims, "/work-list", area=OTHER))["claims"] == []


async def test_a_work_accident_stands_still_while_the_family_has_the_file(claims: Claims) -> None:
    case = await claims.file_accident()
    await claims.papers(case.claim_id, ("member-card", "member-ktp", "medical-certificate"))
    running = (await claims.standing(case.claim_id))["term"]
    assert (running["due_on"], running["days_left"]) == ("2025-10-31", 7)
    claims.service.clock.set(at(24))
    body = {"missing": ["other"], "note": "the card is not readable"}
    answer = await claims.post(f"/claims/{case.claim_id}/return", body, CLERK)
    assert answer.status_code == 200, answer.text
    claims.service.clock.set(at(10, month=11))
    away = (await claims.standing(case.claim_id))["term"]
    assert (away["is_paused"], away["days_left"], away["days_late"]) == (True, 5, 0)
    answer = await claims.post(f"/claims/{case.claim_id}/resubmission", {}, CLERK)
    assert answer.status_code == 200, answer.text
    back = (await claims.standing(case.claim_id))["term"]
    assert (back["is_paused"], back["due_on"]) == (False, "2025-11-17")
