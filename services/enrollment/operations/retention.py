"""Tell how long data are kept; let go of stored answers whose time is over."""

from datetime import date

from pydantic import BaseModel

from chassis.state.unit import Unit
from services.enrollment.queries import privacy as queries
from services.enrollment.rules.retention import CLASSES, Mark, rule_of

ANSWERS_AT_ONCE = 5_000


class RetentionLine(BaseModel):
    """Data of one kind, how long they are kept, and by which rule."""

    slug: str
    what: str
    months: int
    days: int
    counted_from: str
    source: str
    mark: Mark
    """`law`: read in the law itself; `unverified`: a default until somebody has; `own`: ours."""
    valid_from: date


class Retention(BaseModel):
    """The retention rules, later ones of the same slug behind earlier ones."""

    classes: list[RetentionLine]


def retention() -> Retention:
    """How long data are kept."""
    return Retention(classes=[RetentionLine(**each._asdict()) for each in CLASSES])


async def forget_answers(unit: Unit) -> bool:
    """Delete answers to commands that were stored long ago; tell whether there may be more."""
    rule = rule_of("stored-answers", on=unit.now.date())
    deleted = await queries.forget_answers(unit.session, days=rule.days, rows_max=ANSWERS_AT_ONCE)
    return deleted == ANSWERS_AT_ONCE
