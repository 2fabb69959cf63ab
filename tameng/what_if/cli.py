"""The commands of `tameng what-if`."""

import typer

from tameng.what_if.claims import claims
from tameng.what_if.contributions import contributions

commands = typer.Typer(help="What would have been by other rules.", no_args_is_help=True)
commands.command()(claims)
commands.command()(contributions)


@commands.callback()
def group() -> None:
    """What would have been by other rules: a replay that publishes nothing and changes nothing."""
