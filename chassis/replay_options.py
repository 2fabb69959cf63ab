"""The options of `replay`."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

PROCESSES_MAX = 12
PROCESSES = os.cpu_count() or 1


class Options:
    """Each with its help."""

    source = Annotated[
        Literal["log", "archive"],
        typer.Option("--from", help="The own log and the topics of others; or the archive alone."),
    ]
    archive = Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            metavar="FOLDER",
            help="The archive. A replay from the log compares each row of the log with it.",
        ),
    ]
    until = Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="The tables of that moment (2025-08-01T00:00+08:00): up to the first event of "
            "each shard that was recorded later. Compared with what the other source makes.",
        ),
    ]
    until_event = Annotated[
        str | None, typer.Option(metavar="EVENT_ID", help="The same, when it was just recorded.")
    ]
    keep = Annotated[
        bool, typer.Option("--keep", help="Leave the schema; its name is in the answer.")
    ]
    processes = Annotated[
        int,
        typer.Option(
            "--processes", min=1, max=PROCESSES_MAX, help="How many apply at the same time."
        ),
    ]
    progress = Annotated[
        bool, typer.Option("--progress", help="Tell how far it is, a line of JSON each time.")
    ]
