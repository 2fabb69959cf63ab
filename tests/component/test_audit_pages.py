"""Auditors read the record in a browser: the same answers, on record alike, and nothing changes."""

import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from chassis.archive import segments
from chassis.local_time import local_day
from contracts.audit import QuestionAsked
from services.audit.adapters import duck
from services.audit.operations import drawing
from services.audit.rules.shown import rupiah
from tests.alone import Alone, MakeAlone, key
from tests.archives import opened
from tests.component.recorded_world import (
    CLAIM,
    DEAD,
    MONTH,
    World,
    clean_world,
    named,
    records,
)

WHY = {"reason": "audit of the fourth quarter"}
PAGES = (
    "/pages", "/pages/questions", "/pages/questions/completeness", "/pages/timeline",
    "/pages/state", "/pages/money", f"/pages/events/{CLAIM}", "/pages/events/claims.events/0/1",
    "/pages/findings", f"/pages/findings/{CLAIM}", "/pages/sql",
    "/pages/questions/completeness/file?form=csv",
)  # fmt: skip
NOT_PAGES = ("/figures", "/status", "/questions", "/questions/completeness", "/findings")


@pytest.fixture
def world() -> World:
    return clean_world()


@pytest.fixture
async def audit(alone: MakeAlone, world: World) -> Alone:
    audit = await alone("audit")
    await audit.running.consumer.store.apply(records(world.events))
    await audit.work("checkpoints")
    return audit


