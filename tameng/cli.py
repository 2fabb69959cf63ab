"""The command line: `tameng COMMAND`."""

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import stamina.instrumentation
import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from chassis.clock import real_now
from contracts.types import RegionCode
from tameng import checks, drain, standing, tokens, watching
from tameng.benefit import commands as benefit_commands
from tameng.card import commands as card_commands
from tameng.completeness import completeness
from tameng.contracts import commands as contracts_commands
from tameng.demo import figures, play
from tameng.demo.play import Story
from tameng.demo.province.room import check_room
from tameng.demo.province.telling import WORKERS, WORKERS_MIN, story
from tameng.deployed.machine import unused
from tameng.deployed.secrets import secrets
from tameng.environment import SERVICES
from tameng.joined_logs import logs
from tameng.machine import Running, machine, service_command
from tameng.nightly import nightly
from tameng.offices import Office, http_client
from tameng.problems import Problem
from tameng.provision.command import commands as provision_commands
from tameng.reconcile import reconcile
from tameng.repair.commands import add_commands as add_repair_commands
from tameng.replay import replay
from tameng.roster import commands as roster_commands
from tameng.trace import trace
from tameng.what_if.cli import commands as what_if_commands
from tameng.where import STATE, State, describe, keys_of

app = typer.Typer(
    help="Tameng on one machine: cover for vulnerable workers, four services that agree through "
    "events. Start with `tameng demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # which joins the lines of a docstring
)
app.add_typer(benefit_commands, name="benefit")
app.add_typer(card_commands, name="card")
app.add_typer(contracts_commands, name="contracts")
app.add_typer(provision_commands, name="provision")
app.add_typer(roster_commands, name="roster")
app.command()(completeness)
app.add_typer(what_if_commands, name="what-if")
app.command()(reconcile)
app.command()(secrets)
app.command()(replay)
app.command()(nightly)
app.command()(trace)
app.command()(logs)
add_repair_commands(app)
console = Console()

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
Played = AbstractAsyncContextManager[tuple[Running, dict[str, Any]]]


def main() -> None:
    """Run the command line; what is wrong outside this program is said in one line."""
    stamina.instrumentation.set_on_retry_hooks([])  # the supervisor says who was away
    try:
        app()
    except Problem as problem:
        _say(f"tameng: {problem}", style="red")
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # of a connection, not of a file or folder that was named
            raise
        _say(f"tameng: {error.filename}: {error.strerror}", style="red")
        sys.exit(1)


@app.command()
def demo(
    state: State = STATE,
    report: Annotated[
        Path | None, typer.Option(help="Write the figures as JSON to this file.", metavar="FILE")
    ] = None,
    deployed: Annotated[
        Path | None,
        typer.Option(
            help="Play against the deployment whose secrets are there.", metavar="SECRETS"
        ),
    ] = None,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="The whole province instead: 22 kabupaten, four months.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=WORKERS_MIN, max=WORKERS, help="Of the province, with --full.")
    ] = WORKERS,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the played day up until interrupted.")
    ] = False,
) -> None:
    """Play one day of the programme in Kota Kupang, from a roster file to paid claims, on real
    parts, and show each published figure beside the one of this run. Begins on a clean state.
    """
    told: Story[Any] = story(workers) if full else play.DAY
    if full and deployed is None:
        check_room(state, workers)
    place = unused(deployed, say=console.print) if deployed else _fresh(state)
    folder = Path.cwd() if deployed else state
    if not _run(_demo(play.played(place, folder, console, told), told, report, keep=keep)):
        raise typer.Exit(1)


@app.command()
def up(state: State = STATE) -> None:
    """Start everything, go on with what the state folder holds, and stay up until interrupted."""
    _run(_up(state))


@app.command()
def status(
    state: State = STATE,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="All in one view, every 2 s, red where it is amiss.")
    ] = False,
) -> None:
    """Show for each service and shard: head, sent, watermarks, lag, gaps, parked events."""
    _run(watching.watch(state, console) if watch else _status(state))


