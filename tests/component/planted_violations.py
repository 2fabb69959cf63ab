"""Violations that the service itself could never do, and what an auditor's question says of them.

`MEMBERS` members of one kelurahan have one month billed and paid; each violation is planted among
them by the owner of the tables.
"""

from typing import Any, NamedTuple

from sqlalchemy import text

from chassis.state.database import owner_engine
from contracts.enrollment import RosterApproved
from tests.alone import Alone
from tests.component.enrollment_office import MONTH
from tests.rosters import DISTRICT, REGION, VILLAGE

MEMBERS = 4
FIRST = "(SELECT worker_id FROM workers ORDER BY worker_id LIMIT 1)"
SECOND = "(SELECT worker_id FROM workers ORDER BY worker_id OFFSET 1 LIMIT 1)"
SOME = "'00000000-0000-0000-0000-000000000001'"
ELSEWHERE = "'51.71.01.1001'"


async def plant(service: Alone, *statements: str) -> None:
    """Change rows as nobody but the owner of the tables can, and the service never does."""
    owner = owner_engine(service.urls.owner, application="a forger")
    try:
        async with owner.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await owner.dispose()


class Planted(NamedTuple):
    """A violation, and what the row that shows it says."""

    name: str
    what: str
    statements: tuple[str, ...]
    shown: dict[str, Any]
    findings: int = 1


