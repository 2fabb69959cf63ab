"""Payout slips: issued for what is settled, good once, at one branch, and never when forged."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from chassis.ids import new_id
from chassis.signed_tokens import Kind
from chassis.state.database import owner_engine
from contracts.banking import SlipHonored, SlipIssued
from contracts.claims import SubjectKeyRead
from services.banking.adapters.slip_tokens import token
from services.banking.rules.slips import SlipClaims
from tests import bank_events as heard
from tests.alone import START, Alone, key
from tests.cards import texts
from tests.component.bank_fixtures import bank, holder, payout_id, rail, rail_folder, running
from tests.component.bank_neighbors import finish, served
from tests.component.slip_counter import Counter, said

__all__ = ["bank", "holder", "payout_id", "rail", "rail_folder", "running"]

AT_ONCE = 20
WAITING = 5
"""Of them so many meet in the database: fewer than it has connections."""
MEETING_S = 4
"""Shorter than anybody waits for a lock."""
_AFRESH = text("SELECT pg_stat_clear_snapshot()")
_WAITS = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE datname = current_database() AND NOT granted"
)


@asynccontextmanager
async def nothing_written_to_slips(bank: Alone) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Nobody can write to the table until `met(n)`: so many have come as far as they get."""
    owner = owner_engine(bank.urls.owner, application="test")
    async with owner.connect() as held:
        await held.execute(text("LOCK TABLE slips IN EXCLUSIVE MODE"))

        async def met(number: int) -> None:
            async with asyncio.timeout(MEETING_S):
                while (await held.execute(_WAITS)).scalar_one() < number:
                    await asyncio.sleep(0.02)
                    await held.execute(_AFRESH)
            await held.rollback()

        yield met
    await owner.dispose()


@pytest.fixture
def counter(bank: Alone, holder: Alone) -> Counter:
    return Counter(bank, holder)


async def test_a_slip_from_its_issue_to_the_branch_that_takes_it(counter: Counter) -> None:
    payout_id = await counter.settled()
    issued = await counter.issue(payout_id)
    assert issued.status_code == 201
    [page] = texts(await counter.printed(payout_id))
    assert "Rp10.000.000" in page
    assert "Sepuluh juta rupiah" in page
    assert "Marselina Ndun" in page
    assert "Biaya pemakaman" in page
    assert "7 Juli 2025" in page
    assert issued.json()["check_digits"] in page
    assert str(payout_id) in page

    code = await counter.issued(payout_id)
    honored = await counter.honor(code)
    assert honored.status_code == 200
    answer = honored.json()
    assert (answer["payout_id"], answer["amount"]) == (str(payout_id), 10_000_000)
    assert answer["amount_in_words"] == "Sepuluh juta rupiah"
    [event] = await counter.bank.recorded(SlipHonored)
    assert (event.branch, str(event.slip_id)) == ("Cabang Oebobo", answer["slip_id"])
    assert (await counter.bank.replay()).same
    [page] = texts(await counter.printed(payout_id))
    assert "SUDAH DILAYANI di Cabang Oebobo" in page


async def test_the_second_branch_is_told_when_where_and_by_whom(counter: Counter) -> None:
    code = await counter.issued(await counter.settled())
    assert (await counter.honor(code)).is_success
    counter.bank.clock.set(START + timedelta(days=3))
    second = await counter.honor(code, branch="Cabang Soe")
    assert said(second) == (409, "slip-already-honored")
    for word in ("2025-07-07 09:00 WITA", "Cabang Oebobo", "teller"):
        assert word in second.json()["detail"]
    assert len(await counter.bank.recorded(SlipHonored)) == 1


async def test_the_same_request_again_gets_the_first_answer(counter: Counter) -> None:
    asked = {"token": await counter.issued(await counter.settled()), "branch": "Cabang Oebobo"}
    first, again = [
        await counter.teller.post("/slips/honor", json=asked, headers=key("one")) for _ in range(2)
    ]
    assert first.is_success
    assert first.json() == again.json()


