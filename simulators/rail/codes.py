"""SNAP answers: a response code is the HTTP status, the service's number and the case's number."""

from typing import Final, NamedTuple

INQUIRY: Final = "16"
TRANSFER: Final = "18"
STATUS: Final = "36"

SERVICES: Final = {
    "/v1.0/account-inquiry-external": INQUIRY,
    "/v1.0/transfer-interbank": TRANSFER,
    "/v1.0/transfer/status": STATUS,
}


class Case(NamedTuple):
    """One way a request can end, the same for every service."""

    http_status: int
    number: str
    message: str

    def code(self, service: str) -> str:
        """The seven digits of this case for a service."""
        return f"{self.http_status}{service}{self.number}"


SUCCESSFUL: Final = Case(200, "00", "Successful")
IN_PROGRESS: Final = Case(202, "00", "Request In Progress")
BAD_REQUEST: Final = Case(400, "00", "Bad Request")
FIELD_FORMAT: Final = Case(400, "01", "Invalid Field Format")
FIELD_MISSING: Final = Case(400, "02", "Invalid Mandatory Field")
UNAUTHORIZED: Final = Case(401, "00", "Unauthorized")
LIMIT_EXCEEDED: Final = Case(403, "02", "Exceeds Transaction Amount Limit")
ACCOUNT_DORMANT: Final = Case(403, "09", "Dormant Account")
FUNDS_INSUFFICIENT: Final = Case(403, "14", "Insufficient Funds")
ACCOUNT_CLOSED: Final = Case(403, "18", "Inactive Account")
TRANSACTION_NOT_FOUND: Final = Case(404, "01", "Transaction Not Found")
ACCOUNT_UNKNOWN: Final = Case(404, "11", "Invalid Account")
INCONSISTENT: Final = Case(404, "18", "Inconsistent Request")
EXTERNAL_ID_USED: Final = Case(409, "00", "Conflict")
REFERENCE_USED: Final = Case(409, "01", "Duplicate partnerReferenceNo")
GENERAL_ERROR: Final = Case(500, "00", "General Error")
UNAVAILABLE: Final = Case(503, "00", "Service Unavailable")
TIMED_OUT: Final = Case(504, "00", "Timeout")


class NotServed(Exception):
    """The request ends in this case, and no transfer comes of it."""

    def __init__(self, case: Case, detail: str = "") -> None:
        super().__init__(case.message, detail)
        self.case = case
        self.detail = detail
