"""What an environment costs in a month by itself, from its parameters: at its least, and with pools at their maximum.

What is paid by use (egress, messages, requests, logs) is not in it; a participant-minute has its part of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from costs.prices import PriceList

HOURS = 730
"""Of a month, as Azure counts."""
DAYS = HOURS / 24
SECONDS = HOURS * 3600

PRIVATE_ENDPOINTS = 8
PRIVATE_ZONES = 7
PUBLIC_ADDRESSES = 2
"""Beside the blocks: what the cluster leaves by, and TURN's."""
LOAD_BALANCERS = 2
SMALL_CONTAINERS = 3
"""Containers of Cosmos DB that have the least throughput there is."""
SMALL_THROUGHPUT = 1000
FUNCTION_GROUPS = 9
"""What scales by itself in the Functions app: all that HTTP starts together, and each other function alone."""
LEAST_READY_IN_ZONES = 2
"""Instances of each group that Azure keeps ready, and bills, in zones ("Reliability in Azure Functions")."""
TIMER_RUNS_AN_HOUR = 2 * 720 + 360 + 120 + 6
"""Each is billed as a second at least."""
LEAST_OF_AUTOSCALE = 0.1
"""What autoscale takes for a throughput that nobody uses."""


@dataclass(frozen=True)
class Standing:
    """One thing that is billed whether anybody meets or not; USD a month."""

    name: str
    what: str
    least: float
    most: float


def standing(parameters: Mapping[str, Any], prices: PriceList) -> tuple[Standing, ...]:
    """Raises CostError where a price is missing, as of a machine that nobody has looked up."""
    return (*_machines(parameters, prices), *_network(parameters, prices), *_services(parameters, prices))


def _machines(parameters: Mapping[str, Any], prices: PriceList) -> Iterator[Standing]:
    system, media, turn = (parameters[name] for name in ("systemPool", "mediaPool", "turnServers"))
    yield _fixed("cluster", "AKS, Standard", prices.amount("aksControlPlane") * HOURS)
    yield _pool("machines, system and control", system, 2 * prices.amount(system["vmSize"]) * HOURS)
    yield _pool("machines, media", media, prices.amount(media["vmSize"]) * HOURS)
    yield _pool("machines, TURN", turn, prices.amount(turn["vmSize"]) * HOURS + prices.amount("diskP4"))


def _network(parameters: Mapping[str, Any], prices: PriceList) -> Iterator[Standing]:
    blocks = [2 ** (32 - parameters[name]["prefixLength"]) for name in ("mediaPool", "turnServers")]
    addresses = sum(blocks) * prices.amount("addressOfBlock") + PUBLIC_ADDRESSES * prices.amount("publicAddress")
    yield _fixed("Front Door", "Premium", prices.amount("frontDoorPremium"))
    yield _fixed("public addresses", f"blocks of {blocks[0]} and {blocks[1]}", addresses * HOURS)
    yield _fixed("load balancers", f"{LOAD_BALANCERS}", LOAD_BALANCERS * prices.amount("loadBalancer") * HOURS)
    endpoints = PRIVATE_ENDPOINTS * prices.amount("privateEndpoint") * HOURS
    yield _fixed("private endpoints", f"{PRIVATE_ENDPOINTS}", endpoints)
    yield _fixed("DNS zones", f"{PRIVATE_ZONES + 1}", (PRIVATE_ZONES + 1) * prices.amount("dnsZone"))


def _services(parameters: Mapping[str, Any], prices: PriceList) -> Iterator[Standing]:
    regions = 2 if parameters["drLocation"] else 1
    redis, units = parameters["redisScale"], parameters["webPubSubUnits"]
    machines = 2 if redis["highAvailability"] else 1
    yield _fixed("Redis", f"{redis['sku']}, machines: {machines}", machines * prices.amount(redis["sku"]) * HOURS)
    yield _fixed("registry", f"Premium, regions: {regions}", regions * prices.amount("registryPremium") * DAYS)
    yield _fixed("Event Hubs", "1 unit", prices.amount("eventHubsUnit") * HOURS)
    yield _fixed("Web PubSub", f"units: {units}", units * prices.amount("webPubSubUnit") * DAYS)
    yield _functions(parameters["functionsScale"], prices)
    yield _database(parameters["cosmosScale"], regions, prices)
    yield _fixed("Static Web App", "Standard", prices.amount("staticWebApp"))


def _functions(scale: Mapping[str, Any], prices: PriceList) -> Standing:
    ready: int = scale["alwaysReady"]
    if scale["zoneRedundant"]:
        ready = max(ready, LEAST_READY_IN_ZONES) + (FUNCTION_GROUPS - 1) * LEAST_READY_IN_ZONES
    waiting = ready * SECONDS * prices.amount("functionsReady")
    timers = TIMER_RUNS_AN_HOUR * HOURS * prices.amount("functionsGbSecond")
    return _fixed("Functions", f"always ready: {ready}, and timers", scale["memory"] / 1024 * (waiting + timers))


def _database(scale: Mapping[str, Any], regions: int, prices: PriceList) -> Standing:
    if scale["mode"] == "serverless":
        return _fixed("Cosmos DB", "serverless", 0)
    throughput = scale["meetingsMaxThroughput"] + SMALL_CONTAINERS * SMALL_THROUGHPUT
    most = regions * throughput / 100 * prices.amount("cosmosAutoscale") * HOURS
    return Standing("Cosmos DB", f"up to {throughput:,} RU/s, regions: {regions}", LEAST_OF_AUTOSCALE * most, most)


def _fixed(name: str, what: str, amount: float) -> Standing:
    return Standing(name, what, amount, amount)


def _pool(name: str, pool: Mapping[str, Any], each: float) -> Standing:
    what = f"{pool['minimum']} to {pool['maximum']} {pool['vmSize'].removeprefix('Standard_')}"
    return Standing(name, what, pool["minimum"] * each, pool["maximum"] * each)
