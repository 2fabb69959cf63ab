"""The three SNAP services: parse, call, answer."""

import asyncio
import json
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask

from simulators.rail import codes, gate, operations, rules
from simulators.rail.book import Book
from simulators.rail.callback import call_back
from simulators.rail.gate import Gate
from simulators.rail.messages import AccountInquiry, SnapBody, StatusQuery, TransferOrder
from simulators.rail.operations import Reply
from simulators.rail.rules import Entry

Body = TypeVar("Body", bound=SnapBody)


def snap_routes(*, book: Book, door: Gate, secret: bytes) -> APIRouter:
    """Account inquiry, interbank transfer, transfer status."""
    router = APIRouter()

    @router.post("/v1.0/account-inquiry-external")
    async def account_inquiry(request: Request) -> JSONResponse:
        inquiry = _parsed(AccountInquiry, await door.body(request))
        name = operations.holder_name(book, inquiry)
        return _answer(codes.SUCCESSFUL.code(codes.INQUIRY), "Successful", _account(inquiry, name))

    @router.post("/v1.0/transfer-interbank")
    async def transfer_interbank(request: Request) -> JSONResponse:
        order = _parsed(TransferOrder, await door.body(request))
        reply = operations.receive_transfer(book, order, now=gate.now())
        await asyncio.sleep(reply.wait_s)
        answer = _answer(reply.response_code, reply.response_message, _transfer(reply))
        if reply.callback_url and reply.entry:
            answer.background = _calling_back(reply.callback_url, reply.entry, secret=secret)
        return answer

    @router.post("/v1.0/transfer/status")
    async def transfer_status(request: Request) -> JSONResponse:
        entry = operations.transfer_status(book, _parsed(StatusQuery, await door.body(request)))
        return _answer(
            codes.SUCCESSFUL.code(codes.STATUS), "Successful", _status(entry, gate.now())
        )

    return router


def not_served(request: Request, refusal: codes.NotServed) -> JSONResponse:
    """A refusal that is not in the book, as SNAP writes it."""
    code = refusal.case.code(codes.SERVICES[request.url.path])
    return _answer(code, refusal.message, {})


def _parsed(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if not field:
        raise codes.NotServed(codes.BAD_REQUEST)
    case = codes.FIELD_MISSING if first["type"] == "missing" else codes.FIELD_FORMAT
    raise codes.NotServed(case, field)


def _answer(code: str, message: str, fields: dict[str, object]) -> JSONResponse:
    body = {"responseCode": code, "responseMessage": message, **fields}
    timestamp = gate.now().astimezone(gate.BANK_ZONE).isoformat(timespec="seconds")
    return JSONResponse(body, status_code=int(code[:3]), headers={"X-TIMESTAMP": timestamp})


def _account(inquiry: AccountInquiry, name: str) -> dict[str, object]:
    return {
        "partnerReferenceNo": inquiry.partner_reference_no,
        "beneficiaryAccountName": name,
        "beneficiaryAccountNo": inquiry.beneficiary_account_no,
        "beneficiaryBankCode": inquiry.beneficiary_bank_code,
        "beneficiaryBankName": rules.bank_name(inquiry.beneficiary_bank_code),
        "currency": "IDR",
    }


def _transfer(reply: Reply) -> dict[str, object]:
    if reply.entry is None:
        return {}
    order = reply.entry.order
    return {
        "referenceNo": reply.entry.reference_no,
        "partnerReferenceNo": order.partner_reference_no,
        "amount": order.amount.model_dump(),
        "beneficiaryAccountNo": order.beneficiary_account_no,
        "beneficiaryBankCode": order.beneficiary_bank_code,
        "sourceAccountNo": order.source_account_no,
    }


def _status(entry: Entry, now: datetime) -> dict[str, object]:
    status, words = "06", "Failed"
    if now < entry.final_at:
        status, words = "03", "Pending"
    elif entry.succeeds:
        status, words = "00", "Success"
    outcome = {} if status == "03" else {"previousResponseCode": entry.response_code}
    return {
        "originalReferenceNo": entry.reference_no,
        "originalPartnerReferenceNo": entry.order.partner_reference_no,
        "serviceCode": codes.TRANSFER,
        "amount": entry.order.amount.model_dump(),
        "beneficiaryAccountNo": entry.order.beneficiary_account_no,
        "beneficiaryBankCode": entry.order.beneficiary_bank_code,
        "sourceAccountNo": entry.order.source_account_no,
        "latestTransactionStatus": status,
        "transactionStatusDesc": words,
        **outcome,
    }


def _calling_back(url: str, entry: Entry, *, secret: bytes) -> BackgroundTask:
    now = gate.now()
    body = json.dumps(_status(entry, now)).encode()
    return BackgroundTask(call_back, url, body=body, secret=secret, now=now)
