"""The archive as Parquet: what is new is added, a crash does no harm, and nobody's SQL gets out."""

from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest
from fastapi.responses import StreamingResponse

from chassis.archive.frames import framed, unframed
from chassis.bus.admission import Record, Stream
from chassis.web.sheets import Format
from services.audit.adapters import apart, duck, parquet
from services.audit.adapters.answering import Limits, Stopped
from services.audit.operations import questions
from tests.archives import opened, record, written
from tests.component.recorded_world import clean_world, records

LIMITS = Limits(seconds=2, memory_bytes=256 * 1024 * 1024, rows=1_000)
EVERYTHING = "SELECT * FROM events ORDER BY topic, shard, seq"


@pytest.fixture(scope="module")
def recorded() -> list[Record]:
    return records(clean_world().events)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_world().archived(tmp_path_factory.mktemp("world"))


def everything(files: Path) -> list[tuple[object, ...]]:
    return list(duck.ask(files, EVERYTHING, {}, limits=LIMITS).rows)


def below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def exported(archive: Path, folder: Path, polls: list[list[Record]]) -> Path:
    """Append and export poll by poll."""
    for poll in polls:
        with opened(archive) as writing:
            writing.append(poll)
        parquet.export(archive, folder)
    return folder


def test_what_is_told_of_a_frame_is_what_the_archive_tells(recorded: list[Record]) -> None:
    for each in (*recorded, record(1), record(2)._replace(headers=(("ce_type", None),))):
        held, told = unframed(framed(each)), parquet.fields(framed(each))
        kind = next((value for name, value in held.headers if name == "ce_type"), b"")
        assert told[0] == held.event_id.hex
        assert told[1:] == ((kind or b"").decode(), held.key, held.body.decode())


def test_columns_hold_what_the_events_do(files: Path) -> None:
    (row,) = duck.ask(
        files,
        "SELECT month, amount, payer, worker_id IS NOT NULL, officers, bytes = strlen(body)"
        " FROM events WHERE type = 'enrollment.contribution-billed.v1' LIMIT 1",
        {},
        limits=LIMITS,
    ).rows
    assert row == ("2025-07", 16_800, "apbd", True, "[]", True)