async def test_of_twenty_branches_at_once_one_takes_the_slip(counter: Counter) -> None:
    code = await counter.issued(await counter.settled())
    async with served(counter.bank) as url, nothing_written_to_slips(counter.bank) as met:
        bearer = {"Authorization": counter.teller.headers["Authorization"]}

        async def show(number: int) -> httpx.Response:
            asked = {"token": code, "branch": f"Cabang {number}"}
            async with httpx.AsyncClient(base_url=url, headers=bearer, timeout=30) as teller:
                return await teller.post("/slips/honor", json=asked, headers=key())

        tried = [asyncio.create_task(show(number)) for number in range(AT_ONCE)]
        await met(WAITING)
        answers = await asyncio.gather(*tried)
    assert sorted(each.status_code for each in answers) == [200] + [409] * (AT_ONCE - 1)
    [honored] = await counter.bank.recorded(SlipHonored)
    refused = [each for each in answers if each.status_code != 200]
    assert {each.json()["slug"] for each in refused} == {"slip-already-honored"}
    assert all(honored.branch in each.json()["detail"] for each in refused)


async def test_of_issuing_and_honoring_at_once_no_two_slips_are_good(counter: Counter) -> None:
    payout_id = await counter.settled()
    code = await counter.issued(payout_id)
    async with nothing_written_to_slips(counter.bank) as met:
        honoring = asyncio.create_task(counter.honor(code, branch="Cabang Soe"))
        issuing = asyncio.create_task(counter.issue(payout_id))
        await met(2)
        honored, issued = await honoring, await issuing
    if honored.is_success:
        assert said(issued) == (409, "slip-already-honored")
    else:
        assert said(honored) == (409, "slip-superseded")
        assert issued.is_success


async def test_a_new_slip_makes_the_earlier_count_no_longer(counter: Counter) -> None:
    payout_id = await counter.settled()
    first, second = await counter.issued(payout_id), await counter.issued(payout_id)
    assert first != second
    assert said(await counter.honor(first)) == (409, "slip-superseded")
    assert (await counter.honor(second)).is_success
    assert said(await counter.honor(first)) == (409, "slip-already-honored")
    assert [each.number for each in await counter.bank.recorded(SlipIssued)] == [1, 2]


async def test_after_a_slip_was_honored_no_other_is_issued(counter: Counter) -> None:
    payout_id = await counter.settled()
    assert (await counter.honor(await counter.issued(payout_id))).is_success
    assert said(await counter.issue(payout_id)) == (409, "slip-already-honored")


async def test_a_payout_on_its_way_has_no_slip(counter: Counter) -> None:
    payout_id = await counter.paid_to(heard.heir_registered(new_id(), new_id()))
    assert said(await counter.issue(payout_id)) == (409, "payout-not-settled")
    answer = await counter.teller.get(f"/payouts/{payout_id}/slip.pdf")
    assert said(answer) == (404, "slip-not-issued")
    assert said(await counter.issue(new_id())) == (404, "payout-unknown")


async def test_the_slip_of_an_account_at_another_bank_shows_it_masked(counter: Counter) -> None:
    payout_id = await counter.paid_to(heard.heir_registered(new_id(), new_id()))
    assert await finish(counter.bank) == "settled"
    assert (await counter.issue(payout_id)).is_success
    [page] = texts(await counter.printed(payout_id))
    assert "03******12 di bank dengan kode 014" in page
    assert "0356789012" not in page


async def test_that_the_name_was_read_is_on_record_with_officer_and_reason(
    counter: Counter,
) -> None:
    payout_id = await counter.settled()
    assert (await counter.issue(payout_id)).is_success
    path = f"/payouts/{payout_id}/slip.pdf"
    answer = await counter.teller.get(path, params={"reason": "the heir lost it"})
    assert answer.headers["cache-control"] == "no-store"
    [read] = await counter.holder.recorded(SubjectKeyRead)
    assert read.reason.startswith("the heir lost it (asked by teller")
    assert (
        b"Marselina"
        not in json.dumps(
            await counter.bank.rows("SELECT convert_from(body, 'UTF8') AS body FROM event_log")
        ).encode()
    )


