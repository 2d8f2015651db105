"""What the WHIP endpoint makes of the answers of the control plane and of the rooms."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Grants, MediaGrant
from parley_protocol.ids import new_id, participant_id
from parley_protocol.nodes import Admitted, Elsewhere, IceServer
from sfu_container.control_plane import ControlPlaneTimeoutError, JoinRefusedError
from sfu_container.grants import GrantVerifier
from sfu_container.node import NodeLimits
from sfu_container.rate_limit import Rate
from sfu_container.whip import requests
from sfu_container.whip.doorkeeper import Doorkeeper
from sfu_container.whip.endpoint import WhipEndpoint
from tests.unit.sfu_container.fakes import Signer, World, make_grant
from tests.unit.sfu_container.offers import make_sdp, media_section

NODE = new_id("nod")
TENANT = new_id("ten")
OFFER = make_sdp(media_section("0", "video", "sendonly"), media_section("1", "audio", "sendonly"))


@dataclass
class House:
    """A node with a WHIP endpoint, and a control plane that answers `joins` with what the test says."""

    world: World = field(default_factory=lambda: World(limits=NodeLimits(peers=2)))
    signer: Signer = field(default_factory=Signer)
    session: str = field(default_factory=lambda: new_id("ses"))
    tenant: str = TENANT
    answer: Admitted | Elsewhere | Exception | None = None
    """None lets everybody in."""
    servers: tuple[IceServer, ...] = ()
    asked: int = 0

    async def join(self, token: str) -> Admitted | Elsewhere:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or Admitted(media_grant=self.signer.sign(self.grant(token)), ice_servers=self.servers)

    def grant(self, token: str, **changes: Any) -> MediaGrant:
        user = jwt.decode(token, options={"verify_signature": False})["sub"]
        fresh = make_grant(self.session, participant_id(self.session, user), NODE)
        return fresh.model_copy(update={"tenant": self.tenant, **changes})

    def token(self, user: str = "studio", grants: Grants | None = None) -> str:
        claims = self.grant(jwt.encode({"sub": user}, "k" * 32), **({"grants": grants} if grants else {}))
        return self.signer.sign(claims, aud="parley-join", sub=user)

    def app(self, rate: Rate) -> web.Application:
        verifier = GrantVerifier(NODE)
        verifier.update(self.signer.jwks)
        app = web.Application()
        WhipEndpoint(self.world.node, Doorkeeper(self, verifier), rate, time.monotonic).add_to(app)
        return app


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def http(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(house.app(Rate(1_000, 1_000)))) as client:
        yield client


async def publish(http: TestClient[Any, Any], token: str, **headers: str) -> ClientResponse:
    all_headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp", **headers}
    return await http.post("/whip/demo", data=OFFER.encode(), headers=all_headers)


async def test_the_answer_names_the_session_and_the_ice_servers(house: House, http: TestClient[Any, Any]) -> None:
    house.servers = (IceServer(urls=("stun:a.example", "stun:b.example")),)
    response = await publish(http, house.token())
    assert response.status == 201
    assert response.headers["Content-Type"] == "application/sdp"
    assert response.headers["Location"].startswith(f"/whip/demo/nodes/{NODE}/peers/peer_")
    # In one header, for of several Azure Functions keeps one.
    assert response.headers.getall("Link") == ['<stun:a.example>; rel="ice-server", <stun:b.example>; rel="ice-server"']
    answer = (await response.text()).splitlines()
    assert answer.count("a=recvonly") == 2
    assert f"a=ice-ufrag:{response.headers['ETag'].strip(chr(34))}" in answer


async def test_an_offer_for_a_session_elsewhere_is_misdirected(house: House, http: TestClient[Any, Any]) -> None:
    house.answer = Elsewhere()
    response = await publish(http, house.token())
    assert (response.status, response.headers["x-ms-error-code"]) == (421, "SessionElsewhere")
    headers = {"Authorization": f"Bearer {house.token()}", "Content-Type": "application/sdp"}
    offer = make_sdp(media_section("0", "video", "recvonly")).encode()
    assert (await http.post("/whep/demo/ann%40example.com", data=offer, headers=headers)).status == 421
    assert house.world.engine.is_bare


@pytest.mark.parametrize(
    ("failure", "status", "code", "retry"),
    [
        (JoinRefusedError(429, "TooManyRequests", "wait", "7"), 429, "TooManyRequests", "7"),
        (JoinRefusedError(503, "NoNodeAvailable", "full", None), 503, "NoNodeAvailable", "2"),
        (JoinRefusedError(404, "MeetingNotFound", "gone", None), 404, "MeetingNotFound", None),
        (ControlPlaneTimeoutError("late"), 503, "ControlPlaneUnavailable", "2"),
        (RuntimeError("a bug with a secret in it"), 500, "Internal", None),
    ],
)
async def test_what_the_control_plane_says_no_with_is_passed_on(
    house: House, http: TestClient[Any, Any], failure: Exception, status: int, code: str, retry: str | None
) -> None:
    house.answer = failure
    response = await publish(http, house.token())
    problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["code"], response.headers.get("Retry-After")) == (status, code, retry)
    assert "secret" not in str(problem)
    assert house.world.engine.is_bare


async def test_a_grant_for_somebody_else_is_our_trouble_not_the_clients(
    house: House, http: TestClient[Any, Any]
) -> None:
    token = house.token()
    house.answer = Admitted(media_grant=house.signer.sign(house.grant(house.token("eve"))))
    response = await publish(http, token)
    assert (response.status, response.headers["x-ms-error-code"]) == (503, "InvalidGrant")
    assert house.world.engine.is_bare


async def test_a_full_and_a_draining_node_say_when_to_come_again(house: House, http: TestClient[Any, Any]) -> None:
    for user in ("ann", "ben"):
        assert (await publish(http, house.token(user))).status == 201
    full = await publish(http, house.token("cid"))
    assert (full.status, full.headers["x-ms-error-code"], full.headers["Retry-After"]) == (503, "NodeFull", "2")
    house.world.node.draining = True
    draining = await publish(http, house.token("cid"))
    assert (draining.status, draining.headers["x-ms-error-code"]) == (503, "NodeDraining")


async def test_who_was_removed_cannot_come_back_with_a_grant_that_is_still_about(
    house: House, http: TestClient[Any, Any]
) -> None:
    assert (await publish(http, house.token())).status == 201
    studio = participant_id(house.session, "studio")
    house.world.node.remove_participant(house.session, studio, None, LeaveReason.REMOVED)
    again = await publish(http, house.token())
    assert (again.status, again.headers["x-ms-error-code"]) == (404, "PeerNotFound")
    assert house.world.engine.is_bare


async def test_who_may_not_publish_a_camera_publishes_nothing(house: House, http: TestClient[Any, Any]) -> None:
    token = house.token()
    only_sound = house.grant(token, grants=Grants(publish=("microphone",)))
    house.answer = Admitted(media_grant=house.signer.sign(only_sound))
    response = await publish(http, token)
    assert (response.status, response.headers["x-ms-error-code"]) == (403, "NotAllowed")
    assert house.world.engine.is_bare


async def test_what_is_wrong_with_a_request_is_found_before_the_control_plane_is_asked(
    house: House, http: TestClient[Any, Any]
) -> None:
    forged = House(session=house.session).token()
    refused = [
        await publish(http, forged),
        await publish(http, house.token(), **{"Content-Type": "text/plain"}),
        await publish(http, house.token(), Accept="image/png"),
    ]
    assert [response.status for response in refused] == [401, 415, 406]
    assert house.asked == 0


async def test_a_body_that_trickles_in_is_not_waited_for(
    house: House, http: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.05)
    may_end = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"v=0\r\n"
        await may_end.wait()

    headers = {"Authorization": f"Bearer {house.token()}", "Content-Type": "application/sdp"}
    response = await http.post("/whip/demo", data=slowly(), headers=headers)
    assert (response.status, response.headers["x-ms-error-code"]) == (408, "RequestTimeout")
    may_end.set()


async def test_the_rate_is_that_of_a_tenant_whatever_its_clients_ask(house: House) -> None:
    other = House(session=house.session, signer=house.signer, tenant=new_id("ten"))
    async with TestClient(TestServer(house.app(Rate(0.001, 3)))) as http:
        asked = ((house, "ann"), (house, "ben"), (house, "cid"), (house, "dan"), (other, "eve"))
        answers = [(await publish(http, one.token(user), Accept="image/png")).status for one, user in asked]
        resource = f"/whip/demo/nodes/{NODE}/peers/peer_1"
        left = await http.delete(resource, headers={"Authorization": f"Bearer {house.token()}"})
        forged = await publish(http, House().token())
    assert [*answers, left.status, forged.status] == [406, 406, 406, 429, 406, 429, 401]
