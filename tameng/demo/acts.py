"""The acts of the day, played through the services' public HTTP interfaces only."""

import asyncio

from tameng import intake
from tameng.demo import programme
from tameng.demo.claims import pay_claims
from tameng.demo.day import CITY, OEBOBO, Day
from tameng.demo.programme import Terms
from tameng.demo.stage import Act
from tameng.offices import Answer, Declined, Office

DEPOSIT = 10_080_000_000
QUOTA_FIRST = 2_520
QUOTA_RAISED = 2_525


async def open_programme(day: Day) -> None:
    """The province opens the programme and deposits the money of its six months."""
    name = "Perlindungan pekerja rentan NTT 2025"
    await programme.open_programme(day, Terms(name, {CITY: QUOTA_FIRST}, DEPOSIT))


async def enroll(day: Day) -> None:
    """The district sends its roster; the good rows go in, the bad ones come back."""
    await _upload(day, day.rosters.first, key="roster-1")


async def open_accounts(day: Day) -> None:
    """The bank opens an account for whoever has both papers, and defers the others."""
    await day.settle()


async def july_and_august(day: Day) -> None:
    """Two months are billed and paid; members get their number and their card."""
    await _bill(day, "2025-07")
    await day.move_to("2025-07-03", hour=10)
    await programme.pay(day, "2025-07")
    await _cards(day, "07")
    await _card_sheets(day)
    await day.move_to("2025-08-01")
    await _bill(day, "2025-08")
    await day.move_to("2025-08-04", hour=10)
    await programme.pay(day, "2025-08")


async def september_and_october(day: Day) -> None:
    """The quota is raised, five more are taken in; two more months are billed and paid."""
    await day.move_to("2025-09-01")
    await day.province.post(
        "enrollment",
        f"/programmes/{day.programme_id}/quotas",
        {"quotas": [{"region_code": CITY, "heads": QUOTA_RAISED}]},
        key="raise-quota",
    )
    await _upload(day, day.rosters.second, key="roster-2")
    await _bill(day, "2025-09")
    await day.move_to("2025-09-03", hour=10)
    await programme.pay(day, "2025-09")
    await _cards(day, "09")
    await day.move_to("2025-10-01")
    await _bill(day, "2025-10")
    await day.move_to("2025-10-03", hour=10)
    await programme.pay(day, "2025-10")


ACTS: tuple[Act[Day], ...] = (
    Act("programme", "The province opens the programme", open_programme),
    Act("enrollment", "The roster of Kota Kupang is taken in", enroll),
    Act("accounts", "The bank opens accounts", open_accounts),
    Act("july-august", "July and August are billed and paid", july_and_august),
    Act("september-october", "Five more; September and October", september_and_october),
    Act("claims", "Three families are served", pay_claims),
)


async def _upload(day: Day, content: bytes, *, key: str) -> None:
    """The district sends a roster; a second person, of the province, looks at it and approves."""
    where = intake.Checking(
        day.programme_id, CITY, lambda words, part: day.progress.tell(words, part=part)
    )
    sent = await intake.send(day.district, content, where, key=key)
    day.maker_refused = await _is_refused(day.maker_as_checker, sent["roster_id"])
    await programme.approve(day, sent["roster_id"], where)
    await day.settle()


async def _is_refused(maker: Office, roster_id: str) -> bool:
    """Whoever sent a roster tries to approve it."""
    path = f"/rosters/{roster_id}/approval"
    try:
        await maker.post("enrollment", path, {}, key=f"own {roster_id}")
    except Declined as declined:
        return declined.slug == "maker-is-checker"
    return False


async def _card_sheets(day: Day) -> None:
    """The sheets of one kelurahan of Oebobo, as the branch sends them to the printer."""
    found = await day.branch.get(
        "enrollment", "/card-batches", programme_id=day.programme_id, area=OEBOBO
    )
    path = f"/card-batches/{found['batches'][0]['batch_id']}/sheets.pdf"
    sheets = await day.branch.download("enrollment", path)
    day.card_sheets = day.folder / "cards.pdf"
    await asyncio.to_thread(day.card_sheets.write_bytes, sheets)
    day.progress.tell("card sheets drawn")


async def _bill(day: Day, month: str) -> None:
    async def bill(district: str) -> Answer:
        return await day.branch.post(
            "enrollment",
            "/billings",
            {"programme_id": day.programme_id, "month": month, "district_code": district},
            key=f"bill {month} {district}",
        )

    await day.in_each_district(bill, words=f"{month} billed", count="members")


async def _cards(day: Day, turn: str) -> None:
    for path, words in (("prints", "cards printed"), ("deliveries", "cards delivered")):

        async def act(district: str, path: str = path) -> Answer:
            return await day.branch.post(
                "enrollment",
                f"/cards/{path}",
                {"programme_id": day.programme_id, "district_code": district},
                key=f"{path} {turn} {district}",
            )

        await day.in_each_district(act, words=words, count="members")