def test_exported_piece_by_piece_is_as_exported_at_once(
    tmp_path: Path, recorded: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SMALL_FILES_MAX", 3)
    pieces = [recorded[at : at + 9] for at in range(0, len(recorded), 9)]
    bit_by_bit = exported(tmp_path / "a", tmp_path / "a-files", pieces)
    at_once = exported(tmp_path / "b", tmp_path / "b-files", [recorded])
    assert everything(bit_by_bit) == everything(at_once)
    assert len(everything(at_once)) == len(recorded)
    assert parquet.export(tmp_path / "b", at_once) == parquet.Exported(0, 0)
    in_a_shard: dict[Path, int] = {}
    for path in parquet.files(bit_by_bit):
        in_a_shard[path.parent] = in_a_shard.get(path.parent, 0) + 1
    assert max(in_a_shard.values()) <= 3


def test_a_crash_at_any_step_of_an_export_loses_and_doubles_nothing(
    tmp_path: Path, recorded: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SMALL_FILES_MAX", 2)
    halves = [recorded[:60], recorded[60:]]
    exported(tmp_path / "a", tmp_path / "files", halves[:1])
    with opened(tmp_path / "a") as writing:
        writing.append(halves[1])
    really, crashes = Path.rename, 0

    def crash(path: Path, target: Path) -> Path:
        if crashes % 2:
            raise OSError(5, "Input/output error")
        done = really(path, target)
        raise OSError(5, f"Input/output error after {done}")

    while len(everything(tmp_path / "files")) < len(recorded):
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", crash)
            with pytest.raises(OSError, match="Input/output"):
                parquet.export(tmp_path / "a", tmp_path / "files")
        crashes += 1
        numbers = [row[:3] for row in everything(tmp_path / "files")]
        assert len(numbers) == len(set(numbers))
    parquet.export(tmp_path / "a", tmp_path / "files")
    once = exported(tmp_path / "b", tmp_path / "b-files", [recorded])
    assert everything(tmp_path / "files") == everything(once)


def test_only_what_is_known_to_be_on_disk_is_exported(tmp_path: Path) -> None:
    stream = Stream("banking.events", 3)
    written(tmp_path / "a", [record(seq) for seq in range(1, 5)])
    parquet.export(tmp_path / "a", tmp_path / "files", upto={stream: 3})
    assert [row[2] for row in everything(tmp_path / "files")] == [1, 2, 3]


def test_one_process_exports_at_a_time(tmp_path: Path) -> None:
    with parquet._alone(tmp_path), pytest.raises(parquet.ExportRuns):
        parquet.export(tmp_path, tmp_path)


def test_a_body_that_is_no_json_is_kept_and_counted(tmp_path: Path) -> None:
    bodies = (b"\x00\xff{", b"", b'{"occurred_at": 7}')
    written(tmp_path / "a", [record(n, body=body) for n, body in enumerate(bodies, start=1)])
    parquet.export(tmp_path / "a", tmp_path / "files")
    complete = questions.asked("completeness", {})
    table = duck.ask(tmp_path / "files", complete.question.sql, complete.values, limits=LIMITS)
    (row,) = (dict(zip((c.name for c in table.columns), r, strict=True)) for r in table.rows)
    assert (row["events"], row["missing"], row["unreadable"]) == (3, 0, 3)


def test_a_number_that_is_missing_shows(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", [record(seq) for seq in range(1, 5)])
    content = bytearray(segment.read_bytes())
    content[content.index(b'{"number":    2}')] ^= 1
    segment.write_bytes(content)
    parquet.export(tmp_path / "a", tmp_path / "files")
    complete = questions.asked("completeness", {"show": "findings"})
    (row,) = duck.ask(
        tmp_path / "files", complete.question.sql, complete.values, limits=LIMITS
    ).rows
    assert row[:6] == ("banking.events", 3, 3, 1, 4, 1)


def test_an_empty_record_answers_every_question_with_nothing(tmp_path: Path) -> None:
    given = {"uuid": "5f0c954e-8d3c-4e8b-9b0a-1d2f3a4b5c6d", "day": "2025-10-01", "text": "x"}
    for each in duck.catalogue().values():
        needed = {p.name: given[p.kind] for p in each.parameters if p.default is None}
        asked = questions.asked(each.name, needed)
        assert duck.ask(tmp_path, each.sql, asked.values, limits=LIMITS).rows == []


def test_every_view_can_be_read(files: Path) -> None:
    sql = " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in duck.views())
    found = duck.ask(files, sql, {}, limits=Limits(seconds=60)).rows
    assert len(found) == len(duck.views())


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("SELECT * FROM read_text('/etc/hostname')", duck.QuestionFailed),
        ("SELECT * FROM glob('/etc/*')", duck.QuestionFailed),
        ("SELECT * FROM read_csv('https://example.org/x.csv')", duck.QuestionFailed),
        ("SELECT * FROM query('COPY (SELECT 1) TO ''x.csv''')", duck.QuestionFailed),
        ("COPY (SELECT 1) TO '{files}/x.parquet'", duck.NotOneSelect),
        ("ATTACH '{files}/x.db' AS x", duck.NotOneSelect),
        ("EXPORT DATABASE '{files}'", duck.NotOneSelect),
        ("SET enable_external_access = true", duck.NotOneSelect),
        ("INSTALL httpfs", duck.NotOneSelect),
        ("SELECT 1; COPY (SELECT 1) TO '{files}/x.csv'", duck.NotOneSelect),
        ("SELECT count(*) FROM range(1000000000000) a, range(1000) b", duck.QuestionTooLarge),
        ("SELECT list_sum(range(3000000000))", duck.QuestionTooLarge),
        ("SELECT nothing FROM nowhere", duck.QuestionFailed),
        ("SELEC 1", duck.QuestionFailed),
        ("", duck.NotOneSelect),
    ],
)
async def test_sql_of_a_person_reads_and_writes_nothing_else_and_ends(
    files: Path, sql: str, refusal: type[Exception]
) -> None:
    before = below(files)
    with pytest.raises(refusal):
        await questions.ask_freely(files, sql.format(files=files), limits=LIMITS)
    assert below(files) == before


@pytest.mark.parametrize("sql", ["COPY (SELECT 1) TO '{}/x.csv'", "ATTACH '{}/x.db' AS x"])
def test_a_locked_connection_writes_no_new_file_even_beside_the_select_rule(
    files: Path, sql: str
) -> None:
    with duckdb.connect() as connection:
        for statement in duck.setup_for(files, "", limits=LIMITS):
            connection.execute(statement)
        with pytest.raises(duckdb.Error, match=r"disabled|locked"):
            connection.execute(sql.format(files))
        with pytest.raises(duckdb.Error, match="locked"):
            connection.execute("SET memory_limit = '9GB'")


def test_the_process_apart_can_write_no_byte_whatever_it_runs(tmp_path: Path) -> None:
    for setup, stops in (([], False), ([f"COPY (SELECT 1) TO '{tmp_path}/x.csv'"], True)):
        with pytest.raises(Stopped) if stops else nullcontext():
            apart.answer_apart(setup, "SELECT 1", limits=LIMITS)
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(range % 7) FROM range(30000000000)",
        "SELECT count(*) FROM (SELECT DISTINCT range FROM range(30000000))",
    ],
    ids=["time", "memory"],
)
def test_a_question_of_the_catalogue_has_limits_too(files: Path, sql: str) -> None:
    limits = LIMITS._replace(seconds=1) if "sum" in sql else LIMITS._replace(seconds=60)
    with pytest.raises(duck.QuestionTooLarge, match="1 s" if "sum" in sql else "memory"):
        duck.ask(files, sql, {}, limits=limits)


