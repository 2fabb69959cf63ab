"""What decides whether a day may be closed."""

from collections import Counter
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.banking.queries import days as queries
from services.banking.queries import figures
from services.banking.queries import reconciliation as statements
from services.banking.rules.days import Books, Evening, Pending
from services.banking.rules.ledger import OUTSIDE


async def evening_of(session: AsyncSession, day: date) -> Evening:
    """The day as it stands now: its statement beside our book, what is pending, the books."""
    held = await statements.statement_of(session, day)
    known = [each for each in await statements.known(session, day) if each.state != "resolved"]
    kinds = Counter(each.difference.kind for each in known)
    return Evening(
        day=day,
        statement_id=held.statement_id if held else None,
        has_lines=held is not None and await statements.has_lines(session, held),
        matched=held.lines - kinds["missing-here"] - kinds["amount-differs"] if held else 0,
        differences=len(known),
        pending=[
            Pending(
                each.difference_id, each.difference.kind, each.difference.rail_reference, each.state
            )
            for each in known
            if each.pending
        ],
        earlier_open=await queries.earlier_open(session, day),
        unknown=(await queries.unknown_sum(session, day)).number,
        books=Books(**await figures.ledger(session, outside=OUTSIDE)),
    )
