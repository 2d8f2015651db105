"""One tenant's things do not exist for another: every operation of the OpenAPI document is tried, those to come too."""

from __future__ import annotations

from .estate import MARK, MEETING, OPERATIONS, TENANTS, Estate
from .support import add_tenant, bearer

HARMLESS = {"leaveSession"}
"""Answered 204 whatever is there: nobody leaves but whoever calls."""

OF_ITS_OWN = {"eraseUser"}
"""Every tenant may say so of any user, and only its own meetings are meant."""

NAMING = [operation for operation in OPERATIONS if operation.names]


async def test_every_id_that_a_path_names_is_one_of_the_tenants_own(estate: Estate) -> None:
    """Without this, "there is no such thing" could be true of the example and say nothing of the tenants."""
    everything = str(await estate.documents())
    for operation in NAMING:
        for name in operation.names:
            assert estate.ids.get(name, "without an example") in everything, f"{operation.id}: {name}"
        if operation.method == "GET":
            answer = await estate.ask(operation, estate.platform.key_header)
            assert answer.status_code == 200, f"{operation.id}: {answer.text}"


async def test_another_tenant_finds_nothing_and_changes_nothing(estate: Estate) -> None:
    other = await add_tenant(estate.platform)
    before = await estate.documents()
    # What creates comes last, or else there would be a meeting of that id, though another one.
    for operation in sorted(NAMING, key=lambda one: one.method == "PUT"):
        answer = await estate.ask(operation, other)
        allowed = {404} | {"DELETE": {204}, "PUT": {201}}.get(operation.method, set())
        if operation.id in OF_ITS_OWN:
            allowed = {202}
        if not operation.security & TENANTS:
            allowed |= {401}
        assert answer.status_code in allowed, f"{operation.id}: {answer.status_code} {answer.text}"
        assert MARK not in answer.text, operation.id
    assert await estate.documents() == before


async def test_another_tenants_lists_hold_nothing_of_it(estate: Estate) -> None:
    other = await add_tenant(estate.platform)
    listing = [one for one in OPERATIONS if one.method == "GET" and not one.names and one.security]
    assert listing
    for operation in listing:
        answer = await estate.ask(operation, other)
        assert answer.status_code == 200, f"{operation.id}: {answer.text}"
        assert MARK not in answer.text, operation.id
        assert estate.platform.tenant not in answer.text, operation.id


async def test_the_host_of_another_tenants_meeting_of_the_same_id_reaches_nothing_of_it(estate: Estate) -> None:
    platform = estate.platform
    other = await add_tenant(platform)
    await platform.http.put(f"/meetings/{MEETING}", json={"title": "Theirs"}, headers=other)
    invitation = {"participant": "eve", "name": "Eve", "role": "host"}
    issued = await platform.http.post(f"/meetings/{MEETING}:issueToken", json=invitation, headers=other)
    token = bearer(issued.json()["token"])
    assert (await platform.try_join(issued.json()["token"])).status_code == 200
    before = await estate.documents()
    for operation in NAMING:
        answer = await estate.ask(operation, token)
        assert answer.status_code < 500, f"{operation.id}: {answer.text}"
        assert MARK not in answer.text, operation.id
        if "{sid}" in operation.template and operation.id not in HARMLESS:
            assert answer.status_code == 404, f"{operation.id}: {answer.status_code} {answer.text}"
    assert await estate.documents() == before
