"""A family's claim, from the counter to the decision, as officers bring it there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tameng.demo.people import Worker
from tameng.demo.scans import scan
from tameng.demo.stage import Stage
from tameng.offices import Office
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


def elsewhere(bank_code: str, account_number: str) -> dict[str, str]:
    """An account of another bank."""
    return {"kind": "elsewhere", "bank_code": bank_code, "account_number": account_number}


async def file(stage: Stage, death: Death, clerk: Office) -> str:
    """File the claim of a member's family with its heir and papers; return its id."""
    nik = death.worker.nik
    member = await clerk.post("enrollment", "/members:find", {"nik": nik}, key=nik)
    worker_id = member["worker_id"]
    heir = {
        "heir_class": 1,
        "relation": "child",
        "name": death.heir,
        "nik": f"{nik[:12]}9999",
        "relationship": "anak",
        "account": death.account,
    }
    filed = await clerk.post(
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
    claim_id: str = filed["claim_id"]
    stage.claims[worker_id] = claim_id
    for kind in PAPERS:
        await clerk.upload(
            "claims",
            f"/claims/{claim_id}/documents",
            scan(kind, f"klaim {filed['number']}"),
            key=f"{kind} {claim_id}",
            media_type="application/pdf",
            kind=kind,
            issuer="Dukcapil Kota Kupang",
            issued_on=death.died_on,
        )
    return claim_id


async def verify(stage: Stage, claim_id: str) -> None:
    """Another officer of the branch has looked at the papers."""
    path = f"/claims/{claim_id}/verification"
    await stage.verifier.post("claims", path, {}, key=f"verify {claim_id}")


async def approve(stage: Stage, claim_id: str) -> None:
    """The head of the branch approves, and a second head where a warning sign asks for one."""
    for head in (stage.approver, stage.second_approver):
        decided = await head.post(
            "claims", f"/claims/{claim_id}/approval", {}, key=f"approve {claim_id}"
        )
        if decided["state"] == "approved":
            return
    raise Problem(f"claim {claim_id} is not approved by two heads: see its steps")


async def until(
    stage: Stage, done: Callable[[], Awaitable[tuple[bool, float]]], *, words: str
) -> None:
    """Look again until it is done, and show the part that is. Raises: Problem."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                finished, part = await done()
                stage.progress.tell(f"{words}: {part:.0%}", part=part)
                if finished:
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise Problem(
            f"waited {PATIENCE_S:.0f} s for {words}: see what waits for a person at the bank "
            "(GET /payouts/queue), and the logs of the services"
        ) from None
