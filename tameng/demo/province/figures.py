"""The figures of the province beside those that its rosters come to."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from tameng import checks, completeness
from tameng.checks import Checked, Told
from tameng.demo.figures import (
    Figures,
    Line,
    checkpoint,
    of_the_record,
    reconciled,
    table,
    verified,
)
from tameng.demo.province import costs
from tameng.demo.province.acts import MONTHS, POLL_S
from tameng.demo.province.expected import expected
from tameng.demo.province.story import Province
from tameng.demo.stage import PROVINCE
from tameng.machine import Described
from tameng.offices import Declined


async def checked(province: Province, machine: Described) -> Figures:
    """Verify the record twice, rebuild every service, look for what is missing, gather figures."""
    tell = province.progress.tell
    tell("the archive is verified, by audit and from outside")

    async def verify(_number: int) -> Sequence[Checked]:
        with province.timed("verify"):
            return await asyncio.gather(
                checks.verified(machine), _verified_apart(province, machine)
            )

    # Each verifies on one core: what the services say of the province is asked beside it.
    (events, (verification, apart)), found = await asyncio.gather(
        verified(province, verify), _asked(province)
    )
    with province.timed("replay"):
        replays = await _replayed(province, machine)
    tell("what is missing is looked for", part=0.9)
    complete = await completeness.of(machine, province.admin)
    note = (await province.auditor.get("audit", "/checkpoint"))["note"]
    archived = verification.answer["events_by_topic"]
    of_owners = sum(n for topic, n in archived.items() if not topic.endswith("audit.events"))
    return found | {
        "events": events,
        "audit": {
            "verified": verification.passed,
            "events": of_owners,
            "root": verification.answer["root"],
            "apart": apart.passed,
            "note": note,
        },
        "replay": {
            name: {"same": answer.passed, "applied": answer.answer["applied"]}
            for name, answer in replays.items()
        },
        "complete": all(row.is_complete for row in complete),
        "reconciled": reconciled(
            found["programme"], found["bank"], events_equal_archive=events == of_owners
        ),
        "differences": [
            f"{name}: {line}"
            for name, answer in replays.items()
            for line in checks.differences(answer)
        ],
        "parts_s": {name: round(spent, 2) for name, spent in province.parts_s.items()},
    }


async def _verified_apart(province: Province, machine: Described) -> Checked:
    """Once a checkpoint is signed, which may be a minute after the first event."""
    while True:
        try:
            checkpoint = await province.auditor.get("audit", "/checkpoint")
        except Declined as declined:
            if declined.slug != "checkpoint-unknown":
                raise
            await asyncio.sleep(POLL_S)
        else:
            return await checks.verified_apart(machine, checkpoint["key"])


async def _replayed(province: Province, machine: Described) -> Mapping[str, Checked]:
    names = tuple(machine.environments)
    at: dict[str, tuple[int, int]] = {}

    def of(name: str) -> Told:
        def told(done: int, of: int) -> None:
            at[name] = (done, of)
            part = sum(done for done, _ in at.values()) / max(1, sum(of for _, of in at.values()))
            province.progress.tell(f"rebuilt from events: {part:.0%}", part=0.2 + 0.7 * part)

        return told

    answers = await asyncio.gather(
        *(checks.replayed(machine, name, told=of(name)) for name in names)
    )
    return dict(zip(names, answers, strict=True))


async def _asked(province: Province) -> Figures:
    """What the services say, and what must come of the rosters."""
    auditor = province.auditor
    programme = await auditor.get(
        "enrollment", f"/programmes/{province.programme_id}", area=PROVINCE
    )
    bank = await auditor.get("banking", "/figures", area=PROVINCE)
    claims = await auditor.get("claims", "/figures", area=PROVINCE)
    return {
        "workers": province.rolls.workers,
        "regions": len(province.rolls.files),
        "expected": expected(province.rolls)._asdict(),
        "programme": programme,
        "bank": bank,
        "ledger": bank["ledger"],
        "claims": claims,
        "invoices": province.invoices,
        "rows_refused": province.rows_refused,
        "rosters_approved": province.rosters_approved,
        "months_that_agree": await _months_that_agree(province),
    }


async def _months_that_agree(province: Province) -> int:
    """Months in which invoices, names, covers and payments are the same, by enrollment."""
    asked = (
        province.auditor.get(
            "enrollment", "/reconciliations", programme_id=province.programme_id, month=month
        )
        for month in MONTHS
    )
    return sum(each["same"] for each in await asyncio.gather(*asked))


def lines(figures: Figures) -> list[Line]:
    """What follows from the rosters beside what this run found."""
    due: Mapping[str, Any] = figures["expected"]
    programme, bank, claims = figures["programme"], figures["bank"], figures["claims"]
    workers, back, with_both = figures["workers"], figures["rows_refused"], due["accounts"]
    to_come_back, kept = due["rows_refused"], due["contributions"] - due["benefits"]
    return [
        Line("Workers enrolled", workers, programme["enrolled"]),
        Line("Rosters approved by another person", figures["regions"], figures["rosters_approved"]),
        Line("Rows that came back", sum(to_come_back.values()), sum(back.values())),
        Line("… each for its reason", published=True, found=to_come_back == back),
        Line("Bank accounts opened", due["accounts"], bank["accounts_opened"]),
        Line("Accounts that wait for papers", workers - with_both, bank["accounts_deferred"]),
        Line("Members who were covered", workers, programme["activated"]),
        Line("Invoices, one a kecamatan and month", due["invoices"], figures["invoices"]),
        Line("Months paid", due["months_paid"], programme["months_paid"]),
        Line("Contributions paid", due["contributions"], programme["amount_paid"], rupiah=True),
        Line("Committed after the deaths", due["committed"], programme["reserved"], rupiah=True),
        Line("Claims paid", due["claims"], claims["paid"]),
        Line("Families paid Rp42,000,000", due["claims_whole"], claims["paid_full"]),
        Line("Benefits paid", due["benefits"], claims["amount_paid"], rupiah=True),
        Line("… and arrived, by the bank", due["benefits"], bank["amount_settled"], rupiah=True),
        Line("Left with the insurer", kept, bank["insurer_balance"], rupiah=True),
        Line("Months that agree by name", len(MONTHS), figures["months_that_agree"]),
        Line("Logged = sent = archived = applied", published=True, found=figures["complete"]),
        *of_the_record(figures),
    ]  # fmt: skip


def tables(figures: Figures) -> list[RenderableType]:
    """All that is shown of the province."""
    title = f"The province: {figures['regions']} kabupaten and kota, four months"
    return [table(title, "Expected", lines(figures)), checkpoint(figures), *costs.tables(figures)]
