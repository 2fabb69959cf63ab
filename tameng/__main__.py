"""`tameng`, or `python -m tameng`."""

import chassis.unhurried  # noqa: F401  (first: it spares a fifth of a start)
from tameng.cli import main

if __name__ == "__main__":
    main()
