"""Whom a client of HTTPS trusts: the certificate authorities that came with it, read once."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The authorities, for `httpx.AsyncClient(verify=...)`: reading them takes 25 ms a client
    otherwise, also of a client that speaks plain HTTP."""
    return httpx.create_ssl_context(trust_env=False)
