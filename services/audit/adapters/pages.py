"""Pages made of templates. Whatever is put into them is escaped; nothing in them is a script."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.audit.rules import cells, shown

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")


def page(template: str, **given: Any) -> str:  # noqa: ANN401  (whatever the template shows)
    """A page, whole."""
    return _environment().get_template(template).render(given)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "style": Markup(STYLE),  # noqa: S704  (a file of ours; its digest is in the policy)
        "cell": cells.cell,
        "heading": cells.heading,
    }
    made.tests["id"] = shown.as_id
    made.filters |= {
        "number": shown.number,
        "rupiah": shown.rupiah,
        "instant": shown.instant,
        "written": shown.written,
        "elapsed": shown.elapsed,
        "short": shown.short,
        "plain": shown.plain,
        "owner": shown.owner,
        "pretty": _pretty,
    }
    return made


def _pretty(body: Any) -> str:  # noqa: ANN401  (whatever was archived)
    return json.dumps(body, indent=2, ensure_ascii=False)
