"""Three members died: their families file, officers look and decide, the money goes out."""

import asyncio
from functools import partial
from typing import Any

from tameng.demo import claim_files, rail
from tameng.demo.claim_files import Death, elsewhere
from tameng.demo.day import Day
from tameng.offices import Declined


async def pay_claims(day: Day) -> None:
    """Three members died. Their families file, two officers look and decide, the money goes out."""
    await day.move_to("2025-10-20", hour=9)
    early = [worker for worker in day.rosters.early if worker.village_code.startswith("53.71.04")]
    deaths = (
        Death(early[0], "2025-10-11", "Yustina Tefa", {"kind": "open-here"}),
        Death(early[1], "2025-10-12", "Marselina Ndun", elsewhere("014", "0356789012")),
        Death(day.rosters.late[0], "2025-10-13", "Adriana Bire", elsewhere("008", "1610004567")),
    )
    for death in deaths:
        await claim_files.file(day, death, day.branch)
        day.progress.tell(f"{len(day.claims)} claims filed", part=len(day.claims) / 3)
    await day.move_to("2025-10-21", hour=9)
    for claim_id in day.claims.values():
        await claim_files.verify(day, claim_id)
    await day.move_to("2025-10-22", hour=9)
    *first, last = day.claims.values()
    day.filer_refused = await _is_refused(day, last)
    day.claim_timed_out = last if await rail.let_the_next_time_out(day) else None
    await claim_files.approve(day, last)
    await claim_files.until(day, partial(_has_left, day), words="the payout that gets no answer")
    for claim_id in first:
        await claim_files.approve(day, claim_id)
    await claim_files.until(day, partial(_all_paid, day), words="claims paid")
    await day.settle()
    for claim_id in day.claims.values():
        await _tell(day, claim_id)


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
