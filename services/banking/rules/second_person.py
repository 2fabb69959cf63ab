"""What one officer of the bank begins, another ends."""

from contracts.refusal import Refused


class MakerIsChecker(Refused):
    """Whoever did the first part may not do the second."""

    slug, status, retryable = "maker-is-checker", 403, False
