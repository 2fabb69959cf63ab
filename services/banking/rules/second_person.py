"""What one officer of the bank begins, another ends."""

from contracts.refusal import Refused


class MakerIsChecker(Refused):
    """Whoever did the first part may not do the second."""

    slug, status, retryable = "maker-is-checker", 403, False


def check_second_person(*, first: str | None, second: str, what: str) -> None:
    """Whether another officer than the `first` does the second part; `what` the first one did.

    Raises: MakerIsChecker.
    """
    if first == second:
        raise MakerIsChecker(f"You {what} yourself: another person has to do this.")
