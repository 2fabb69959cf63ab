"""Days and instants outside the programme's time are refused by name wherever they are asked."""

from uuid import UUID

import pytest

from tests.alone import MakeAlone, key

FIRST, LAST = "0001-01-01", "9999-12-31"
STATEMENT = f"/accounts/{UUID(int=9)}/statement"


@pytest.mark.parametrize(
    ("method", "path", "asked", "field"),
    [
        ("GET", STATEMENT, {"from": FIRST, "to": FIRST}, "from"),
        ("GET", STATEMENT, {"from": "2025-07-07", "to": LAST}, "to"),
        ("GET", f"{STATEMENT}/sheet", {"from": FIRST, "to": FIRST}, "from"),
        ("GET", f"{STATEMENT}.pdf", {"from": FIRST, "to": FIRST}, "from"),
        ("GET", "/days", {"before": FIRST}, "before"),
        ("POST", f"/days/{FIRST}/close", {}, "day"),
        ("GET", f"/days/{FIRST}/report", {}, "day"),
        ("GET", f"/days/{LAST}/report", {}, "day"),
        ("GET", f"/days/{FIRST}/report/sheet", {}, "day"),
        ("GET", f"/days/{FIRST}/report.pdf", {}, "day"),
        ("GET", "/differences", {"day": FIRST}, "day"),
        ("POST", "/rail-statements", {"day": FIRST, "format": "csv"}, "day"),
        ("GET", "/trial-balance", {"at": f"{FIRST}T00:00:00+14:00"}, "at"),
        ("GET", "/trial-balance", {"at": f"{LAST}T23:59:59-12:00"}, "at"),
    ],
)
async def test_a_day_at_the_end_of_time_is_refused_by_its_field(
    alone: MakeAlone, method: str, path: str, asked: dict[str, str], field: str
) -> None:
    staff = (await alone("banking")).client("bank", area="53")
    headers = key() if method == "POST" else {}
    answer = await staff.request(method, path, params=asked, headers=headers)
    assert answer.status_code == 422, answer.text
    assert field in answer.text
    assert "from 2000-01-01 to 2199-12-31" in answer.text


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
async def test_the_first_and_the_last_day_are_asked_for(alone: MakeAlone, day: str) -> None:
    staff = (await alone("banking")).client("bank", area="53")
    assert (await staff.get("/days", params={"before": day})).status_code == 200
    at = {"at": f"{day}T12:00:00+08:00"}
    assert (await staff.get("/trial-balance", params=at)).status_code == 200
