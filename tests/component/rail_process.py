"""A rail process of the test's own, and the partner that signs requests to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.rail.signing import signature, string_to_sign

ROOT = Path(__file__).parents[2]
SECRET = b"a-key-for-tests-only-0123456789ab"
PARTNER = "BANKNTT"
TRANSFER = "/v1.0/transfer-interbank"
INQUIRY = "/v1.0/account-inquiry-external"
STATUS = "/v1.0/transfer/status"
START_TIMEOUT_S = 20.0

external_ids = count(1)


class Rail:
    """A running rail process and a partner that signs its requests."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        (folder / "secret").write_bytes(SECRET + b"\n")
        self.book_after = 0
        self.environment = {
            **os.environ,
            "RAIL_HOST": "127.0.0.1",
            "RAIL_PORT": str(self.port),
            "RAIL_PARTNER_ID": PARTNER,
            "RAIL_SECRET_FILE": str(folder / "secret"),
            "RAIL_BOOK_FILE": str(folder / "rail.sqlite"),
        }
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulators.rail"], cwd=ROOT, env=self.environment
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                if self.client.get("/livez").status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, "the rail did not start"
                time.sleep(0.05)
        pytest.fail("the rail did not answer in time")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> None:
        self.client.close()
        self.kill()

    def headers(self, path: str, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
        timestamp = (at or datetime.now(UTC)).isoformat()  # noqa: TID251 SNAP signs real time
        text = string_to_sign(method="POST", path=path, body=body, timestamp=timestamp)
        return {
            "Content-Type": "application/json",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature(text, secret=SECRET),
            "X-PARTNER-ID": PARTNER,
            "X-EXTERNAL-ID": str(next(external_ids)),
            "CHANNEL-ID": "95221",
        }

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        content = json.dumps(body).encode()
        signed = self.headers(path, content) | headers
        return self.sent(path, content, signed)

    def sent(self, path: str, content: bytes, headers: dict[str, str]) -> dict[str, Any]:
        response = self.client.post(path, content=content, headers=headers)
        answer: dict[str, Any] = response.json()
        assert answer["responseCode"].startswith(str(response.status_code))
        return answer

    def status(self, reference: str) -> dict[str, Any]:
        return self.post(STATUS, {"originalPartnerReferenceNo": reference, "serviceCode": "18"})

    def instruct(self, **instruction: object) -> None:
        self.client.post("/_control/instructions", json=instruction).raise_for_status()

    def whole_book(self) -> list[dict[str, Any]]:
        transfers: list[dict[str, Any]] = self.client.get("/_control/book").json()["transfers"]
        return transfers

    def book(self) -> list[dict[str, Any]]:
        page = self.client.get("/_control/book", params={"after": self.book_after, "limit": 500})
        transfers: list[dict[str, Any]] = page.json()["transfers"]
        return transfers

    def moved(self) -> int:
        return sum(line["movedRupiah"] for line in self.book())
