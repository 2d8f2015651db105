"""The rate limits of requests, for every route there is or will be, and the headers that tell of them.

Whoever shows a credential that holds is charged by the dependency that checks it (`credentials.py`), before anything is
done. Everybody else is charged by address: before the request is handled when it shows no credential at all, and
otherwise once it has turned out that none held. So nobody can stop a tenant by using its address or made-up tokens.

What one action may cost beside that (joining, making a meeting) is charged where it is done: RateLimits.charge.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from function_app.api.error_responses import error_response
from function_app.errors import TooManyRequestsError
from function_app.process import Process
from function_app.rate_limits.buckets import Charge, Level, Taken
from function_app.rate_limits.headers import rate_limit_headers
from function_app.rate_limits.limits import ADDRESS, CREDENTIAL, NODE, PEOPLE, PERSON, TENANT, RateLimits

_SCOPE_KEY = "parley.charges"
_PROBES = ("/healthz", "/readyz")
"""Whoever watches over us asks often, and the answers cost nothing."""
_CREDENTIALS = ("authorization", "x-api-key", "ce-signature", "x-delivery-report-key")
_UNKNOWN_ADDRESS = "unknown"
_IPV6_PREFIX_BITS = 64


class Charges:
    """What one request is charged for. Every method raises TooManyRequestsError when a bucket is empty."""

    def __init__(self, limits: RateLimits, address: str) -> None:
        self._limits = limits
        self._address = address
        self._trusted = False
        self._levels: tuple[Level, ...] = ()

    @classmethod
    def of(cls, request: Request) -> Charges:
        charges: Charges = request.scope[_SCOPE_KEY]
        return charges

    @property
    def is_settled(self) -> bool:
        """Whether somebody was charged, or nobody has to be."""
        return self._trusted or bool(self._levels)

    async def tenant(self, tenant: str, credential: str) -> None:
        """A tenant's backend calls, with the credential that has this name; never the credential itself."""
        await self._charge(tenant, Charge(TENANT, ""), Charge(CREDENTIAL, credential))

    async def person(self, tenant: str, meeting: str, user: str) -> None:
        """Somebody calls who has a token for a meeting, or for the tenant's directory if the meeting is empty."""
        await self._charge(tenant, Charge(PEOPLE, ""), Charge(PERSON, f"{meeting}/{user}"))

    async def node(self, node: str) -> None:
        await self._charge(node, Charge(NODE, ""))

    async def address(self) -> None:
        """Nobody whom we know calls."""
        await self._charge(self._address, Charge(ADDRESS, ""))

    def trust(self) -> None:
        """A service of our own calls, which limits those for whom it does."""
        self._trusted = True

    def describe(self, headers: MutableHeaders) -> None:
        """Adds the buckets that were charged to that of an action, which the answer names if it was empty."""
        for name, charged in rate_limit_headers(self._levels).items():
            of_action = headers.get(name)
            headers[name] = f"{charged}, {of_action}" if of_action else charged

    async def _charge(self, owner: str, *charges: Charge) -> None:
        taken: Taken = await self._limits.take(owner, *charges)
        self._levels += taken.levels
        if not taken.allowed:
            raise TooManyRequestsError(retry_after=taken.retry_after)


class Throttle:
    """The ASGI layer."""

    def __init__(self, app: ASGIApp, process: Process) -> None:
        self._app = app
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        services = self._process.services()
        headers = Headers(scope=scope)
        charges = Charges(services.rate_limits, caller_address(scope, headers, services.settings.proxies))
        scope[_SCOPE_KEY] = charges
        exchange = _Exchange(scope, receive, send, charges)
        if any(name in headers for name in _CREDENTIALS):
            await self._app(scope, receive, exchange.answer)
            return
        try:
            await charges.address()
        except TooManyRequestsError as error:
            await exchange.refuse(error)
        else:
            await self._app(scope, receive, exchange.answer)


class _Exchange:
    """One request on its way to its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, charges: Charges) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._charges = charges
        self._refused = False

    async def answer(self, message: Message) -> None:
        if self._refused:
            return  # What follows is the rest of an answer that is not given.
        if message["type"] == "http.response.start" and not self._charges.is_settled:
            try:
                await self._charges.address()
            except TooManyRequestsError as error:
                await self.refuse(error)
                return
        await self._describe(message)

    async def refuse(self, error: TooManyRequestsError) -> None:
        self._refused = True
        await error_response(error)(self._scope, self._receive, self._describe)

    async def _describe(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._charges.describe(MutableHeaders(scope=message))
        await self._send(message)


def caller_address(scope: Scope, headers: Headers, proxies: int) -> str:
    """The caller's address, as the outermost of `proxies` trusted ones saw it; of IPv6, the network of one household.

    What stands further left in X-Forwarded-For is the caller's own word.
    """
    hops = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",") if hop.strip()]
    if proxies and hops:
        return _network(_without_port(hops[-min(proxies, len(hops))]))
    client = scope.get("client")
    return _network(client[0]) if client else _UNKNOWN_ADDRESS


def _without_port(address: str) -> str:
    """`198.51.100.1:443` and `[2001:db8::1]:443`, as Azure's front ends write them, without the port."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, colon, _ = address.partition(":")
    return host if colon and address.count(":") == 1 else address


def _network(address: str) -> str:
    try:
        six = IPv6Address(address)
    except AddressValueError:
        return address[:64]
    if six.ipv4_mapped:
        return str(six.ipv4_mapped)
    return str(IPv6Address(int(six) >> _IPV6_PREFIX_BITS << _IPV6_PREFIX_BITS))
