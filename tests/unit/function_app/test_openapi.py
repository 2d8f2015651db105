"""The OpenAPI document, from which the client's types are made."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from function_app.openapi import document

ROOT = Path(__file__).parents[3]
OPERATIONS = {
    "putMeeting",
    "getMeeting",
    "patchMeeting",
    "deleteMeeting",
    "createMeeting",
    "listMeetings",
    "getInvite",
    "restoreMeeting",
    "listSessions",
    "listParticipants",
    "getParticipant",
    "stopWaiting",
    "listAttendance",
    "getAttendanceSheet",
    "listQualityReport",
    "getQualitySheet",
    "getQualitySummary",
    "startMeeting",
    "endMeeting",
    "lockMeeting",
    "unlockMeeting",
    "listLobby",
    "admitParticipant",
    "denyParticipant",
    "admitAll",
    "patchParticipant",
    "muteAll",
    "issueToken",
    "issueGuestToken",
    "exchangeInvitation",
    "putInvitee",
    "getInvitee",
    "deleteInvitee",
    "listInvitees",
    "listNotifications",
    "getWebPushKey",
    "getInvitationPush",
    "setInvitationPush",
    "joinSession",
    "refreshSession",
    "leaveSession",
    "listMessages",
    "putWebhook",
    "getWebhook",
    "patchWebhook",
    "deleteWebhook",
    "listWebhooks",
    "rotateWebhookSecret",
    "testWebhook",
    "replayEvents",
    "listDeliveries",
    "redeliver",
    "removeParticipant",
    "moveParticipant",
    "listBans",
    "liftBan",
    "getTenant",
    "patchTenant",
    "listApiKeys",
    "createApiKey",
    "rotateApiKey",
    "revokeApiKey",
    "listAuditLog",
    "getUsage",
    "exchangeToken",
    "getClientSettings",
    "eraseUser",
    "getOperation",
    "getHealth",
    "getReadiness",
    "listRegions",
    "getKeys",
}


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(document())
    return parsed


def operations(openapi: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in openapi["paths"].values() for operation in path.values()]


def test_the_command_needs_no_setting_and_prints_the_same_every_time() -> None:
    command = [sys.executable, "-m", "function_app.openapi"]
    environment = {"PATH": os.environ["PATH"]}
    outputs = {
        subprocess.run(
            command, cwd=ROOT, env={**environment, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {document()}


def test_every_operation_has_its_name(openapi: dict[str, Any]) -> None:
    assert {operation["operationId"] for operation in operations(openapi)} == OPERATIONS


def test_every_operation_documents_its_errors(openapi: dict[str, Any]) -> None:
    for operation in operations(openapi):
        schema = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ErrorResponse"}
        assert "422" not in operation["responses"]


def test_every_success_with_a_body_has_a_model(openapi: dict[str, Any]) -> None:
    for operation in operations(openapi):
        for status, response in operation["responses"].items():
            if status in ("200", "201") and "application/json" in response["content"]:
                schema = response["content"]["application/json"]["schema"]
                assert all("$ref" in one for one in schema.get("oneOf", [schema]))


def test_the_internal_api_is_not_shown(openapi: dict[str, Any]) -> None:
    assert not [path for path in openapi["paths"] if path.startswith("/internal")]


def test_names_are_camel_case(openapi: dict[str, Any]) -> None:
    for schema in openapi["components"]["schemas"].values():
        assert not [name for name in schema.get("properties", {}) if "_" in name]
