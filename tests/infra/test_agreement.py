"""Bicep, the chart, cloud-init and the code name the same containers, ports, paths and times."""

import ipaddress
import re
from typing import Any, cast

import pytest
import yaml
from azure.cosmos import PartitionKey

from function_app.bootstrap import _create_containers
from function_app.notifications.delivery_reports import DELIVERY_REPORTS_PATH, KEY_HEADER, REPORTS
from function_app.stores.cosmos import Cosmos
from parley_protocol.addresses import HUB
from scripts.infra.look import ROOT
from tests.infra.api import api_routes
from tests.infra.bicep_files import ENVIRONMENTS, main, module, parameters, properties, values

CLOUD_INIT = ROOT / "bicep/cloud-init/turn.yaml"


class RecordedContainers:
    """In place of the database: what is asked to be created in it."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[list[str], int | None]] = {}

    async def client(self) -> "RecordedContainers":
        return self

    def operation(self) -> "RecordedContainers":
        return self

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def create_database_if_not_exists(self, _: str) -> "RecordedContainers":
        return self

    async def create_container_if_not_exists(
        self, name: str, partition_key: PartitionKey, default_ttl: int | None = None
    ) -> None:
        self.made[name] = (list(partition_key["paths"]), default_ttl)


async def test_azure_has_the_containers_that_a_laptop_has_with_their_keys_and_times_to_live() -> None:
    recorded = RecordedContainers()
    await _create_containers(cast(Cosmos, recorded), "parley")
    document = module("cosmos")
    per_document = -document["variables"]["timeToLivePerDocument"]["value"]["operator"]["operands"]["integer_value"]
    described: dict[str, tuple[list[str], int | None]] = {}
    for resource in document["resources"].values():
        if resource["type"].endswith("/containers"):
            container = resource["config"]["properties"]["resource"]
            ttl = per_document if "defaultTtl" in container else None
            described[container["id"]] = (container["partitionKey"]["paths"], ttl)
            hierarchical = len(container["partitionKey"]["paths"]) > 1
            assert container["partitionKey"]["kind"] == ("MultiHash" if hierarchical else "Hash")
    assert described == recorded.made


def test_events_of_the_hub_reach_the_route_that_takes_them() -> None:
    hub = module("webpubsub-hub")["resources"]["hub"]["config"]
    assert hub["name"] == HUB
    (handler,) = hub["properties"]["eventHandlers"]
    path = handler["urlTemplate"].removeprefix("${publicUrl}")
    assert {("POST", path), ("OPTIONS", path)} <= api_routes()
    assert handler["userEventPattern"] == "*"
    assert set(handler["systemEvents"]) == {"connected", "disconnected"}


def test_front_door_counts_as_one_proxy_and_azure_functions_as_another() -> None:
    given = main()["modules"]["functions"]["config"]["params"]["settings"]["function"]["parameters"]["arg_1"]
    assert given["PARLEY_PROXIES"] == "2"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("release", ["sfu-stable", "sfu-canary"])
def test_the_network_opens_the_media_ports_of_every_node_and_no_other_port(environment: str, release: str) -> None:
    network, chart = parameters(environment), values(environment, release)
    first = chart["media"]["portStart"]
    assert first == network["mediaPortStart"]
    assert first + chart["workers"] - 1 <= network["mediaPortEnd"]
    assert not network["mediaPortStart"] <= chart["http"]["portStart"] <= network["mediaPortEnd"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("release", ["sfu-stable", "sfu-canary"])
def test_whip_reaches_every_node_from_the_functions_app_and_nobody_else_reaches_its_http(
    environment: str, release: str
) -> None:
    network, chart = parameters(environment), values(environment, release)
    first, last = map(int, module("network")["variables"]["nodeHttpPorts"]["value"].split("-"))
    ports = range(first, last + 1)
    assert chart["http"]["portStart"] in ports
    assert chart["http"]["portStart"] + chart["workers"] - 1 in ports
    assert len(ports) == network["mediaPortEnd"] - network["mediaPortStart"] + 1
    assert chart["controlNetwork"] == network["subnets"]["functions"]
    rules = {rule["name"]: rule["properties"] for rule in properties(module("network"), "mediaRules")["securityRules"]}
    let_in, rest = rules["AllowNodeHttp"], rules["DenyNodeHttp"]
    from_where = [source["operator"]["operands"]["operand_2"] for source in let_in["sourceAddressPrefixes"]]
    assert from_where == ["functions", "system", "media"]
    assert let_in["destinationPortRange"] == rest["destinationPortRange"] == "nodeHttpPorts"
    assert (let_in["access"], rest["access"], rest["sourceAddressPrefix"]) == ("Allow", "Deny", "VirtualNetwork")
    assert let_in["priority"] < rest["priority"]


def test_the_control_plane_brings_whip_to_the_subnet_of_the_nodes() -> None:
    given = main()["modules"]["functions"]["config"]["params"]["settings"]["function"]["parameters"]["arg_1"]
    assert given["PARLEY_NODE_NETWORKS"]["operator"]["operands"] == {"operand_1": "subnets", "operand_2": "media"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_the_kernel_opens_by_itself_is_no_media_port_and_no_port_of_kubernetes(environment: str) -> None:
    sysctls = properties(module("aks-media-pool"), "media")["linuxOSConfig"]["sysctls"]
    first, last = map(int, sysctls["netIpv4IpLocalPortRange"].split())
    assert 32767 < first < last < parameters(environment)["mediaPortStart"]


def test_hosts_of_nodes_have_the_socket_buffers_that_the_docs_ask_for() -> None:
    sysctls = properties(module("aks-media-pool"), "media")["linuxOSConfig"]["sysctls"]
    (line,) = re.findall(r"^sysctl -w (.*)$", (ROOT / "docs/node-host.md").read_text(), re.MULTILINE)
    wanted = dict(pair.split("=") for pair in line.split())
    assert wanted == {
        "net.core.rmem_max": str(sysctls["netCoreRmemMax"]),
        "net.core.wmem_max": str(sysctls["netCoreWmemMax"]),
    }


def test_azure_waits_longer_for_a_pod_than_the_pod_may_take() -> None:
    pool = properties(module("aks-media-pool"), "media")
    scaler = properties(module("aks"), "cluster")["autoScalerProfile"]
    for environment in ENVIRONMENTS:
        grace = values(environment, "sfu-stable")["terminationGracePeriodSeconds"]
        assert grace < pool["upgradeSettings"]["drainTimeoutInMinutes"] * 60
        assert grace < int(scaler["max-graceful-termination-sec"])


def test_the_template_can_go_to_a_region_that_has_no_static_web_apps() -> None:
    client = module("static-web-app")
    chosen = client["resources"]["client"]["config"]["location"]["operator"]["operands"]
    assert {"location", "regions"} == set(chosen["condition"]["function"]["parameters"].values())
    assert chosen["false_value"] in client["variables"]["regions"]["value"]
    assert parameters("prod")["drLocation"] not in client["variables"]["regions"]["value"]


def test_a_new_certificate_of_turn_is_there_before_the_vault_calls_for_it() -> None:
    manifests = yaml.safe_load_all((ROOT / "k8s/platform/cert-manager.yaml").read_text())
    (certificate,) = (one for one in manifests if one["kind"] == "Certificate")
    hours = int(certificate["spec"]["renewBefore"].removesuffix("h"))
    assert hours > 30 * 24
    assert f"renews it {hours // 24} days before" in (ROOT / "docs/runbooks/certificate-rotation.md").read_text()


def test_alerts_are_made_before_there_is_anything_to_measure() -> None:
    rules = {name: resource["config"] for name, resource in module("alerts")["resources"].items()}
    assert rules["answers"]["config"]["properties"]["skipQueryValidation"] is True
    (criterion,) = rules["measures"]["config"]["properties"]["criteria"]["allOf"]
    assert criterion["skipMetricValidation"] is True


def test_what_pods_write_reaches_the_logs() -> None:
    # The add-on alone sends nothing: it asks the rule that the cluster is associated with.
    assert properties(module("aks"), "cluster")["addonProfiles"]["omsagent"]["config"]["useAADAuth"] == "true"
    assert properties(module("aks"), "writing")["dataCollectionRuleId"] == "containersRuleId"
    (source,) = properties(module("monitor"), "containers")["dataSources"]["extensions"]
    assert source["extensionName"] == "ContainerInsights"
    assert "Microsoft-ContainerLogV2" in module("monitor")["variables"][source["streams"]]["value"]


def test_pods_go_where_the_pool_lets_them() -> None:
    pool = properties(module("aks-media-pool"), "media")
    template = (ROOT / "k8s/charts/sfu/templates/deployment.yaml").read_text()
    (taint,) = pool["nodeTaints"]
    key, _, effect = taint.partition("=true:")
    assert f"- key: {key}" in template
    assert f"effect: {effect}" in template
    assert f"parley.dev/pool: {pool['nodeLabels']['parley.dev/pool']}" in template


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_release_has_an_identity_that_its_service_account_may_take(environment: str) -> None:
    federations = main()["modules"]["federations"]["config"]["params"]["federations"]
    subjects = {federation["subject"] for federation in federations}
    for path in (ROOT / "k8s/envs" / environment).glob("*.yaml"):
        assert f"system:serviceaccount:parley:{path.stem}" in subjects
    for path in (ROOT / "k8s/envs/on-request").glob("*-prod.yaml"):
        assert f"system:serviceaccount:parley:{path.stem.removesuffix('prod')}${{env}}" in subjects


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_subnets_are_in_the_network_and_apart_and_addresses_suffice(environment: str) -> None:
    given = parameters(environment)
    network = ipaddress.ip_network(given["vnetCidr"])
    subnets = [ipaddress.ip_network(cidr) for cidr in given["subnets"].values()]
    assert all(subnet.subnet_of(network) for subnet in subnets)  # type: ignore[arg-type]  # all are IPv4
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)
    for hosts in (given["mediaPool"], given["turnServers"]):
        assert hosts["maximum"] <= 2 ** (32 - hosts["prefixLength"])


def test_turn_servers_listen_and_relay_where_the_network_lets_them() -> None:
    files = {file["path"]: file["content"] for file in yaml.safe_load(CLOUD_INIT.read_text())["write_files"]}
    base = files["/etc/parley/turnserver.base.conf"]
    rules = {
        rule["name"]: rule["properties"]["destinationPortRanges"]
        for rule in properties(module("network"), "turnRules")["securityRules"]
    }
    assert "listening-port=3478\n" in base
    assert "tls-listening-port=443\n" in base
    assert {"3478", "${turnRelayStart}-${turnRelayEnd}"} == set(rules["AllowTurnUdp"])
    assert {"443", "3478"} == set(rules["AllowTurnTcp"])
    _, last = re.findall(r"ip_local_port_range=(\d+) (\d+)", files["/etc/sysctl.d/60-parley.conf"])[0]
    assert int(last) < main()["variables"]["turnRelayStart"]["value"]


def test_turn_servers_relay_for_nobody_before_they_are_configured() -> None:
    files = {file["path"]: file["content"] for file in yaml.safe_load(CLOUD_INIT.read_text())["write_files"]}
    assert "ConditionPathExists=/etc/parley/turn.pem\n" in files["/etc/systemd/system/coturn.service.d/parley.conf"]
    assert "use-auth-secret\n" in files["/etc/parley/turnserver.base.conf"]


def test_turn_servers_relay_to_no_private_address_and_to_no_service_of_the_host() -> None:
    files = {file["path"]: file["content"] for file in yaml.safe_load(CLOUD_INIT.read_text())["write_files"]}
    ranges = re.findall(r"^denied-peer-ip=(\S+)-(\S+)$", files["/etc/parley/turnserver.base.conf"], re.MULTILINE)
    denied = [(ipaddress.ip_address(first), ipaddress.ip_address(last)) for first, last in ranges]

    def is_denied(text: str) -> bool:
        address: Any = ipaddress.ip_address(text)
        return any(first.version == address.version and first <= address <= last for first, last in denied)

    private = ("10.40.1.4", "172.20.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "168.63.129.16", "100.64.0.1")
    assert all(is_denied(address) for address in (*private, "0.0.0.0", "239.1.1.1", "::1", "fd00::1", "fe80::1"))
    assert not is_denied("20.31.4.7")
    # By IPv6 all of them have further names: nothing is relayed from an address of that.
    assert 'echo "relay-ip=${addresses#*/}"' in files["/usr/local/sbin/turn-configure"]
    assert 'echo "relay-ip=$HOST_ADDRESS"' in (ROOT / "k8s/charts/coturn/files/start.sh").read_text()


def test_turn_servers_in_the_cluster_are_told_what_those_on_virtual_machines_are() -> None:
    chart = ROOT / "k8s/charts/coturn"
    files = {file["path"]: file["content"] for file in yaml.safe_load(CLOUD_INIT.read_text())["write_files"]}
    of_the_system = {"syslog", "proc-user=turnserver", "proc-group=turnserver"}
    assert _told((chart / "files/turnserver.base.conf").read_text()) - {"log-file=stdout"} == (
        _told(files["/etc/parley/turnserver.base.conf"]) - of_the_system
    )
    relay = yaml.safe_load((chart / "values.yaml").read_text())["relay"]
    variables = main()["variables"]
    assert relay == {
        "portStart": variables["turnRelayStart"]["value"],
        "portEnd": variables["turnRelayEnd"]["value"],
    }


def test_cloud_init_holds_no_secret_and_every_blank_in_it_is_filled() -> None:
    blanks = set(re.findall(r"@[A-Z_]+@", CLOUD_INIT.read_text()))
    filled = set(re.findall(r"'(@[A-Z_]+@)'", (ROOT / "bicep/modules/turn-vmss.bicep").read_text()))
    assert blanks == filled == {"@VAULT@", "@CLIENT_ID@", "@HOST@", "@RELAY_START@", "@RELAY_END@"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_parameter_of_an_environment_is_one_of_the_template_and_none_is_missing(environment: str) -> None:
    wanted = main()["parameters"]
    optional = {name for name, parameter in wanted.items() if parameter.get("default") is not None}
    assert wanted.keys() - optional <= parameters(environment).keys() <= wanted.keys()
    assert parameters(environment)["env"] == environment


def test_every_module_gets_the_parameters_that_it_has_and_is_used() -> None:
    files = {path.stem for path in (ROOT / "bicep/modules").glob("*.bicep")}
    used = set()
    for document in (main(), *map(module, files)):
        for name, one in document.get("modules", {}).items():
            used.add(_file_of(one))
            wanted = module(_file_of(one))["parameters"]
            made = one["config"]
            given = made.get("config", made)["params"].keys()  # One with a condition is a level deeper.
            optional = {parameter for parameter, about in wanted.items() if about.get("default") is not None}
            assert wanted.keys() - optional <= given <= wanted.keys(), name
    assert used == files


def test_a_kind_of_resource_has_one_api_version_everywhere_and_no_preview_where_it_need_not() -> None:
    versions: dict[str, set[str]] = {}
    for path in (ROOT / "bicep/modules").glob("*.bicep"):
        for resource in module(path.stem).get("resources", {}).values():
            versions.setdefault(resource["type"], set()).add(resource["api_version"])
    assert {kind: found for kind, found in versions.items() if len(found) > 1} == {}
    previews = {
        kind for kind, (version,) in ((kind, tuple(found)) for kind, found in versions.items()) if "preview" in version
    }
    # It has never had a version without the word.
    assert previews == {"Microsoft.Insights/diagnosticSettings"}


def test_every_output_that_the_template_takes_is_one_that_the_module_has() -> None:
    files = {name: _file_of(one) for name, one in main()["modules"].items()}
    taken = re.findall(r"(\w+)\.outputs\.(\w+)", (ROOT / "bicep/main.bicep").read_text())
    assert len(taken) > 50
    for symbol, output in taken:
        assert output in module(files[symbol])["outputs"], f"{symbol}.{output}"


def test_every_parameter_and_variable_is_used() -> None:
    for path in [ROOT / "bicep/main.bicep", *(ROOT / "bicep/modules").glob("*.bicep")]:
        text = re.sub(r"//.*", "", path.read_text())
        for name in re.findall(r"^(?:param|var) (\w+)", text, re.MULTILINE):
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{path.name}: {name}"


def _told(configuration: str) -> set[str]:
    return {line for line in configuration.splitlines() if line and not line.startswith("#")}


def _file_of(one: dict[str, Any]) -> str:
    detail: dict[str, str] = one.get("detail", one)
    return detail["path"].removeprefix("modules/").removesuffix(".bicep")


LONGEST_NAME = 24
"""Of storage accounts and key vaults; a registry's may be longer."""