@app.command()
def verify(state: State = STATE) -> None:
    """Verify the archive's hash chain over every event.

    Exit 1, naming the place, when a record was changed, removed, added or moved.
    """
    checked = asyncio.run(checks.verified(describe(state)))
    answer = checked.answer
    for topic, number in answer["events_by_topic"].items():
        _say(f"{topic}: {number:,} events")
    if checked.passed:
        _say(f"verified: {answer['events']:,} events, root {answer['root']}")
    else:
        _say(f"NOT verified: {checks.place(answer['finding'])}", style="red")
    raise typer.Exit(0 if checked.passed else 1)


@app.command()
def token(
    role: Annotated[str, typer.Option(help=f"One of {', '.join(tokens.ROLES)}.")],
    name: Annotated[str, typer.Option(help="Who it speaks for; stands on the record.")],
    area: Annotated[str, typer.Option(help="A region code; covers all under it.")] = "53",
    state: State = STATE,
    hours: Annotated[int, typer.Option(min=1, max=24 * 365, help="How long it is good.")] = 12,
) -> None:
    """Print a token for trying things by hand: -H "Authorization: Bearer $(tameng token …)"."""
    if role not in tokens.ROLES:
        raise Problem(f"no role {role}: one of {', '.join(tokens.ROLES)}")
    if not name.strip():
        raise Problem("a token speaks for somebody: say who in --name")
    try:
        TypeAdapter(RegionCode).validate_python(area)
    except ValidationError:
        raise Problem(f"{area} is no region code: say one such as 53, 53.71 or 53.71.04") from None
    key = keys_of(state).issuer_key()
    lifetime = timedelta(hours=hours)
    typer.echo(
        tokens.mint(key=key, role=role, area=area, name=name, now=real_now(), lifetime=lifetime)
    )


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="list | show TOPIC KEY | retry TOPIC KEY | drop TOPIC KEY --reason … --name …",
)
def parked(context: typer.Context, service: Service, state: State = STATE) -> None:
    """Events that a service could not handle: look at them, try them again, give them up."""
    _check_service(service)
    environment = describe(state).environments[service]
    command = service_command(service, "parked", *(context.args or ["list"]))
    raise typer.Exit(asyncio.run(checks.passed_on(command, environment)))


def _fresh(state: Path) -> AbstractAsyncContextManager[Running]:
    return machine(state=state, fresh=True, say=console.print, begins_at=play.BEGINS_AT)


async def _demo(played: Played, story: Story[Any], report: Path | None, *, keep: bool) -> bool:
    async with played as (running, found):
        if report is not None:
            await asyncio.to_thread(report.write_text, json.dumps(found, indent=2) + "\n")
        for shown in story.tables(found):
            console.print(shown)
        for line in found["differences"]:
            _say(line, style="red")
        console.print(figures.times(found["seconds"], story.titles))
        for line in story.papers(found):
            _say(line)
        if keep:
            _print_addresses(running.urls)
            raise Problem(await running.failure())
    return all(line.agrees for line in story.lines(found))


async def _up(state: Path) -> None:
    async with machine(state=state, fresh=False, say=_say) as running:
        _print_addresses(running.urls)
        if running.described.clock_file:
            _say("on the simulated clock of the day that was played here")
        raise Problem(await running.failure())


async def _status(state: Path) -> None:
    described = describe(state)
    async with http_client() as http:
        admin = Office("operator", "admin", "53", described.keys, described.urls, http)
        found = await drain.answering(admin)
    for table in standing.tables(found):
        console.print(table)
    if away := [name for name in SERVICES if name not in found]:
        raise Problem(
            f"{', '.join(away)}: no answer within {drain.ANSWER_S:.0f} s; look at the log, and at "
            "`tameng status --watch`, which goes on asking"
        )


def _print_addresses(urls: dict[str, str]) -> None:
    for name, url in urls.items():
        _say(f"{name:<12}{url}")
    _say("up; stop with Ctrl-C")


def _say(line: str, *, style: str | None = None) -> None:
    """A line as it is, however wide the terminal."""
    console.print(line, style=style, soft_wrap=True, highlight=False, markup=False)


def _check_service(service: str) -> None:
    if service not in SERVICES:
        raise Problem(f"no service {service}: one of {', '.join(SERVICES)}")


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  (what the work answers)
    """Run to the end or to the first Ctrl-C or SIGTERM, and stop everything that was started."""

    async def stoppable() -> Any:  # noqa: ANN401
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        return await task

    with suppress(asyncio.CancelledError):
        return asyncio.run(stoppable())
    _say("stopped")
    return None
