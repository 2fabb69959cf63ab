"""Three members died: their families file, officers look and decide, the money goes out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from tameng.demo import rail
from tameng.demo.day import Day
from tameng.demo.people import Worker
from tameng.demo.scans import scan
from tameng.offices import Declined
from tameng.problems import Problem

POLL_S = 0.1
PATIENCE_S = 120.0
PAPERS = ("death-certificate", "heir-certificate", "member-card")
"""What the family brings; the application is what the officer files."""


class Death(NamedTuple):
    """A member who died, who inherits (nobody who exists), and where the money goes."""

    worker: Worker
    died_on: str
    heir: str
    account: dict[str, str]


async def pay_claims(day: Day) -> None:
    """Three members died. Their families file, two officers look and decide, the money goes out."""
    await day.move_to("2025-10-20", hour=9)
    early = [worker for worker in day.rosters.early if worker.village_code.startswith("53.71.04")]
    deaths = (
        Death(early[0], "2025-10-11", "Yustina Tefa", {"kind": "open-here"}),
        Death(early[1], "2025-10-12", "Marselina Ndun", _elsewhere("014", "0356789012")),
        Death(day.rosters.late[0], "2025-10-13", "Adriana Bire", _elsewhere("008", "1610004567")),
    )
    for death in deaths:
        await _file(day, death)
    await day.move_to("2025-10-21", hour=9)
    for claim_id in day.claims.values():
        await day.verifier.post(
            "claims", f"/claims/{claim_id}/verification", {}, key=f"verify {claim_id}"
        )
    await day.move_to("2025-10-22", hour=9)
    *first, last = day.claims.values()
    day.filer_refused = await _is_refused(day, last)
    day.claim_timed_out = last if await rail.let_the_next_time_out(day) else None
    await _approve(day, last)
    await _until(day, _has_left, words="the payout that gets no answer")
    for claim_id in first:
        await _approve(day, claim_id)
    await _until(day, _all_paid, words="claims paid")
    await day.settle()
    for claim_id in day.claims.values():
        await _tell(day, claim_id)


async def _file(day: Day, death: Death) -> None:
    """File the claim of a member's family with its heir and papers."""
    nik = death.worker.nik
    member = await day.branch.post("enrollment", "/members:find", {"nik": nik}, key=nik)
    worker_id = member["worker_id"]
    heir = {
        "heir_class": 1,
        "relation": "child",
        "name": death.heir,
        "nik": f"{nik[:12]}9999",
        "relationship": "anak",
        "account": death.account,
    }
    filed = await day.branch.post(
        "claims",
        "/claims",
        {
            "worker_id": worker_id,
            "died_on": death.died_on,
            "reported_by": "family",
            "reporter": {"name": death.heir},
            "heirs": [heir],
        },
        key=f"file {worker_id}",
    )
    claim_id = day.claims[worker_id] = filed["claim_id"]
    for kind in PAPERS:
        await day.branch.upload(
            "claims",
            f"/claims/{claim_id}/documents",
            scan(kind, f"klaim {filed['number']}"),
            key=f"{kind} {claim_id}",
            media_type="application/pdf",
            kind=kind,
            issuer="Dukcapil Kota Kupang",
            issued_on=death.died_on,
        )
    day.progress.tell(f"{len(day.claims)} claims filed", part=len(day.claims) / 3)


def _elsewhere(bank_code: str, account_number: str) -> dict[str, str]:
    return {"kind": "elsewhere", "bank_code": bank_code, "account_number": account_number}


async def _approve(day: Day, claim_id: str) -> None:
    """The head of the branch approves, and a second head where a warning sign asks for one."""
    for head in (day.approver, day.second_approver):
        decided = await head.post(
            "claims", f"/claims/{claim_id}/approval", {}, key=f"approve {claim_id}"
        )
        if decided["state"] == "approved":
            return
    raise Problem(f"claim {claim_id} is not approved by two heads: see its steps")


async def _is_refused(day: Day, claim_id: str) -> bool:
    """Whoever filed a claim tries to approve it."""
    path = f"/claims/{claim_id}/approval"
    try:
        await day.filer_as_approver.post("claims", path, {}, key=f"own {claim_id}")
    except Declined as declined:
        return declined.slug == "same-officer"
    return False


async def _tell(day: Day, claim_id: str) -> None:
    """Keep what was decided, and the letter to the family."""
    standing = await day.approver.get("claims", f"/claims/{claim_id}")
    day.decisions.append(_decision(standing))
    letter = await day.branch.make(
        "claims", f"/claims/{claim_id}/letters/decision", key=f"letter {claim_id}"
    )
    file = day.folder / f"letter-{standing['number']}.pdf"
    await asyncio.to_thread(file.write_bytes, letter)
    day.letters[standing["number"]] = file


def _decision(standing: dict[str, Any]) -> dict[str, Any]:
    explanation = standing["explanation"]
    return {
        "number": standing["number"],
        "state": standing["state"],
        "outcome": explanation["outcome"],
        "lines": {
            step["benefit"]: {"amount": step["amount"], "article": step["article"],
                              "arithmetic": step["arithmetic"]}
            for step in explanation["steps"]
        },
        "facts": {fact["name"]: fact["value"] for fact in explanation["facts"]},
        "paid": standing["amount_paid"],
    }  # fmt: skip


async def _has_left(day: Day) -> tuple[bool, float]:
    """Whether the rail has the order whose answer will not come; at once when none is to."""
    left = day.claim_timed_out is None or await rail.has_order_that_times_out(day)
    return left, float(left)


async def _all_paid(day: Day) -> tuple[bool, float]:
    """Whether every claim is paid, and the part of them that is."""
    states = [
        (await day.approver.get("claims", f"/claims/{claim_id}"))["state"]
        for claim_id in day.claims.values()
    ]
    paid = states.count("paid")
    return paid == len(states), paid / len(states)


async def _until(
    day: Day, done: Callable[[Day], Awaitable[tuple[bool, float]]], *, words: str
) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                finished, part = await done(day)
                day.progress.tell(f"{words}: {part:.0%}", part=part)
                if finished:
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise Problem(
            f"waited {PATIENCE_S:.0f} s for {words}: see the logs of the services"
        ) from None