def test_names_that_are_unique_in_azure_fit_with_the_longest_prefix_in_every_environment() -> None:
    text = (ROOT / "bicep/main.bicep").read_text()
    longest_prefix = re.search(r"@maxLength\((\d+)\)\nparam prefix", text)
    assert longest_prefix
    made_of = int(longest_prefix[1]) + max(map(len, ENVIRONMENTS)) + len("abcdef")
    names = re.findall(r"'([a-z-]+)\$\{compact\}'", text)
    assert len(names) >= 4
    assert {name for name in names if len(name) + made_of > LONGEST_NAME} == set()


def test_event_grid_brings_the_reports_that_the_app_takes_to_where_it_takes_them() -> None:
    subscription = properties(module("delivery-reports"), "subscription")
    webhook = subscription["destination"]["properties"]
    assert webhook["endpointUrl"] == f"${{publicUrl}}{DELIVERY_REPORTS_PATH}"
    [header] = webhook["deliveryAttributeMappings"]
    assert (header["name"], header["properties"]["isSecret"]) == (KEY_HEADER, True)
    assert subscription["eventDeliverySchema"] == "CloudEventSchemaV1_0"
    assert set(subscription["filter"]["includedEventTypes"]) == set(REPORTS)
    assert main()["modules"]["reports"]["config"]["condition"] == "deliveryReports"
