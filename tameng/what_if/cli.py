"""The commands of `tameng what-if`."""

import typer

from tameng.what_if.claims import claims
from tameng.what_if.contributions import contributions

commands = typer.Typer(
    help="What would have been by other rules: a replay that publishes and changes nothing.",
    no_args_is_help=True,
)
commands.command()(claims)
commands.command()(contributions)
