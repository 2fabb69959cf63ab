"""Where a command finds the machine that it is about: in the state folder of one that runs here, or
in the folder with the secrets of a deployment."""

from pathlib import Path
from typing import Annotated

import typer

from tameng.deployed.machine import OPERATOR, surroundings
from tameng.keys import Keys
from tameng.machine import Described, describe_here, describe_surroundings
from tameng.problems import Problem
from tameng.state import KEYS_FOLDER

STATE = Path(".tameng")
State = Annotated[
    Path,
    typer.Option(
        envvar="TAMENG_STATE",
        metavar="FOLDER",
        help="The folder of the machine; of a deployment: of its secrets.",
    ),
]


def describe(state: Path) -> Described:
    """The machine that runs. Raises `Problem` when none does."""
    if _is_deployed(state):
        return describe_surroundings(surroundings(state))
    return describe_here(state)


def keys_of(state: Path) -> Keys:
    """The keys of a machine, whether it runs or not. Raises `Problem` when there are none."""
    folder = state / (OPERATOR if _is_deployed(state) else KEYS_FOLDER)
    if not folder.is_dir():
        raise Problem(f"{state} has no keys yet: start with `tameng up --state {state}`")
    return Keys(folder)


def _is_deployed(state: Path) -> bool:
    return (state / OPERATOR).is_dir()
