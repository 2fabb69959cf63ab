"""`tameng`, or `python -m tameng`."""

from chassis import unhurried  # isort: skip  (first: it spares a fifth of a start)
from tameng import cli


def main() -> None:
    """Run the command line."""
    unhurried.imported()
    cli.main()


if __name__ == "__main__":
    main()
