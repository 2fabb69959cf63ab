"""`tameng contracts`: what is generated from events and routes, and what a change breaks."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any

import typer

import contracts as package
from contracts.catalogue import EVENTS
from contracts.compatibility import Change, Schema, Verdict, changes
from contracts.schema import schema_of
from tameng import asyncapi, event_pages, http_documents, http_pages

ROOT = Path(package.__file__).resolve().parent.parent
SCHEMAS = "contracts/schemas"
EXAMPLES = "contracts/examples"
HTTP = "docs/http"
GIT_TIMEOUT_S = 30
commands = typer.Typer(
    help="What the services promise: generated documents, compatibility.",
    no_args_is_help=True,
)


@commands.command()
def generate() -> None:
    """Write the schemas, docs/events.md and docs/asyncapi.yaml from the event classes, and
    docs/http/ from the routes.
    """
    _tell(changes(committed(ROOT), current()))
    wanted = generated()
    for name in _left_over(ROOT, wanted):
        (ROOT / name).unlink()
    for name, content in wanted.items():
        file = ROOT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    typer.echo(f"{len(wanted)} files are up to date")


@commands.command()
def check() -> None:
    """Fail when generated files are stale, an example is missing, or readers would break."""
    wrong = [*stale(ROOT), *without_example(ROOT)]
    for line in wrong:
        typer.echo(line)
    _tell(changes(committed(ROOT), current()))
    raise typer.Exit(1 if wrong else 0)


@commands.command()
def diff(
    revision: Annotated[str, typer.Argument(help="Compare with this git revision.")] = "HEAD",
    to: Annotated[str | None, typer.Argument(help="And this one; else the classes.")] = None,
) -> None:
    """Print what changed in the events and who must deploy first; exit 1 when readers break."""
    found = changes(committed_at(revision), current() if to is None else committed_at(to))
    _tell(found)
    typer.echo(order(found))
    raise typer.Exit(1 if any(each.verdict is Verdict.NEW_MAJOR for each in found) else 0)


def current() -> dict[str, Schema]:
    """The schema of every event class, by the event's name on the wire."""
    return {name: schema_of(event) for name, event in EVENTS.items()}


def committed(root: Path) -> dict[str, Schema]:
    """The schemas in the files."""
    files = (root / SCHEMAS).glob("*.json")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def committed_at(revision: str) -> dict[str, Schema]:
    """The schemas in a revision; none when it had none."""
    listed = _git("ls-tree", "--name-only", revision, f"{SCHEMAS}/").splitlines()
    return {Path(name).stem: json.loads(_git("show", f"{revision}:{name}")) for name in listed}


@cache
def generated() -> Mapping[str, str]:
    """What each generated file should hold, by its name from the root. It depends on the classes
    and routes alone, so a process makes it once."""
    schemas = current()
    files = {f"{SCHEMAS}/{name}.json": _json(schema) for name, schema in schemas.items()}
    files["docs/events.md"] = event_pages.page(EVENTS)
    files["docs/asyncapi.yaml"] = asyncapi.text(EVENTS, schemas)
    for service, document in http_documents.documents().items():
        files[f"{HTTP}/{service}.json"] = _json(document)
        files[f"{HTTP}/{service}.md"] = http_pages.page(service, document)
    return files


def stale(root: Path) -> list[str]:
    """A line for each generated file that does not hold what it should."""
    wanted = generated()
    command = "run `tameng contracts generate`"
    return [
        f"{name} is stale: {command}"
        for name, content in wanted.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != content
    ] + [f"{name} belongs to no event or service: {command}" for name in _left_over(root, wanted)]


def without_example(root: Path) -> list[str]:
    """A line for each event that nobody can see an example of."""
    return [
        f"{EXAMPLES}/{name}/ holds no example: write one"
        for name in EVENTS
        if not any((root / EXAMPLES / name).glob("*.json"))
    ]


def told(change: Change) -> str:
    """A change in one line or two: what it is, and who must deploy first."""
    place = f"{change.event} {change.place}".strip()
    owner = change.event.partition(".")[0]
    then = {
        Verdict.ANY_ORDER: "deploy in any order",
        Verdict.READERS_FIRST: f"deploy {', '.join(change.readers)} first, then {owner}",
        Verdict.NEW_MAJOR: "BREAKS: leave it as it was and make a new event type beside it, the "
        "next .vN",
    }[change.verdict]
    return f"{place}: {change.what}\n    {then}"


def order(found: Sequence[Change]) -> str:
    """What follows of all changes together: in which order the services go."""
    breaking = sum(each.verdict is Verdict.NEW_MAJOR for each in found)
    if breaking:
        return f"Do not deploy: {breaking} of {len(found)} changes break readers or old records."
    later = [each for each in found if each.verdict is Verdict.READERS_FIRST]
    before: dict[str, set[str]] = {}
    for each in later:
        owner = each.event.partition(".")[0]
        before.setdefault(owner, set()).update({*each.readers} - {owner})
    try:
        services = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        each_first = " and ".join(sorted({*error.args[1]}))
        return f"No order will do: {each_first} wait for each other. Release it in two steps."
    told = f"in this order: {', '.join(services)}" if later else "in any order"
    changed = f"{len(found)} change{'s'[: len(found) > 1]}" if found else "No event changed"
    return f"{changed}: deploy {told}."


def _tell(found: Iterable[Change]) -> None:
    for change in found:
        typer.echo(told(change))


def _left_over(root: Path, wanted: Mapping[str, str]) -> list[str]:
    files = (file for folder in (SCHEMAS, HTTP) for file in (root / folder).glob("*.*"))
    names = (file.relative_to(root).as_posix() for file in files)
    return sorted(name for name in names if name not in wanted)


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _git(*words: str) -> str:
    """What git answers. A revision that it does not know ends the command with git's own words."""
    done = subprocess.run(  # noqa: S603  (no shell, and git looks at the words as names only)
        ["git", "-C", str(ROOT), *words],  # noqa: S607
        capture_output=True, text=True, check=False, timeout=GIT_TIMEOUT_S,
    )  # fmt: skip
    if done.returncode:
        raise typer.BadParameter(done.stderr.strip())
    return done.stdout
