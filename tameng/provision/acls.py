"""Setting rights on a Kafka. With Confluent's client: aiokafka's has no calls for rights."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from chassis.bus.brokers import MECHANISM, Brokers
from tameng.problems import Problem
from tameng.provision.rights import Right

TIMEOUT_S = 20.0
POLL_S = 0.01
_ANY: Any = None
_EVERYTHING = AclBindingFilter(
    ResourceType.ANY,
    _ANY,
    ResourcePatternType.ANY,
    _ANY,
    _ANY,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


class Granted(NamedTuple):
    """What was done, and what was found that is nobody's by the table."""

    made: list[Right]
    strange: list[str]
    """Rights to what these rights are about, of whomever, that are not among them."""


def grant(admin: Brokers, rights: Sequence[Right]) -> Granted:
    """Give these rights where they are missing; take none away. Raises `Problem`."""
    client = AdminClient(_settings(admin))
    wanted = {_binding(right): right for right in rights}
    try:
        found = _found(client)
        missing = [binding for binding in wanted if binding not in found]
        if missing:
            for answer in client.create_acls(missing, request_timeout=TIMEOUT_S).values():
                answer.result()
            _wait_for(client, missing)
    except KafkaException as error:
        reason: KafkaError = error.args[0]
        raise Problem(f"Kafka sets no rights for {admin.user}: {reason.str()}") from error
    strange = found - wanted.keys()
    names = {right.name for right in rights}
    return Granted([wanted[each] for each in missing], sorted(_told(strange, names)))


def _settings(admin: Brokers) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "bootstrap.servers": admin.addresses,
        "security.protocol": admin.security,
        "sasl.mechanism": MECHANISM,
        "sasl.username": admin.user,
        "sasl.password": admin.password(),
        "log_level": 0,  # what fails is raised
    }
    return settings | ({"ssl.ca.location": str(admin.ca_file)} if admin.ca_file else {})


def _found(client: AdminClient) -> set[Any]:
    return set(client.describe_acls(_EVERYTHING, request_timeout=TIMEOUT_S).result())


def _wait_for(client: AdminClient, made: Sequence[Any]) -> None:
    """The controller has written them down: the broker acts on them a moment later."""
    give_up_at = time.monotonic() + TIMEOUT_S
    while not _found(client).issuperset(made):
        if time.monotonic() > give_up_at:
            raise Problem(f"Kafka took the rights, but does not show them after {TIMEOUT_S:.0f} s")
        time.sleep(POLL_S)


def _binding(right: Right) -> AclBinding:
    return AclBinding(
        ResourceType[right.resource],
        right.name,
        ResourcePatternType[right.pattern],
        f"User:{right.user}",
        "*",
        AclOperation[right.operation],
        AclPermissionType.ALLOW,
    )


def _told(strange: Iterable[Any], names: set[str]) -> Iterable[str]:
    for each in strange:
        if each.name in names or each.name == "*":
            yield (
                f"{each.principal} {each.permission_type.name} {each.operation.name} "
                f"{each.restype.name.lower()} {each.name} from host {each.host}"
            )