async def test_without_the_holder_of_names_nothing_is_printed(counter: Counter) -> None:
    heir = heard.heir_registered(new_id(), new_id(), account="open-here")
    payout_id = await counter.paid_to(heir)
    assert (await counter.issue(payout_id)).is_success
    await counter.holder.units.engine.dispose()
    async with counter.holder.units.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM subject_key")
    answer = await counter.teller.get(f"/payouts/{payout_id}/slip.pdf")
    assert said(answer) == (409, "record-unreadable")


def altered(code: str) -> str:
    """The same header and signature around another amount."""
    head, body, signature = code.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    raised = json.dumps(claims | {"amt": claims["amt"] * 10}).encode()
    return ".".join((head, base64.urlsafe_b64encode(raised).rstrip(b"=").decode(), signature))


async def test_whatever_is_not_a_whole_slip_of_ours_is_refused_by_its_own_name(
    counter: Counter,
) -> None:
    code = await counter.issued(await counter.settled())
    ours: Ed25519PrivateKey = counter.bank.running.tools.slip_key
    claims = jwt.decode(code, options={"verify_signature": False})
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    shown = SlipClaims(new_id(), new_id(), 10_000_000)
    tried = {
        code[:-1]: (422, "slip-unreadable"),
        code[: len(code) // 2]: (422, "slip-unreadable"),
        "x" * 1_500: (422, "slip-unreadable"),
        altered(code): (422, "slip-forged"),
        code[:-2] + ("AA" if code[-2:] != "AA" else "BA"): (422, "slip-forged"),
        Kind("tameng-payout-slip", ()).sign(claims, other): (422, "slip-foreign"),
        Kind("tameng-card", ()).sign(claims, ours): (422, "slip-foreign"),
        Kind("tameng-payout-slip", ()).sign({"sub": claims["sub"]}, ours): (422, "slip-forged"),
        token(shown, issued_at=START, key=ours): (404, "slip-unknown"),
        Kind("tameng-payout-slip", ()).sign(claims | {"amt": 1}, ours): (404, "slip-unknown"),
    }
    for each, expected in tried.items():
        assert said(await counter.honor(each)) == expected, each
    assert (await counter.honor(code)).is_success


async def test_who_may_not_is_refused(counter: Counter) -> None:
    payout_id = await counter.settled()
    code = await counter.issued(payout_id)
    elsewhere = counter.bank.client("bank", area="53.01")
    answer = await elsewhere.post(f"/payouts/{payout_id}/slip", headers=key())
    assert said(answer) == (403, "outside-area")
    assert said(await elsewhere.get(f"/payouts/{payout_id}/slip.pdf")) == (403, "outside-area")
    asked = {"token": code, "branch": "Cabang Oebobo"}
    branch = counter.bank.client("branch", area="53")
    answer = await branch.post("/slips/honor", json=asked, headers=key())
    assert said(answer) == (403, "role-not-allowed")
    assert (await elsewhere.post("/slips/honor", json=asked, headers=key())).is_success


async def test_anybody_checks_with_the_public_key_that_a_slip_is_genuine(counter: Counter) -> None:
    code = await counter.issued(await counter.settled())
    keys = (await counter.bank.anonymous().get("/slips/public-key")).json()["keys"]
    assert all("d" not in each for each in keys)
    said_by_code = jwt.decode(code, jwt.PyJWK(keys[0]), algorithms=["EdDSA"], issuer="tameng")
    assert said_by_code["amt"] == 10_000_000


async def test_the_same_slip_gives_the_same_bytes(counter: Counter) -> None:
    payout_id = await counter.settled()
    assert (await counter.issue(payout_id)).is_success
    assert await counter.printed(payout_id) == await counter.printed(payout_id)
