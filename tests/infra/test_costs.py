"""What costs are worked out from is what Bicep makes; docs/deploy.md and the budgets agree with it."""

import re
from typing import Any

import pytest

from costs import standing
from costs.page import ENVIRONMENTS, PAGE, of_environment, page
from costs.parameters import read_environment
from costs.prices import read_prices, regions
from scripts.infra.bicep import FOLDER, parse
from scripts.infra.look import ROOT

MAIN = parse(FOLDER / "main.bicep")
PRICED = {
    "client",
    "cluster",
    "cosmos",
    "eventHubs",
    "frontDoor",
    "functions",
    "mediaHosts",
    "network",
    "privateLinks",
    "redis",
    "registry",
    "turn",
    "turnBalancer",
    "webPubSub",
    "zone",
}
BY_USE_ALONE = {"alerts", "communication", "monitor", "reports", "storage", "vault"}
FREE = {"federations", "frontDoorRoutes", "identities", "records", "roles", "signallingHub", "spending"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_parameters_are_read_as_a_parser_of_bicep_reads_them(name: str) -> None:
    parsed = parse(FOLDER / "env" / f"{name}.bicepparam")["variables"]
    assert read_environment(name) == {key: _plain(variable["value"]) for key, variable in parsed.items()}


def _plain(value: Any) -> Any:
    """The parser keeps -1 and a text that is made a boolean as what they are made of."""
    if not isinstance(value, dict):
        return value
    if value.get("function", {}).get("type") == "bool":
        return value["function"]["parameters"]["arg_1"] == "true"
    if value.get("operator", {}).get("type") == "minus":
        return -value["operator"]["operands"]["integer_value"]
    return {key: _plain(one) for key, one in value.items()}


def test_as_many_endpoints_and_zones_are_paid_for_as_are_made() -> None:
    links = MAIN["modules"]["privateLinks"]["config"]["params"]
    assert len(links["services"]) == standing.PRIVATE_ENDPOINTS
    assert len(links["zoneNames"]) == standing.PRIVATE_ZONES


def test_of_every_module_of_the_template_it_is_known_whether_it_costs_something_by_itself() -> None:
    assert set(MAIN["modules"]) == PRICED | BY_USE_ALONE | FREE


def test_what_runs_without_a_request_is_paid_for() -> None:
    sources = [path.read_text() for path in (ROOT / "function_app/triggers").glob("*.py")]
    every = [int(seconds) for text in sources for seconds in re.findall(r'schedule="\*/(\d+) \* \* \* \* \*"', text)]
    every += [60 * int(minutes) for text in sources for minutes in re.findall(r'schedule="0 \*/(\d+) ', text)]
    timers = sum(text.count("timer_trigger(") for text in sources)
    assert len(every) == timers
    assert sum(3600 // seconds for seconds in every) == standing.TIMER_RUNS_AN_HOUR
    feeds = sum(text.count("@on_meeting_changes(") for text in sources)
    assert 1 + timers + feeds == standing.FUNCTION_GROUPS


def test_every_price_has_a_source_a_date_and_a_unit_in_every_region() -> None:
    for region in regions():
        for name, price in read_prices(region).prices.items():
            assert price.amount > 0, name
            assert price.unit, name
            assert price.source.name, name
            assert len(price.source.read_on) == len("2026-11-23"), name


def test_the_page_has_the_tables_that_are_worked_out() -> None:
    text = PAGE.read_text()
    assert text.count("<!-- costs: ") == 2
    assert page(text) == text, "write them anew: python -m costs.page"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_month_in_which_nobody_meets_does_not_sound_the_budget_alarm(name: str) -> None:
    least = sum(row.least for row in of_environment(name))
    assert least < 0.8 * read_environment(name)["budget"]["amount"]


def test_the_dashboard_and_the_runbook_reckon_with_the_prices_of_the_list() -> None:
    egress, acs = (read_prices().amount(name) for name in ("egressGb", "acsParticipantMinute"))
    dashboard = (ROOT / "k8s/dashboards/cost.json").read_text()
    assert f"/ 1e9 * {egress}" in dashboard
    assert f"At {egress} USD a GB" in dashboard
    assert f"ACS takes {acs} USD" in dashboard
    assert f"at {egress} USD a GB" in (ROOT / "docs/runbooks/budget-breach.md").read_text()


def test_the_command_prepares_itself_as_make_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    script = (ROOT / "parley").read_text()
    for command in ("run", "cost"):
        (needs,) = re.findall(rf"^{command}: (.*?) ##", makefile, re.MULTILINE)
        assert re.search(rf"^    {command}\) needs='?{re.escape(needs)}'? ;;$", script, re.MULTILINE), command
