"""Run in a folder that holds the contracts, the chassis and one service: build it, say what it is.

Prints JSON: its routes, those that declare no access, and the files of all modules that it loaded.
"""

import json
import sys
from importlib import import_module

from fastapi.routing import iter_route_contexts

from chassis.service import application
from chassis.settings import load
from chassis.web.access import undeclared_routes


def main() -> None:
    service = import_module(f"services.{sys.argv[1]}.app").service
    app = application(service, load(service.settings))
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    print(
        json.dumps(
            {
                "routes": [str(route.path) for route in iter_route_contexts(app.routes)],
                "undeclared": undeclared_routes(app),
                "files": [file for file in files if file],
            }
        )
    )


if __name__ == "__main__":
    main()