def test_what_was_put_together_or_left_half_is_removed_at_the_next_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SMALL_FILES_MAX", 2)
    polls = [[record(seq)] for seq in range(1, 4)]
    folder = exported(tmp_path / "a", tmp_path / "files", polls)
    shard = parquet.files(folder)[0].parent
    (shard / "00000000000000000009-00000000000000000009.parquet.new").touch()
    assert len(list(shard.iterdir())) > 2
    parquet.export(tmp_path / "a", folder)
    assert list(shard.iterdir()) == parquet.files(folder)


async def test_sql_of_a_person_answers_with_kinds_and_is_cut(files: Path) -> None:
    limits = LIMITS._replace(rows=2)
    table = await questions.ask_freely(
        files,
        "SELECT worker_id, enrolled_at, reserved, first_month, ended_on FROM memberships",
        limits=limits,
    )
    kinds = [column.kind for column in table.columns]
    assert kinds == ["id", "instant", "number", "text", "day"]
    assert (len(table.rows), table.is_cut) == (2, True)
    (one,) = duck.ask(files, "SELECT worker_id FROM memberships LIMIT 1", {}, limits=LIMITS).rows
    assert type(table.rows[0][0]) is type(one[0])


async def test_an_answer_is_given_as_csv_xlsx_and_parquet(files: Path, tmp_path: Path) -> None:
    asked = questions.asked("completeness", {})
    table = await questions.ask(files, asked, limits=LIMITS)
    answer = questions.answer("completeness", "Is the record complete", table)
    assert len(answer.rows) == len(table.rows)
    formats: tuple[Format, ...] = ("csv", "xlsx")
    for format_ in formats:
        response = await questions.file("completeness", table, format_)
        assert isinstance(response, StreamingResponse)
        pieces = [
            bytes(piece) async for piece in response.body_iterator if not isinstance(piece, str)
        ]
        begins = b"PK" if format_ == "xlsx" else "\ufefftopic;shard".encode()
        assert b"".join(pieces).startswith(begins)
    path = tmp_path / "answer.parquet"
    path.write_bytes((await questions.file("completeness", table, "parquet")).body)
    with duckdb.connect() as connection:
        found = connection.execute("SELECT topic, events FROM read_parquet(?)", [str(path)])
        assert found.fetchall() == [(row[0], row[2]) for row in table.rows]


async def test_too_much_sql_is_refused(files: Path) -> None:
    with pytest.raises(questions.SqlTooLong):
        await questions.ask_freely(files, "SELECT 1" + " " * 20_000, limits=LIMITS)
