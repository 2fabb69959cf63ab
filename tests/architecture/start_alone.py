"""Run in a folder that holds the contracts, the chassis and one service: build it, say what it is.

Prints JSON: the words of its help, its routes, those that declare no access, and the files of all
modules that it loaded.
"""

import io
import json
import runpy
import sys
from contextlib import redirect_stdout, suppress
from importlib import import_module

from fastapi.routing import iter_route_contexts

from chassis.service import application
from chassis.settings import load
from chassis.web.access import undeclared_routes


def helped(name: str) -> str:
    """What `python -m services.NAME --help` says."""
    sys.argv = [name, "--help"]
    with redirect_stdout(io.StringIO()) as said, suppress(SystemExit):
        runpy.run_module(f"services.{name}", run_name="__main__", alter_sys=True)
    return said.getvalue()


def main() -> None:
    name = sys.argv[1]
    told = helped(name)
    service = import_module(f"services.{name}.app").service
    app = application(service, load(service.settings))
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    print(
        json.dumps(
            {
                "help": told.split(),
                "routes": [str(route.path) for route in iter_route_contexts(app.routes)],
                "undeclared": undeclared_routes(app),
                "files": [file for file in files if file],
            }
        )
    )


if __name__ == "__main__":
    main()
