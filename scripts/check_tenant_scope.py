"""Checks that every database query of the control plane is about one tenant. Part of `make check`.

A query by `.query(` or `.query_page(` is given its `tenant`, and its SQL compares it; a query over every partition is
only in the functions that are named here; and nobody but stores/cosmos.py and the bootstrap speaks to the SDK. As
partitions begin with the tenant, this is the second lock on the same door.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONDITION = "c.tenantId = @tenant"
SCOPED = {"query", "query_page"}
UNSCOPED = "query_every_partition"
UPKEEP = {
    ("stores/tenants.py", "ids"): "the directory from which upkeep begins",
    ("stores/sessions.py", "live"): "what nodes say of their sessions",
    ("stores/deliveries.py", "due"): "the queue of all webhooks",
    ("stores/operations.py", "due"): "the queue of all long work",
    ("stores/notifications.py", "due"): "the queue of all notifications",
    ("stores/notifications.py", "by_message"): "what services say of messages",
    ("stores/notifications.py", "due_plans"): "the reminders of all meetings",
}
SDK_USERS = {"stores/cosmos.py", "bootstrap.py"}


def problems(folder: Path) -> Iterator[str]:
    """What is wrong in the Python files of `folder`, as `file:line: what`."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        tree = ast.parse(path.read_text(), str(path))
        for line, what in _problems(tree, name):
            yield f"{name}:{line}: {what}"


def _problems(tree: ast.Module, name: str) -> Iterator[tuple[int, str]]:
    upkeep_sql: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in _calls(function):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if method in SCOPED and name != "stores/cosmos.py" and "tenant" not in {one.arg for one in call.keywords}:
                yield call.lineno, f"{method} without tenant="
            if method == UNSCOPED:
                upkeep_sql |= {ast.unparse(argument) for argument in call.args}
                if (name, function.name) not in UPKEEP:
                    yield call.lineno, f"{UNSCOPED} outside the platform's own upkeep"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and name not in SDK_USERS:
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            if any(module.startswith("azure.cosmos") for module in modules):
                yield node.lineno, "only stores/cosmos.py speaks to the SDK"
    yield from _unscoped_sql(tree, upkeep_sql)


def _unscoped_sql(tree: ast.Module, upkeep: set[str]) -> Iterator[tuple[int, str]]:
    """SELECTs without the condition, also where it comes by a constant of the module."""
    constants = {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    allowed = upkeep | {constants[name] for name in upkeep if name in constants}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if not is_text or id(node) in inside:
            continue
        text = ast.unparse(node)
        for constant, value in constants.items():
            text = text.replace("{" + constant + "}", value)
        if "SELECT " in text and " FROM c" in text and CONDITION not in text and ast.unparse(node) not in allowed:
            yield node.lineno, f"a query without {CONDITION}"


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def main() -> int:
    found = list(problems(ROOT / "function_app"))
    for problem in found:
        print(f"function_app/{problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
