"""The matrix of roles is made of identities, resources and roles that there are."""

from typing import Any

from tests.infra.bicep_files import main, module

ROLES = module("roles")
GRANTS: dict[str, list[dict[str, str]]] = ROLES["variables"]["grants"]["value"]
IDS: dict[str, str] = ROLES["variables"]["roles"]["value"]


def principals() -> set[str]:
    found: dict[str, Any] = module("identities")["outputs"]["principals"]["value"]
    return set(found)


def test_roles_are_given_to_identities_that_there_are() -> None:
    assert {grant["to"] for grants in GRANTS.values() for grant in grants} <= principals()


def test_every_identity_has_a_role_or_a_say_elsewhere() -> None:
    with_a_role = {grant["to"] for grants in GRANTS.values() for grant in grants}
    # `infra` deploys the subscription (roles-subscription.bicep).
    assert principals() == with_a_role | {"infra"}


def test_every_role_is_known_and_every_known_one_is_given() -> None:
    assert {grant["role"] for grants in GRANTS.values() for grant in grants} == IDS.keys()
    assert len(set(IDS.values())) == len(IDS)


def test_every_resource_of_the_matrix_has_its_assignments_and_its_name_from_the_template() -> None:
    names = main()["modules"]["roles"]["config"]["params"]["names"]
    for resource in GRANTS.keys() - {"group"}:
        assert resource in names
        assert ROLES["resources"][f"{resource}Roles"]["config"]["config"]["scope"] == resource


def test_the_workflow_may_give_no_role_but_those_of_the_matrix() -> None:
    assert len(ROLES["outputs"]["roleIds"]["value"]) == len(IDS)


def test_no_role_is_given_that_hands_out_roles() -> None:
    owner_and_the_like = {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    }
    assert not owner_and_the_like & set(IDS.values())


def test_only_the_control_plane_reaches_the_data() -> None:
    for resource in ("cosmosData", "redisData"):
        assert "functions" in str(ROLES["resources"][resource]["config"]["properties"])
