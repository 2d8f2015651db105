"""docs/configuration.md: its tables come from the Settings classes, and from what Bicep and the chart of the nodes set.

python -m scripts.infra.configuration      write the tables anew
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import yaml
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from function_app.config import Settings as ControlPlaneSettings
from scripts.infra.bicep import FOLDER, parse
from scripts.infra.look import ROOT
from sfu_container.config import Settings as NodeSettings

PAGE = ROOT / "docs" / "configuration.md"
DEPLOYMENT = ROOT / "k8s" / "charts" / "sfu" / "templates" / "deployment.yaml"
_PREFIX = "PARLEY_"
_FROM_VAULT = re.compile(r"^\$\{secret\}([a-z-]+)\)$")
_TABLE = re.compile(r"(<!-- settings: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def control_plane_in_azure() -> dict[str, str]:
    """The settings that Bicep gives the Functions app, by name, with how; but no triggers' connections."""
    own = parse(FOLDER / "modules" / "functions.bicep")["variables"]["appSettings"]["value"]
    given = parse(FOLDER / "main.bicep")["modules"]["functions"]["config"]["params"]["settings"]
    values = own["function"]["parameters"]["arg_1"] | given["function"]["parameters"]["arg_1"]
    return {name: _how(value) for name, value in values.items() if name.startswith(_PREFIX) and "__" not in name}


def node_in_azure() -> dict[str, str]:
    """The settings that the chart gives a node, by name, with how."""
    node = DEPLOYMENT.read_text().split("        - name: sfu\n")[1]
    lines = node.split("          env:\n")[1].split("          ports:\n")[0]
    entries: list[dict[str, Any]] = yaml.safe_load(re.sub(r"{{.*?}}", "value", lines))
    given = {
        entry["name"]: "Key Vault" if "secretKeyRef" in entry.get("valueFrom", {}) else "Helm" for entry in entries
    }
    return given | {"PARLEY_MEDIA_ADDRESS": "the machine's metadata service"}


def _how(value: object) -> str:
    secret = _FROM_VAULT.match(value) if isinstance(value, str) else None
    return f"Key Vault, `{secret[1]}`" if secret else "Bicep"


def page(text: str) -> str:
    """The page with its tables as they should be."""
    tables = {
        "function_app": _table(ControlPlaneSettings, control_plane_in_azure()),
        "sfu_container": _table(NodeSettings, node_in_azure()),
    }
    return _TABLE.sub(lambda match: f"{match[1]}{tables[match[2]]}\n{match[3]}", text)


def names(settings: type[BaseSettings]) -> set[str]:
    """The variables that the class reads."""
    return {_PREFIX + name.upper() for name in settings.model_fields}


def _table(settings: type[BaseSettings], in_azure: Mapping[str, str]) -> str:
    rows = ["| setting | default | in Azure | what it is |", "|---|---|---|---|"]
    meanings = dict(_meanings(settings))
    for name, field in settings.model_fields.items():
        variable = _PREFIX + name.upper()
        rows.append(f"| `{variable}` | {_default(field.default)} | {in_azure.get(variable, '')} | {meanings[name]} |")
    return "\n".join(rows)


def _default(value: object) -> str:
    if value is PydanticUndefined:
        return "required"
    if value is None or value == ():
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _meanings(settings: type[BaseSettings]) -> Iterator[tuple[str, str]]:
    """What the string below each field of the class says."""
    (definition,) = ast.parse(inspect.getsource(settings)).body
    assert isinstance(definition, ast.ClassDef)
    field: str | None = None
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                field = name
            case ast.Expr(value=ast.Constant(value=str(text))) if field:
                yield field, " ".join(text.split())
            case _:
                field = None


def main() -> int:
    PAGE.write_text(page(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
