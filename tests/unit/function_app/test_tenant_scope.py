"""The check that every query of the control plane is about one tenant."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
from check_tenant_scope import problems  # type: ignore[import-not-found] # noqa: E402 scripts are no package


def found(folder: Path, code: str, name: str = "stores/x.py") -> list[str]:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    return list(problems(folder))


def test_the_control_plane_keeps_to_it() -> None:
    assert list(problems(ROOT / "function_app")) == []


@pytest.mark.parametrize(
    "code",
    [
        "async def f(c, k):\n    sql = 'SELECT * FROM c WHERE c.tenantId = @tenant'\n    await c.query(k, sql)",
        "async def f(c, k):\n    await c.query(k, 'SELECT * FROM c', tenant=k)",
        "_A = 'c.type = 1'\nasync def f(c, k):\n    await c.query_page(k, f'SELECT * FROM c WHERE {_A}', tenant=k)",
        "async def f(c):\n    await c.query_every_partition('SELECT * FROM c')",
        "from azure.cosmos.aio import CosmosClient",
        "import azure.cosmos",
    ],
)
def test_what_leaves_the_tenant_out_is_found(tmp_path: Path, code: str) -> None:
    assert len(found(tmp_path, code)) == 1


def test_a_condition_may_come_by_a_constant(tmp_path: Path) -> None:
    code = (
        "_A = 'c.tenantId = @tenant'\nasync def f(c, k):\n    await c.query(k, f'SELECT * FROM c WHERE {_A}', tenant=k)"
    )
    assert found(tmp_path, code) == []


def test_upkeep_over_all_tenants_is_where_it_is_named(tmp_path: Path) -> None:
    code = "_A = 'SELECT VALUE c.id FROM c'\nasync def ids(c):\n    await c.query_every_partition(_A)"
    assert found(tmp_path, code, "stores/tenants.py") == []
