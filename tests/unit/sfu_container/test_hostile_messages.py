"""Whatever is sent to a node, it is refused or done, and the node goes on."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parley_protocol.addresses import node_group
from parley_protocol.control import CONTROL_TO_NODE
from parley_protocol.ids import new_id
from parley_protocol.signalling import TO_NODE, Joined
from sfu_container.grants import GrantVerifier
from sfu_container.inbox import Inbox
from tests.unit.sfu_container.fakes import Signer, World, address_of, join_message, make_grant
from tests.unit.sfu_container.offers import usual_offer

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def types_of(adapter: Any) -> list[str]:
    return sorted(adapter.json_schema()["discriminator"]["mapping"])


def messages(types: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a known type whose fields are anything."""
    fields = ["requestId", "grant", "offer", "publications", "layout", "peer", "slots", "mid", "source", "muted"]
    return st.builds(
        lambda kind, rest: {"type": kind, **rest},
        st.sampled_from(types),
        st.dictionaries(st.sampled_from(fields), JSON_VALUES, max_size=6),
    )


@settings(deadline=None)
@given(st.lists(JSON_VALUES | messages(types_of(TO_NODE)), max_size=10))
def test_nothing_said_to_a_group_breaks_the_node(said: list[Any]) -> None:
    world, signer, node = World(), Signer(), new_id("nod")
    verifier = GrantVerifier(node)
    verifier.update(signer.jwks)
    inbox = Inbox(world.node, verifier, world.mailbox, world.clock)
    mallory, ann = make_grant(node=node), make_grant(node=node)
    for data in said:
        inbox.receive(node_group(mallory.session), str(address_of(mallory)), data)
        inbox.receive(node_group(ann.session), None, data)
    assert "Internal" not in world.node.refusals.counts
    join = {"type": "join", "requestId": "j", "grant": signer.sign(ann), "offer": usual_offer()}
    inbox.receive(node_group(ann.session), str(address_of(ann)), join)
    assert world.mailbox.to(ann.sub, Joined)


@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=50)
        | st.text(max_size=50)
        | JSON_VALUES.map(json.dumps)
        | messages(types_of(CONTROL_TO_NODE)).map(json.dumps),
        max_size=10,
    )
)
def test_nothing_said_on_the_control_channel_breaks_the_node(said: list[str | bytes]) -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    for data in said:
        world.node.link_events.control_received(grant.peer, data)
    assert "Internal" not in world.node.refusals.counts
    assert world.node.rooms.peers == 1
