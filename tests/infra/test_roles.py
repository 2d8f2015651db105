"""The matrix of roles is made of identities, resources and roles that there are, and a pipeline may write it down."""

import re
from typing import Any

from scripts.infra.bicep import FOLDER
from scripts.infra.look import ROOT
from tests.infra.bicep_files import ENVIRONMENTS, main, module, parameters

ROLES = module("roles")
GRANTS: dict[str, list[dict[str, str]]] = ROLES["variables"]["grants"]["value"]
DATA_GRANTS: dict[str, list[dict[str, str]]] = ROLES["variables"]["dataGrants"]["value"]
IDS: dict[str, Any] = ROLES["variables"]["roles"]["value"]
OURS = {name for name, value in IDS.items() if not isinstance(value, str)}
WRITTEN = module("role-assignments")["resources"]
NAMES = main()["modules"]["roles"]["config"]["params"]["names"]


def principals() -> set[str]:
    found: dict[str, Any] = module("identities")["outputs"]["principals"]["value"]
    return set(found)


def test_roles_are_given_to_identities_that_there_are() -> None:
    assert {grant["to"] for grants in (GRANTS | DATA_GRANTS).values() for grant in grants} <= principals()


def test_every_identity_has_a_role() -> None:
    with_a_role = {grant["to"] for grants in GRANTS.values() for grant in grants}
    on_the_subscription = set(re.findall(r"principals\.(\w+)", (FOLDER / "modules/roles.bicep").read_text()))
    assert on_the_subscription == {"infra"}
    assert principals() == with_a_role | on_the_subscription


def test_every_role_is_known_and_every_known_one_is_given() -> None:
    assert {grant["role"] for grants in GRANTS.values() for grant in grants} == IDS.keys()
    of_azure = [IDS[name] for name in IDS.keys() - OURS]
    assert len(set(of_azure)) == len(of_azure)


def test_every_resource_of_the_matrix_has_its_assignments_and_its_name_from_the_template() -> None:
    for table, grants in (("grants", GRANTS), ("dataGrants", DATA_GRANTS)):
        for resource in grants.keys() - {"group"}:
            assert resource in NAMES
            loop = WRITTEN[f"{resource}Roles"]["config"]
            assert loop["loop_type"]["detail"]["array_name"]["operator"]["operands"] == {
                "operand_1": table,
                "operand_2": resource,
            }
    for resource in GRANTS.keys() - {"group"}:
        assert WRITTEN[f"{resource}Roles"]["config"]["config"]["scope"] == resource


def test_roles_are_given_nowhere_but_where_the_matrix_is() -> None:
    files = [path.name for path in FOLDER.rglob("*.bicep") if re.search(r"ssignments@", path.read_text())]
    assert sorted(files) == ["role-assignments.bicep", "roles.bicep"]


def test_a_pipeline_writes_nothing_that_only_an_owner_may_write() -> None:
    for name, resource in ROLES["resources"].items():
        assert resource["config"].get("condition") == "bootstrap", name
    for environment in ENVIRONMENTS:
        assert parameters(environment)["bootstrap"] == {"function": {"type": "bool", "parameters": {"arg_1": "false"}}}
    assert "PARLEY_BOOTSTRAP" not in (ROOT / ".github/workflows/infra.yaml").read_text()
    assert "export PARLEY_BOOTSTRAP=true" in (ROOT / "docs/deploy.md").read_text()


def test_the_pipeline_may_give_the_roles_of_the_matrix_and_no_others() -> None:
    variables = ROLES["variables"]
    assert variables["roleIds"]["value"]["loop_type"]["detail"]["array_name"]["function"] == {
        "type": "items",
        "parameters": {"arg_1": "roles"},
    }
    condition = ROLES["resources"]["assigns"]["config"]["config"]["properties"]["condition"]
    for action, side in (("write", "Request"), ("delete", "Resource")):
        assert (
            f"(!(ActionMatches{{\\'Microsoft.Authorization/roleAssignments/{action}\\'}})) OR (@{side}[Microsoft."
            "Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${assignable}})"
        ) in condition


def test_no_role_is_given_that_hands_out_roles() -> None:
    owner_and_the_like = {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    }
    assert not owner_and_the_like & {IDS[name] for name in IDS.keys() - OURS}


def test_the_client_is_deployed_by_a_role_that_reads_its_token_and_does_nothing_else() -> None:
    assert GRANTS["client"] == [{"to": "deploy", "role": "ClientDeployer"}]
    (permission,) = ROLES["resources"]["clientDeployer"]["config"]["config"]["properties"]["permissions"]
    assert permission == {"actions": ["Microsoft.Web/staticSites/read", "Microsoft.Web/staticSites/listSecrets/action"]}
    # Without a group the command would look for the app among all of the subscription, of which the role says nothing.
    workflow = (ROOT / ".github/workflows/web.yaml").read_text()
    assert re.search(r"az staticwebapp secrets list --name \S+ --resource-group ", workflow)


def test_only_the_control_plane_reaches_the_data() -> None:
    assert {grant["to"] for grants in DATA_GRANTS.values() for grant in grants} == {"functions"}
    assert DATA_GRANTS.keys() == {"cosmos", "redis"}