@pytest.fixture
async def auditor(audit: Alone) -> httpx.AsyncClient:
    """Somebody with a browser who has signed in."""
    browser = audit.anonymous()
    token = audit.issuer.token(role="auditor", area="53", name="rina")
    answer = await browser.post("/pages/sign-in", data={"token": token, "next": "/pages/sql"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pages/sql")
    return browser


async def page(browser: httpx.AsyncClient, place: str, status: int = 200, /, **given: str) -> str:
    answer = await browser.get(f"/pages{place}", params=given or None)
    assert answer.status_code == status, answer.text
    check_policy(answer)
    return answer.text


def check_policy(answer: httpx.Response) -> None:
    """It may load and run nothing, and has nothing that would be run."""
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert b64encode(sha256(style[1].encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|style=|\son\w+=|javascript:", answer.text)


async def test_only_an_auditor_opens_a_page(audit: Alone) -> None:
    nobody = audit.anonymous()
    others = [audit.client(role, area="53") for role in ("admin", "province", "fraud")]
    for place in PAGES:
        answer = await nobody.get(place)
        assert answer.status_code == 401
        check_policy(answer)
        assert 'action="/pages/sign-in"' in answer.text
        for other in others:
            refused = await other.get(place)
            assert refused.status_code == 403
            check_policy(refused)
    assert not await audit.recorded(QuestionAsked)


async def test_the_cookie_opens_pages_and_nothing_else(
    audit: Alone, auditor: httpx.AsyncClient
) -> None:
    assert {(await auditor.get("/pages/sql")).status_code} == {200}
    (cookie,) = auditor.cookies.jar
    assert cookie.path == "/pages"
    sent = {"Cookie": f"{cookie.name}={cookie.value}"}
    for place in NOT_PAGES:
        assert (await auditor.get(place, params=WHY, headers=sent)).status_code == 401
    body = {"sql": "SELECT 1"} | WHY
    assert (await auditor.post("/sql", json=body, headers=sent)).status_code == 401
    for site in ("cross-site", "same-site"):
        answer = await auditor.get(
            "/pages/questions/completeness", params=WHY, headers={"Sec-Fetch-Site": site}
        )
        assert answer.status_code == 403
    assert not await audit.recorded(QuestionAsked)
    assert (await auditor.post("/pages/sign-out")).status_code == 303
    assert (await auditor.get("/pages/sql")).status_code == 401


async def test_signing_in_takes_an_auditors_token_from_this_site_only(audit: Alone) -> None:
    def token(role: str) -> str:
        return audit.issuer.token(role=role, area="53", name="rina")

    browser, good = audit.anonymous(), token("auditor")
    for given, headers, status in (
        ({"token": "nonsense"}, {}, 401),
        ({"token": ""}, {}, 401),
        ({}, {}, 401),
        ({"token": good + "a" * 4_000}, {}, 401),
        ({"token": token("admin")}, {}, 403),
        ({"token": good}, {"Sec-Fetch-Site": "cross-site"}, 403),
    ):
        answer = await browser.post("/pages/sign-in", data=given, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)
    for elsewhere in ("https://other.example/", "//other.example", "/pages.example", "/figures"):
        answer = await browser.post("/pages/sign-in", data={"token": good, "next": elsewhere})
        assert answer.headers["Location"] == "/pages"
    signed_in = await browser.post("/pages/sign-in", data={"token": good})
    plain = signed_in.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/pages"} <= set(plain.split("; "))
    assert "Secure" not in plain
    secure = await browser.post("https://alone/pages/sign-in", data={"token": f"Bearer {good}"})
    assert "Secure" in secure.headers["Set-Cookie"].split("; ")


async def test_a_question_on_a_page_is_on_record_as_over_the_api(
    audit: Alone, auditor: httpx.AsyncClient
) -> None:
    told = await page(auditor, "/questions/heads-agree", month="2025-07", **WHY)
    assert "Newest checkpoint" in told
    await page(auditor, "/questions/heads-agree")  # the form alone asks nothing
    api = audit.client("auditor", area="53")
    await api.get("/questions/heads-agree", params={"month": "2025-07"} | WHY)
    file = await auditor.get(
        "/pages/questions/heads-agree/file", params={"form": "csv", "month": "2025-07"} | WHY
    )
    assert file.headers["Content-Type"].startswith("text/csv")
    on_page, over_api, in_file = await audit.recorded(QuestionAsked)
    assert on_page.asked_by == "rina"
    same = {"question", "parameters", "form", "rows", "reason"}
    assert on_page.model_dump(include=same) == over_api.model_dump(include=same)
    assert in_file.form == "csv"


async def test_what_is_wrong_stands_beside_its_field_and_is_escaped(
    audit: Alone, auditor: httpx.AsyncClient
) -> None:
    told = await page(auditor, "/questions/as-of", 422, day="yesterday", reason="")
    beside = re.findall(r'<small id="(\w+)-words"><span class="bad">(.*?)</span>', told)
    assert [name for name, _ in beside] == ["day", "reason"]
    assert beside[0][1] == "day: expected a day such as 2025-09-03"
    attack = '"><script>alert(1)</script>'
    told = await page(auditor, "/timeline", subject=attack, reason=attack)
    assert "&lt;script&gt;" in told
    await page(auditor, "/questions/nothing", 404)
    await page(auditor, "/questions/completeness", 422, when="now", **WHY)
    await page(auditor, "/events/claims.events/99/1", 422)
    assert len(await audit.recorded(QuestionAsked)) == 1


async def test_answers_are_shown_as_tables_timelines_and_the_way_of_the_money(
    auditor: httpx.AsyncClient,
) -> None:
    listed = await page(auditor, "/questions")
    assert [
        name for name in duck.catalogue() if f'href="/pages/questions/{name}"' not in listed
    ] == []
    budget = await page(auditor, "/questions/money-and-budget", show="all", **WHY)
    assert f'<td class="number">{rupiah(18 * MONTH)}</td>' in budget
    counted = await page(auditor, "/state", day="2025-10-20", **WHY)
    assert '<th scope="row">53.71</th>' in counted
    assert "members in force" in counted

    told = await page(auditor, "/timeline", subject=str(CLAIM), **WHY)
    assert "claims.claim-approved.v1 led to banking.payout-ordered.v1" in told
    assert told.count('<tr id="e-') == 14
    assert "2025-10-15 10:00:00" in told  # 02:00 in UTC

    told = await page(auditor, "/money", subject=str(CLAIM), **WHY)
    stages = re.findall(r"<h3>(.*?)</h3>.*?<strong>(.*?)</strong>", told, re.DOTALL)
    assert stages == [
        ("Deposits", rupiah(18 * MONTH)), ("Invoices", rupiah(12 * MONTH)),
        ("For the member", rupiah(4 * MONTH)), ("Decided", rupiah(42_000_000)),
        ("Arrived", rupiah(42_000_000)),
    ]  # fmt: skip


async def test_an_event_is_proven_and_shows_its_cause_and_effects(
    auditor: httpx.AsyncClient, world: World
) -> None:
    approved = next(each for each in world.events if each.type == "claims.claim-approved.v1")
    place = f"/events/{approved.event_id}"
    assert "say what for" in await page(auditor, place)
    told = await page(auditor, place, **WHY)
    assert "In the signed record: proven." in told
    effects = told[told.index("What it led to") :]
    links = re.findall(
        r'href="/pages(/events/[^"?]+)\?[^"]*" title="[^"]*">payout-settled<', effects
    )
    assert len(links) == 3
    assert "payout-ordered" in await page(auditor, links[0], **WHY)
    await page(auditor, f"/events/{named('nobody')}", 404, **WHY)
    await page(auditor, "/events/claims.events/3/999999", 404)


async def test_a_forged_event_is_not_proven_and_a_young_one_not_yet(
    audit: Alone, auditor: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    first, *_ = records(world.events)
    here = f"/events/{first.stream.topic}/{first.stream.shard}/1"
    assert "In the signed record: proven." in await page(auditor, here)
    segment = segments.segment(
        segments.folder_of(audit.running.settings.archive_folder, first.stream), 1
    )
    archived = segment.read_bytes()
    segment.write_bytes(archived.replace(b'"ceiling":', b'"ceilinG":', 1))
    assert "or not whole" in await page(auditor, here, 404)  # the chain tells

    forged = [
        each._replace(body=each.body.replace(b'"ceiling":', b'"ceilinG":', 1))
        for each in records(world.events)
        if each.stream == first.stream
    ]
    with opened(tmp_path / "forged") as archive:  # with a chain of its own
        archive.append(forged)
    other = segments.segment(segments.folder_of(tmp_path / "forged", first.stream), 1)
    segment.write_bytes(other.read_bytes())
    assert "Not proven" in await page(auditor, here)
    segment.write_bytes(archived)

    world.file(DEAD, named("another claim"))
    young = records(world.events)[-1]
    await audit.running.consumer.store.apply(records(world.events))
    where = f"/events/{young.stream.topic}/{young.stream.shard}/{young.seq}"
    assert "Younger than the newest checkpoint" in await page(auditor, where)


async def test_findings_and_the_record_at_a_glance(
    audit: Alone, auditor: httpx.AsyncClient
) -> None:
    raised = await audit.client("auditor", area="53").post(
        "/findings", json={"detail": "<b>bold</b>"}, headers=key()
    )
    listed = await page(auditor, "/findings")
    assert "&lt;b&gt;bold&lt;/b&gt;" in listed
    told = await page(auditor, f"/findings/{raised.json()['finding_id']}")
    assert "raised" in told
    assert "No finding is closed now." in await page(auditor, "/findings", state="closed")
    home = await page(auditor, "")
    assert "1 open" in home
    assert "banking does not say how it stands" in home  # nothing answers at its address
    assert "enrollment_url" not in home


async def test_a_finding_whose_answer_is_overdue_is_marked(
    audit: Alone, auditor: httpx.AsyncClient
) -> None:
    asker = audit.client("auditor", area="53")
    raised = await asker.post("/findings", json={"detail": "no papers"}, headers=key())
    finding = raised.json()["finding_id"]
    asked = {"assigned_to": "somebody", "due_on": f"{local_day(audit.clock.now())}"}
    await asker.post(f"/findings/{finding}/assignment", json=asked, headers=key())
    for where in ("/findings", f"/findings/{finding}"):
        assert "overdue" not in await page(auditor, where)
    audit.clock.set(audit.clock.now() + timedelta(days=1))
    for where in ("/findings", f"/findings/{finding}"):
        assert "assigned, overdue" in await page(auditor, where)


async def test_a_fault_is_a_page_by_which_the_log_is_found(
    auditor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(drawing, "moves", broken)
    page = await auditor.get("/pages/money", params={"subject": str(CLAIM)} | WHY)
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert page.headers["X-Correlation-Id"] in page.text
    assert "the inside" not in page.text
    check_policy(page)
