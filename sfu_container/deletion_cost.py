"""`python -m sfu_container.deletion_cost`: tell Kubernetes how many people a pod carries, so that scaling in takes the
emptiest one. It runs beside the nodes in a container of its own.

Source: kubernetes.io, "ReplicaSet", pod deletion cost; it asks for few updates, so only changes are told.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from sfu_container.health import look_at

ANNOTATION = "controller.kubernetes.io/pod-deletion-cost"
BETWEEN_SECONDS = 60.0
_TIMEOUT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Cluster:
    """The part of Kubernetes' API that is needed: to write an annotation on one pod."""

    def __init__(self, pod_url: str, token: Path, authorities: Path | None) -> None:
        """`token` is read anew each time, for Kubernetes changes it; `authorities` is who may sign for the API."""
        self._pod_url = pod_url
        self._token = token
        context = ssl.create_default_context(cafile=authorities) if authorities else None
        handlers = [urllib.request.HTTPSHandler(context=context)] if context else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)

    def tell(self, cost: int) -> None:
        """Raises OSError."""
        body = {"metadata": {"annotations": {ANNOTATION: str(cost)}}}
        request = urllib.request.Request(  # noqa: S310 the API server's address, from the environment of the pod
            self._pod_url,
            data=json.dumps(body).encode(),
            method="PATCH",
            headers={
                "Authorization": f"Bearer {self._token.read_text().strip()}",
                "Content-Type": "application/merge-patch+json",
            },
        )
        with self._opener.open(request, timeout=_TIMEOUT_SECONDS):
            return


def people_at(origins: Sequence[str]) -> int:
    """How many Peers the nodes carry together."""
    return sum(look_at(origin).peers for origin in origins)


def tell_change(cluster: Cluster, origins: Sequence[str], told: int | None) -> int | None:
    """Tells the cost where it is another than it was `told`; what it knows afterwards."""
    cost = people_at(origins)
    if cost == told:
        return told
    try:
        cluster.tell(cost)
    except OSError as error:
        logger.warning("the deletion cost could not be told: %s", error)
        return told
    return cost


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sfu_container.deletion_cost", description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="how many nodes there are (default: 1)")
    workers = parser.parse_args().workers
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    pod = f"namespaces/{os.environ['POD_NAMESPACE']}/pods/{os.environ['POD_NAME']}"
    credentials = Path(os.environ["API_CREDENTIALS"])
    cluster = Cluster(f"https://{host}:{port}/api/v1/{pod}", credentials / "token", credentials / "ca.crt")
    first = int(os.environ["PARLEY_HTTP_PORT"])
    origins = [f"http://{os.environ['PARLEY_HTTP_BIND']}:{first + worker}" for worker in range(workers)]
    told: int | None = None
    while True:
        told = tell_change(cluster, origins, told)
        time.sleep(BETWEEN_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