PLANTED = [
    Planted(
        "registered-twice", "one NIK of two members",
        (
            "ALTER TABLE person_lookup DROP CONSTRAINT person_lookup_nik_hash_key",
            f"UPDATE person_lookup SET nik_hash = (SELECT nik_hash FROM person_lookup "
            f"WHERE worker_id = {SECOND}) WHERE worker_id = {FIRST}",
        ),
        {"found": "same-nik", "village_code": VILLAGE}, findings=2,
    ),
    Planted(
        "registered-twice", "a duplicate that was to end and goes on",
        (
            f"INSERT INTO reviews (review_id, worker_id, village_code, kind, raised_at, decided_at,"
            f" decided_by, outcome) SELECT {SOME}, {FIRST}, '{VILLAGE}', 'possible-duplicate',"
            f" now(), now(), 'a checker', 'end'",
        ),
        {"found": "possible-duplicate", "state": "ended", "decided_by": "a checker"},
    ),
    Planted(
        "doubtful-nik", "a member whose NIK cannot exist",
        (f"UPDATE workers SET warnings = '[\"nik-malformed\"]' WHERE worker_id = {FIRST}",),
        {"found": "accepted", "slug": "nik-malformed"},
    ),
    Planted(
        "billed-after-death", "a month billed for somebody who was dead",
        (
            f"UPDATE memberships SET ended_on = '2025-06-30', end_reason = 'death' "
            f"WHERE worker_id = {FIRST}",
        ),
        {"month": "2025-07", "died_on": "2025-06-30", "verified": True, "credit_due": MONTH},
    ),
    Planted(
        "outside-province", "a member from Denpasar",
        (f"UPDATE memberships SET region_code = '51.71' WHERE worker_id = {FIRST}",),
        {"found": "member", "region_code": "51.71"},
    ),
    Planted(
        "outside-province", "a member who lives in Denpasar, where policies hide him",
        (
            f"UPDATE workers SET village_code = {ELSEWHERE} WHERE worker_id = {FIRST}",
            f"UPDATE memberships SET village_code = {ELSEWHERE} WHERE worker_id = {FIRST}",
        ),
        {"found": "member", "village_code": "51.71.01.1001"},
    ),
    Planted(
        "covered-elsewhere", "a month billed after the employer covered him",
        (
            f"UPDATE memberships SET ended_on = '2025-06-30', end_reason = 'other-segment' "
            f"WHERE worker_id = {FIRST}",
        ),
        {"found": "other-segment", "month": "2025-07", "credit_due": MONTH},
    ),
    Planted(
        "covered-elsewhere", "one month billed in two programmes",
        (
            f"INSERT INTO memberships (worker_id, programme_id, district_code, village_code,"
            f" region_code, first_month, last_month, reserved) SELECT worker_id, {SOME},"
            f" district_code, village_code, region_code, first_month, last_month, reserved"
            f" FROM memberships WHERE worker_id = {FIRST}",
            f"INSERT INTO contributions (worker_id, programme_id, month, invoice_id, amount)"
            f" SELECT worker_id, {SOME}, month, invoice_id, amount FROM contributions"
            f" WHERE worker_id = {FIRST}",
        ),
        {"found": "two-programmes", "month": "2025-07"}, findings=2,
    ),
    Planted(
        "covered-elsewhere", "a month that the member paid himself, billed in another programme",
        (
            f"INSERT INTO memberships (worker_id, programme_id, district_code, village_code,"
            f" region_code, first_month, last_month, reserved) SELECT worker_id, {SOME},"
            f" district_code, village_code, region_code, first_month, last_month, reserved"
            f" FROM memberships WHERE worker_id = {FIRST}",
            f"INSERT INTO contributions (worker_id, programme_id, month, invoice_id, amount,"
            f" payer, paid_at) SELECT worker_id, {SOME}, month, {SOME}, amount, 'self', paid_at"
            f" FROM contributions WHERE worker_id = {FIRST}",
        ),
        {"found": "two-programmes", "month": "2025-07", "payer": "apbd", "credit_due": MONTH},
    ),
    Planted(
        "age-at-registration", "a member of 65",
        (f"UPDATE person_lookup SET limit_on = '2025-07-07' WHERE worker_id = {FIRST}",),
        {"found": "too-old", "age": 65, "registered_on": "2025-07-07"},
    ),
    Planted(
        "age-at-registration", "a member of 16",
        (f"UPDATE person_lookup SET limit_on = '2073-07-08' WHERE worker_id = {FIRST}",),
        {"found": "too-young", "age": 16},
    ),
    Planted(
        "age-at-registration", "a member of whom nothing is known and who was not erased",
        (f"DELETE FROM person_lookup WHERE worker_id = {FIRST}",),
        {"found": "unknown", "age": None},
    ),
    Planted(
        "lists-agree", "an invoice for more heads than names",
        ("UPDATE invoices SET heads = heads + 1",),
        {"invoice_heads": MEMBERS + 1, "listed": MEMBERS, "paid": MEMBERS},
    ),
    Planted(
        "lists-agree", "a name that is not paid on an invoice that is",
        (f"UPDATE contributions SET paid_at = NULL WHERE worker_id = {FIRST}",),
        {"invoice_heads": MEMBERS, "cleared_heads": MEMBERS, "paid": MEMBERS - 1},
    ),
    Planted(
        "lists-agree", "a member who was left out",
        (
            f"DELETE FROM contributions WHERE worker_id = {FIRST}",
            "UPDATE invoices SET heads = heads - 1",
        ),
        {"invoice_heads": MEMBERS - 1, "listed": MEMBERS - 1, "unlisted": 1},
    ),
    Planted(
        "frozen-lists", "a list that is not the one that was frozen",
        (
            "INSERT INTO billing_runs (run_id, programme_id, month, ordered_by, ordered_at,"
            f" ordered_event_id, correlation_id, frozen_at, invoices, heads, amount, sha256) SELECT"
            f" {SOME}, programme_id, month, 'a branch', now(), {SOME}, {SOME}, issued_at, 1, heads,"
            " amount, 'ab' FROM invoices",
        ),
        {"month": "2025-07", "heads": MEMBERS, "frozen_heads": MEMBERS, "frozen_sha256": "ab"},
    ),
    Planted(
        "commitment", "more promised than the ceiling allows",
        ("UPDATE programmes SET ceiling = 1",),
        {"ceiling": 1, "reserved_in_all": MEMBERS * 6 * MONTH, "left": 1 - MEMBERS * 6 * MONTH},
    ),
    Planted(
        "commitment", "a promise without a member",
        ("UPDATE commitments SET reserved = reserved + 1",),
        {"reserved_by_members": MEMBERS * 6 * MONTH},
    ),
    Planted(
        "commitment", "more billed than was promised",
        (
            "UPDATE commitments SET reserved = 1",
            f"UPDATE memberships SET reserved = CASE worker_id WHEN {FIRST} THEN 1 ELSE 0 END",
        ),
        {"reserved": 1, "reserved_by_members": 1, "billed": MEMBERS * MONTH},
    ),
    Planted(
        "amounts", "a month at half the price",
        (
            f"UPDATE contributions SET amount = {MONTH // 2} WHERE worker_id = {FIRST}",
            f"UPDATE invoices SET amount = amount - {MONTH // 2}",
        ),
        {
            "expected": MEMBERS * MONTH, "amount": MEMBERS * MONTH - MONTH // 2,
            "lines_of_other_amount": 1, "lines_halved": 1,
        },
    ),
    Planted(
        "amounts", "an invoice that is not the sum of its lines",
        ("UPDATE invoices SET amount = amount + 1",),
        {"amount": MEMBERS * MONTH + 1, "lines_amount": MEMBERS * MONTH},
    ),
    Planted(
        "amounts", "a discount where a budget of the state pays",
        (
            "UPDATE programmes SET jkk = jkk / 2, jkm = jkm / 2",
            "UPDATE contributions SET amount = amount / 2",
            "UPDATE invoices SET amount = amount / 2",
        ),
        {"tariff": MONTH // 2, "amount": MEMBERS * MONTH // 2, "lines_of_other_amount": 0},
    ),
    Planted(
        "amounts", "a month on no invoice",
        (f"UPDATE contributions SET invoice_id = {SOME} WHERE worker_id = {FIRST}",),
        {"district_code": DISTRICT, "lines_amount": MONTH, "expected": None}, findings=2,
    ),
    Planted(
        "accounts", "two members with one account",
        (f"UPDATE workers SET account_id = {SOME} WHERE worker_id IN ({FIRST}, {SECOND})",),
        {"village_code": VILLAGE, "members": MEMBERS, "linked": 2, "sharing": 2},
    ),
    Planted(
        "quotas", "more members than the quota",
        ("UPDATE quotas SET heads = heads - 1",),
        {"region_code": REGION, "quota": MEMBERS - 1, "members": MEMBERS, "places_left": -1},
    ),
    Planted(
        "quotas", "a region without a quota",
        ("DELETE FROM quotas",),
        {"region_code": REGION, "quota": None, "places_taken": MEMBERS},
    ),
    Planted(
        "quotas", "a place that nobody holds",
        ("UPDATE commitments SET heads = heads - 1",),
        {"places_taken": MEMBERS - 1, "members": MEMBERS},
    ),
    Planted(
        "changes", "a roster that was let pass by whoever sent it",
        (
            "ALTER TABLE rosters DROP CONSTRAINT checker_is_not_maker",
            "UPDATE rosters SET received_by = decided_by",
        ),
        {"type": RosterApproved.type},
    ),
    Planted(
        "changes", "a roster that somebody else decided than the log says",
        ("UPDATE rosters SET decided_by = 'nobody'",),
        {"type": RosterApproved.type},
    ),
    Planted(
        "changes", "a decision about a roster that is not in the log",
        (f"UPDATE rosters SET decided_event_id = {SOME}",),
        {"type": "no event", "place_code": REGION},
    ),
    Planted(
        "changes", "a correction that is not in the log",
        (
            "INSERT INTO amendments (event_id, worker_id, request_id, fields, village_code,"
            f" has_ktp, has_kk, before, after, amended_by, amended_at) SELECT {SOME}, worker_id,"
            f" {SOME}, '[]', village_code, true, true, '{{}}', '{{}}', 'somebody', now()"
            f" FROM workers WHERE worker_id = {FIRST}",
        ),
        {"type": "no event", "changed_by": "somebody"},
    ),
]  # fmt: skip
