"""`python -m simulators.rail`: serve until told to stop."""

import sqlite3
import sys
from typing import Final

import uvicorn
from pydantic import ValidationError

from simulators.rail import server
from simulators.rail.app import create_app
from simulators.rail.settings import SecretTooShort, Settings

EXIT_MISCONFIGURED: Final = 2


def main() -> int:
    """Serve; 2 and a line on stderr when the environment does not allow it."""
    try:
        settings = Settings()
        app = create_app(settings)
    except ValidationError as error:
        for flaw in error.errors(include_url=False):
            name = "RAIL_" + "_".join(str(part) for part in flaw["loc"]).upper()
            sys.stderr.write(f"rail: set {name}: {flaw['msg']}\n")
        return EXIT_MISCONFIGURED
    except (SecretTooShort, sqlite3.Error) as error:
        sys.stderr.write(f"rail: cannot start: {error} (see RAIL_SECRET_FILE, RAIL_BOOK_FILE)\n")
        return EXIT_MISCONFIGURED
    uvicorn.Server(server.config(app, settings)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
