"""Write what a deployment has made into the values of its nodes, `k8s/envs/ENVIRONMENT/sfu-*.yaml`.

    . scripts/outputs.sh dev
    python -m scripts.node_values dev --tenant TENANT_ID --digest sha256:…

What is written is read from the variables that scripts/outputs.sh sets, the region from the environment's parameters.
Without a digest that of the files stays.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from costs.parameters import read_environment

ENVIRONMENTS = Path(__file__).resolve().parent.parent / "k8s" / "envs"
VARIABLES = ("PUBLIC_URL", "REGISTRY", "METRICS_QUERY_URL", "CLIENT_IDS", "VAULT")


def values(variables: Mapping[str, str], region: str, tenant: str, digest: str | None) -> dict[str, str]:
    """What stands for each key of the values. Raises KeyError where a variable is missing."""
    ids = json.loads(variables["CLIENT_IDS"])
    return {
        "region": region,
        "controlUrl": variables["PUBLIC_URL"],
        "repository": f"{variables['REGISTRY']}/parley/sfu",
        "prometheus": variables["METRICS_QUERY_URL"],
        "clientId": ids["sfu"],
        "kedaClientId": ids["keda"],
        "tenantId": tenant,
        "vaultName": variables["VAULT"],
        **({"digest": digest} if digest else {}),
    }


def fill(text: str, wanted: Mapping[str, str]) -> str:
    """The file with these values; comments and all others stay. Raises ValueError where a key is not there once."""
    for key, value in wanted.items():
        parts = re.split(rf"^( *{key}: ).*$", text, flags=re.MULTILINE)
        if len(parts) != 3:
            raise ValueError(f"{key} stands {len(parts) // 2} times in the values")
        text = parts[0] + parts[1] + value + parts[2]
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", choices=sorted({path.parent.name for path in ENVIRONMENTS.glob("*/sfu-*.yaml")}))
    parser.add_argument("--tenant", required=True, help="of Entra ID: `az account show --query tenantId`")
    parser.add_argument("--digest", help="of the image, as sha256:…")
    arguments = parser.parse_args()
    if missing := [name for name in VARIABLES if not os.environ.get(name)]:
        parser.error(f"{', '.join(missing)} not set: `. scripts/outputs.sh {arguments.environment}` first")
    region = read_environment(arguments.environment)["location"]
    wanted = values(os.environ, region, arguments.tenant, arguments.digest)
    for path in sorted((ENVIRONMENTS / arguments.environment).glob("sfu-*.yaml")):
        path.write_text(fill(path.read_text(), wanted))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
