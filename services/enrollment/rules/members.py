"""What is noted about members when others say so."""

from datetime import datetime

from contracts.banking import AccountOpened
from contracts.enrollment import AccountLinked
from contracts.types import WorkerId


def link(opened: AccountOpened, *, now: datetime) -> AccountLinked:
    """The member's account is known."""
    return AccountLinked(
        **opened.cause.stamp("link-account", at=now),
        worker_id=WorkerId(opened.holder_id),
        account_id=opened.account_id,
    )
