"""Rows while they wait and after: sealed, let go of, destroyed."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag

from chassis import logs
from services.enrollment.operations.rosters.staging import FINDINGS_KEPT, cipher_of
from services.enrollment.queries import rosters as queries
from tests.alone import key
from tests.component.enrollment_office import Office, office, said
from tests.rosters import REGION, row, rows

__all__ = ["office"]
PERSONAL = re.compile(
    r"53710415\d{8}|53710401\d{8}|5371040101\d{6}|Yohanes|Nubatonis|Cendana|1985-03-15"
)
SENT = [*rows(1, 4), row(5, nik="53710415038500077"), row(6, jenis_kelamin="P"), row(1)]


@contextmanager
def logs_written() -> Iterator[io.StringIO]:
    """What the service writes, set up as in a real process, but with every word of our own."""
    before, level, written = list(logging.root.handlers), logging.root.level, io.StringIO()
    with redirect_stdout(written):
        logs.configure("enrollment", level=logging.DEBUG)
    try:
        yield written
    finally:
        logging.captureWarnings(capture=False)
        logging.root.handlers[:] = before
        logging.root.setLevel(level)


async def test_no_person_is_in_clear_in_any_table_or_log_line_while_rows_wait(
    office: Office,
) -> None:
    with logs_written() as written:
        programme = await office.open()
        roster_id = (await office.upload(programme, SENT)).json()["roster_id"]
        await scan(office)
        await office.alone.work("rosters")
        await scan(office)
        await office.checker.get(f"/rosters/{roster_id}/sample")
        await office.report(roster_id)
        await office.approve(roster_id, leave_out=[7])
        await scan(office)
        await office.alone.work("rosters")
        await scan(office)
        await office.upload(programme, b"nik,nama\n" + SENT[0]["nik"].encode())
    assert '"POST /rosters"' in written.getvalue()
    assert not PERSONAL.search(written.getvalue())


async def scan(office: Office) -> None:
    tables = await office.alone.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = {each["tablename"] for each in tables}
    assert {"staged_chunk", "staged_roster", "row_finding", "idempotency_key"} < names
    for table in names:
        for found in await office.alone.rows(f'SELECT * FROM "{table}"'):
            assert not PERSONAL.search(repr(found)), table
            assert not PERSONAL.search(repr([str(v, "latin-1") for v in found.values()
                                             if isinstance(v, bytes)])), table  # fmt: skip


def test_the_scan_would_find_a_person() -> None:
    for name in ("nik", "nama", "nama_ibu", "no_kk", "alamat", "tanggal_lahir"):
        assert PERSONAL.search(row(1)[name]), name


async def test_what_is_done_is_let_go_of_and_only_what_was_refused_is_kept(
    office: Office,
) -> None:
    standing = await office.enroll(await office.open(), SENT)
    chunks = await office.alone.rows("SELECT sealed, nik_hashes FROM staged_chunk")
    assert [tuple(each.values()) for each in chunks] == [(b"", None)]
    assert len(await office.alone.rows("SELECT 1 FROM row_finding")) == 3
    assert b"53710415038500077" in await office.report(standing["roster_id"])
    path = f"/rosters/{standing['roster_id']}/sample"
    assert said(await office.checker.get(path)) == (410, "roster-forgotten")


async def test_a_rejected_roster_is_let_go_of_but_its_findings_go_back(office: Office) -> None:
    roster_id = (await office.validated(await office.open(), SENT))["roster_id"]
    path = f"/rosters/{roster_id}"
    body = {"reason": "send it again"}
    assert (await office.checker.post(f"{path}/rejection", json=body, headers=key())).is_success
    chunks = await office.alone.rows("SELECT sealed, nik_hashes FROM staged_chunk")
    assert [tuple(each.values()) for each in chunks] == [(b"", None)]
    assert said(await office.checker.get(f"{path}/sample")) == (410, "roster-forgotten")
    assert b"53710415038500077" in await office.report(roster_id)
    office.alone.clock.set(office.alone.clock.now() + FINDINGS_KEPT + timedelta(seconds=1))
    before = await office.roster(roster_id)
    await office.alone.work("retention")
    assert said(await office.district.get(f"{path}/report")) == (410, "roster-forgotten")
    assert before["refused"] == {"nik-malformed": 1, "nik-twice-in-file": 1}
    assert await office.roster(roster_id) == before


async def test_after_ninety_days_nobody_can_read_a_row_and_the_totals_remain(
    office: Office,
) -> None:
    assert timedelta(days=90) == FINDINGS_KEPT
    programme = await office.open()
    done = await office.enroll(programme, SENT)
    waits = await office.validated(programme, rows(20, 2))
    tools = office.alone.running.tools
    async with office.alone.units.reading(area=REGION) as session:
        staged = await queries.staged_roster(session, done["roster_id"])
        cipher = cipher_of(staged, tools=tools)
    (cells,) = await office.alone.rows("SELECT cells FROM row_finding WHERE row_number = 6")
    assert cipher.open(cells["cells"])[0].cells[0] == SENT[4]["nik"]
    office.alone.clock.set(office.alone.clock.now() + FINDINGS_KEPT)
    await office.alone.work("retention")
    assert await office.report(done["roster_id"])
    office.alone.clock.set(office.alone.clock.now() + timedelta(seconds=1))
    await office.alone.work("retention")
    path = f"/rosters/{done['roster_id']}"
    for what in ("report", "sample"):
        answer = await office.province.get(f"{path}/{what}")
        assert said(answer) == (410, "roster-forgotten")
    assert (await office.province.get(f"{path}/rows")).json() == {"rows": [], "next_after": None}
    for table in ("staged_roster", "staged_chunk", "row_finding"):
        held = await office.alone.rows(f"SELECT roster_id FROM {table}")
        assert {str(each["roster_id"]) for each in held} <= {waits["roster_id"]}
    kept = await office.roster(done["roster_id"])
    assert (kept["enrolled"], kept["refused"]) == (done["enrolled"], done["refused"])
    assert (await office.roster(waits["roster_id"]))["state"] == "validated"
    assert (await office.alone.replay()).same


async def test_rows_of_one_roster_do_not_open_with_the_key_of_another(office: Office) -> None:
    programme = await office.open()
    ids = [(await office.upload(programme, rows(n, 2))).json()["roster_id"] for n in (1, 11)]
    tools = office.alone.running.tools
    async with office.alone.units.reading(area=REGION) as session:
        first, second = [await queries.staged_roster(session, each) for each in ids]
        chunk = await queries.chunk(session, ids[0], 0)
        assert len(cipher_of(first, tools=tools).open(chunk.sealed)) == 2
        with pytest.raises(InvalidTag):
            cipher_of(second, tools=tools).open(chunk.sealed)
