"""Warnings on a real Postgres: each sign found in what is stored, listed, settled, drawn."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.claims import WarningRaised, WarningSettled
from contracts.types import AccountId, ClaimId
from services.claims.operations.warnings import take_payouts, take_withdrawn
from tests.alone import MakeAlone
from tests.component.claims_facts import covered
from tests.component.warned_claims import (
    DIED,
    LUMP_SUM,
    NOW,
    Claims,
    failed,
    mark,
    roster_received,
    settled,
    taken_out,
)

CLEAR = {"outcome": "cleared", "reason": "the family was visited"}


@pytest.fixture
async def claims(alone: MakeAlone) -> Claims:
    service = await alone("claims")
    service.clock.set(NOW)
    return Claims(service)


async def linked(claims: Claims, claim_id: ClaimId) -> set[str]:
    """The claims that the warnings of one name."""
    rows = await claims.service.rows(
        "SELECT linked_claims FROM warnings WHERE claim_id = :claim_id", claim_id=claim_id
    )
    return {each for row in rows for each in row["linked_claims"]}


async def test_a_claim_like_most_has_no_warning(claims: Claims) -> None:
    for number in (1, 2):
        claim_id = await claims.claim(number, by="clerk")
        await claims.heir(number, claim_id, account_mark=mark(f"account {number}"))
        await claims.paper(number, claim_id, "death-certificate")
        await claims.paper(number, claim_id, "village-death-letter")
        assert await claims.look(claim_id) == 0
    assert await claims.service.recorded(WarningRaised) == []


@pytest.mark.parametrize(
    ("sign", "filed"),
    [
        ("death-soon-after-cover", {"died_on": date(2025, 10, 1)}),
        ("cover-after-admission", {"admitted_on": date(2025, 7, 3)}),
        ("death-before-cover", {"died_on": date(2025, 7, 2)}),
        ("months-paid-after-death", {"died_on": date(2025, 9, 30)}),
    ],
)
async def test_signs_in_days_of_the_claim(claims: Claims, sign: str, filed: dict[str, Any]) -> None:
    assert sign in await claims.signs(await claims.claim(1, **filed))
    assert sign not in await claims.signs(await claims.claim(2))


async def test_one_who_files_claim_after_claim_of_members_just_enrolled(claims: Claims) -> None:
    soon: dict[str, Any] = {"by": "agent", "died_on": date(2025, 9, 30)}
    early = [await claims.claim(number, **soon) for number in range(1, 6)]
    late = [await claims.claim(number, by="agent") for number in range(6, 9)]
    sixth = "agent-in-many-claims"
    assert sixth not in await claims.signs(early[-1])
    assert sixth not in await claims.signs(late[-1])
    last = await claims.claim(9, **soon)
    assert sixth in await claims.signs(last)
    assert await linked(claims, last) == {str(each) for each in early}
    assert sixth not in await claims.signs(late[-1])


@pytest.mark.parametrize(
    ("kind", "is_shown"),
    [
        ("village-death-letter", True),
        ("medical-certificate", True),
        ("witness-statement", True),
        ("death-certificate", False),
    ],
)
async def test_one_who_signs_paper_after_paper_but_not_the_registrar(
    claims: Claims, kind: str, *, is_shown: bool
) -> None:
    filed = [await claims.claim(number) for number in range(1, 7)]
    for number, claim_id in enumerate(filed, start=1):
        if number == 6:
            assert await claims.signs(filed[0]) == []
        await claims.paper(number, claim_id, kind, issuer="dr. Anton")
        await claims.paper(number, claim_id, kind, issuer=f"dr. {number}")
    shown = ["issuer-in-many-claims"] if is_shown else []
    assert await claims.signs(filed[-1]) == shown
    assert await linked(claims, filed[-1]) == (
        {str(each) for each in filed[:5]} if shown else set()
    )


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("account-in-many-claims", "account_mark"),
        ("phone-in-many-claims", "phone_mark"),
        ("person-in-many-claims", "person_mark"),
    ],
)
async def test_a_mark_in_a_claim_about_another_member(claims: Claims, sign: str, name: str) -> None:
    shared = {name: mark("one")}
    first, second = await claims.claim(1), await claims.claim(2)
    await claims.heir(1, first, **shared)
    await claims.heir(1, first, **shared)
    assert await claims.signs(first) == []
    await claims.heir(2, second, **shared)
    assert await claims.signs(second) == [sign]
    assert await linked(claims, second) == {str(first)}


async def test_the_fund_and_who_was_struck_link_no_claims(claims: Claims) -> None:
    shared = {name: mark("fund") for name in ("account_mark", "phone_mark", "person_mark")}
    for number in (1, 2):
        claim_id = await claims.claim(number)
        await claims.heir(number, claim_id, role="fund", **shared)
        assert await claims.signs(claim_id) == []


async def test_the_phone_of_who_reported_counts_as_one_of_a_party_does(claims: Claims) -> None:
    first = await claims.claim(1, phone_mark=mark("phone"))
    second = await claims.claim(2, phone_mark=mark("phone"))
    assert await claims.signs(second) == ["phone-in-many-claims"]
    third = await claims.claim(3)
    await claims.heir(3, third, phone_mark=mark("phone"))
    assert await claims.signs(third) == ["phone-in-many-claims"]
    assert await linked(claims, third) == {str(first), str(second)}


async def test_the_same_scan_in_a_claim_about_another_member(claims: Claims) -> None:
    first, second = await claims.claim(1), await claims.claim(2)
    await claims.paper(1, first, "family-card", scan="card")
    await claims.paper(2, second, "heir-ktp", scan="card")
    assert await claims.signs(second) == ["document-used-before"]


async def test_heirs_outside_the_family_card_and_new_accounts(claims: Claims) -> None:
    first, second = await claims.claim(1), await claims.claim(2)
    await claims.heir(1, first, in_family_card=False)
    assert await claims.signs(first) == ["heir-not-in-family-card"]
    await claims.heir(2, second, in_family_card=False, is_account_new=True)
    await claims.paper(2, second, "heir-certificate", issuer="Pengadilan Negeri Kupang")
    assert await claims.signs(second) == ["payee-account-new"]


async def test_an_injury_and_a_death_open_at_once(claims: Claims) -> None:
    hurt: dict[str, Any] = {"kind": "work-accident", "died_on": None, "happened_on": DIED}
    injury = await claims.claim(1, **hurt)
    assert await claims.signs(injury) == []
    death = await claims.claim(1)
    assert await claims.signs(death) == ["injury-and-death-open"]
    assert await claims.signs(injury) == ["injury-and-death-open"]
    assert await linked(claims, injury) == {str(death)}


async def test_who_sent_the_roster_files_the_claim(claims: Claims) -> None:
    await claims.service.hear(roster_received("village head"))
    assert await claims.signs(await claims.claim(1, by="village head")) == ["filed-by-proposer"]
    assert await claims.signs(await claims.claim(2, by="another")) == []


async def test_a_finding_is_raised_once_and_cleared_ones_do_not_count(claims: Claims) -> None:
    first, second = await claims.claim(1), await claims.claim(2)
    for number, claim_id in ((1, first), (2, second)):
        await claims.heir(number, claim_id, account_mark=mark("one"), is_account_new=True)
    assert await claims.look(second) == 2
    assert await claims.look(second, at="approval") == 2
    events = await claims.service.recorded(WarningRaised)
    assert len(events) == 2
    answer = await claims.post(f"/warnings/{events[0].warning_id}/settlement", CLEAR)
    assert answer.status_code == 200
    assert await claims.look(second, at="approval") == 1
    await claims.claim(3)
    await claims.heir(3, ClaimId(UUID(answer.json()["claim_id"])), account_mark=mark("other"))
    assert await claims.look(second) == 1
    assert (await claims.service.replay()).same


async def test_a_busy_phone_costs_few_rows_and_is_raised_once(claims: Claims) -> None:
    for number in range(1, 25):
        await claims.claim(number, phone_mark=mark("desk"))
    last = await claims.claim(25, phone_mark=mark("desk"))
    assert await claims.look(last) == 1
    await claims.claim(26, phone_mark=mark("desk"))
    assert await claims.look(last) == 1
    assert len(await linked(claims, last)) == 20


async def test_a_payment_refused_for_another_name(claims: Claims) -> None:
    claim_id = await claims.claim(1)
    refused = [
        failed(claim_id, claims.workers[1], "4031818 Inactive account"),
        failed(claim_id, claims.workers[1], "name-differs: the account is held under another name"),
    ]
    for event, signs in zip(refused, (0, 1), strict=True):
        await claims.service.hear(event)
        async with claims.service.units.bulk(area="*") as unit:
            await take_payouts(unit, [event])
        assert len(await claims.service.recorded(WarningRaised)) == signs
    async with claims.service.units.bulk(area="*") as unit:
        await take_payouts(unit, [refused[1]])
    (raised,) = await claims.service.recorded(WarningRaised)
    assert (raised.warning, raised.claim_id) == ("payee-name-differs", claim_id)


@pytest.mark.parametrize(
    ("amounts", "after", "is_shown"),
    [
        ((LUMP_SUM,), timedelta(hours=2), True),
        ((LUMP_SUM // 2, LUMP_SUM * 4 // 10), timedelta(hours=23), True),
        ((LUMP_SUM * 9 // 10 - 1,), timedelta(hours=2), False),
        ((LUMP_SUM,), timedelta(hours=24, seconds=1), False),
        ((LUMP_SUM,), timedelta(hours=-1), False),
    ],
)
@pytest.mark.parametrize("payout_first", [True, False])
async def test_a_benefit_taken_out_at_once_whichever_is_heard_first(
    claims: Claims, amounts: tuple[int, ...], after: timedelta, *, is_shown: bool,
    payout_first: bool,
) -> None:  # fmt: skip
    claim_id = await claims.claim(1)
    paid = settled(claim_id, claims.workers[1])
    cash = [taken_out(amount, after=after) for amount in amounts]
    for is_payout in (payout_first, not payout_first):
        await claims.service.hear(*([paid] if is_payout else cash))
        async with claims.service.units.bulk(area="*") as unit:
            if is_payout:
                await take_payouts(unit, [paid])
            else:
                await take_withdrawn(unit, cash)
    raised = await claims.service.recorded(WarningRaised)
    assert [event.warning for event in raised] == ["payout-withdrawn-at-once"] * is_shown
    assert await claims.look(claim_id, at="payment") == len(raised)


async def test_cash_from_other_accounts_says_nothing(claims: Claims) -> None:
    claim_id = await claims.claim(1)
    cash = taken_out(LUMP_SUM, after=timedelta(hours=1), account=AccountId(UUID(int=501)))
    await claims.service.hear(settled(claim_id, claims.workers[1]), cash)
    async with claims.service.units.bulk(area="*") as unit:
        await take_withdrawn(unit, [cash])
    assert await claims.service.recorded(WarningRaised) == []


async def test_the_list_shows_open_ones_first_a_page_at_a_time(claims: Claims) -> None:
    filed = []
    for number in range(1, 5):
        filed.append(await claims.claim(number))
        await claims.heir(number, filed[-1], account_mark=mark("one"))
        claims.service.clock.set(NOW + timedelta(minutes=number))
        await claims.look(filed[-1])
    raised = await claims.service.recorded(WarningRaised)
    assert len(raised) == 3
    await claims.post(f"/warnings/{raised[0].warning_id}/settlement", CLEAR)
    first = (await claims.get("/warnings?limit=2")).json()
    second = (await claims.get(f"/warnings?limit=2&after={first['next_after']}")).json()
    rows = first["warnings"] + second["warnings"]
    assert [row["warning_id"] for row in rows] == [
        str(raised[place].warning_id) for place in (1, 2, 0)
    ]
    assert [row["outcome"] for row in rows] == [None, None, "cleared"]
    assert second["next_after"] is None
    assert rows[0]["sign"] == "account-in-many-claims"
    assert rows[0]["looks_for"].startswith("an account of a payee")
    assert {each["claim_id"] for each in rows[0]["linked"]} == {str(each) for each in filed[:2]}
    assert all(each["number"] and each["state"] == "filed" for each in rows[0]["linked"])
    for query, found in {
        "state=cleared": 1, "state=open": 2, "state=confirmed": 0, "area=53.71": 3,
        "area=53.01": 0, "sign=phone-in-many-claims": 0, "sign=account-in-many-claims": 3,
    }.items():  # fmt: skip
        assert len((await claims.get(f"/warnings?{query}")).json()["warnings"]) == found, query
    elsewhere = await claims.get("/warnings?area=53.71", area="53.01")
    assert (elsewhere.status_code, elsewhere.json()["slug"]) == (403, "outside-area")
    assert (await claims.get("/warnings", area="53.01")).json()["warnings"] == []


async def test_a_warning_is_settled_once_by_somebody_without_a_part(claims: Claims) -> None:
    part = claims.called("fraud clerk")
    claim_id = await claims.claim(1, by=part)
    await claims.heir(1, claim_id, is_account_new=True)
    await claims.look(claim_id)
    (raised,) = await claims.service.recorded(WarningRaised)
    path = f"/warnings/{raised.warning_id}/settlement"
    refusals = [
        (await claims.post(path, CLEAR, name="fraud clerk"), (403, "same-officer")),
        (await claims.post(path, CLEAR, role="branch"), (403, "role-not-allowed")),
        (await claims.post(path, CLEAR, area="53.01"), (403, "outside-area")),
        (await claims.post(f"/warnings/{claim_id}/settlement", CLEAR), (404, "warning-unknown")),
    ]
    for answer, expected in refusals:
        assert (answer.status_code, answer.json()["slug"]) == expected
    assert await claims.service.recorded(WarningSettled) == []
    confirm = {"outcome": "confirmed", "reason": "the bank says so"}
    answer = await claims.post(path, confirm)
    assert answer.json() == {
        "warning_id": str(raised.warning_id), "claim_id": str(claim_id), "outcome": "confirmed",
    }  # fmt: skip
    again = await claims.post(path, CLEAR)
    assert (again.status_code, again.json()["slug"]) == (409, "warning-settled")
    assert await claims.look(claim_id, at="approval") == 1
    assert (await claims.service.replay()).same


async def test_the_graph_around_a_claim_and_its_picture(claims: Claims) -> None:
    filed = [await claims.claim(number, by=f"clerk {number // 2}") for number in (1, 2, 3)]
    for number, claim_id in ((1, filed[0]), (2, filed[1])):
        await claims.heir(number, claim_id, account_mark=mark("one"), person_mark=mark(str(number)))
    await claims.paper(2, filed[1], "village-death-letter", issuer="Desa <A> & B", scan="letter")
    found = (await claims.get(f"/claims/{filed[1]}/graph")).json()
    kinds = {node["node_id"]: node["kind"] for node in found["nodes"]}
    assert sorted(kinds.values()) == sorted(
        ["claim"] * 3 + ["account", "person", "document", "issuer", "agent"]
    )
    assert [node["node_id"] for node in found["nodes"] if node["is_center"]] == [
        f"claim:{filed[1]}"
    ]
    shared = {node["kind"] for node in found["nodes"] if node["is_shared"]}
    assert shared == {"account", "agent", "claim"}
    links = {(edge["claim"][6:], kinds[edge["thing"]]) for edge in found["edges"]}
    assert (str(filed[0]), "account") in links
    assert (str(filed[2]), "agent") in links
    assert (str(filed[0]), "agent") not in links
    assert mark("one") not in str(found)
    picture = await claims.get(f"/claims/{filed[1]}/graph.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "Desa &lt;A&gt; &amp; B" in picture.text
    assert mark("one") not in picture.text
    for path in (f"/claims/{filed[1]}/graph", f"/claims/{filed[1]}/graph.svg"):
        assert (await claims.get(path, area="53.01")).status_code == 403
        assert (await claims.get(path, role="branch")).status_code == 403
        assert (await claims.get(path.replace(str(filed[1]), str(UUID(int=9))))).status_code == 404


async def test_a_cover_that_began_again_counts_from_there(claims: Claims) -> None:
    await claims.service.hear(*covered(await claims.member(1), first_month="2025-10")[1:2])
    assert await claims.signs(await claims.claim(1)) == ["death-soon-after-cover"]
