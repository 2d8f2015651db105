"""What verifies the tokens of directories, as the settings say."""

from __future__ import annotations

from typing import NamedTuple

from function_app.config import Settings
from function_app.connections import Close
from function_app.directories.applications import Applications
from function_app.directories.fetching import JsonFetcher
from function_app.directories.keys import IssuerKeys
from function_app.directories.people import People
from function_app.directories.tokens import DirectoryTokens


class Issuers(NamedTuple):
    applications: Applications | None
    """None where no access token is taken."""
    people: People | None
    """None where nobody signs in."""
    close: Close


def build_issuers(settings: Settings) -> Issuers:
    """Nothing is fetched before the first token."""
    fetch = JsonFetcher()
    applications = None
    if settings.entra_audience:
        keys = IssuerKeys(settings.entra_authority, fetch)
        applications = Applications(DirectoryTokens(keys, settings.entra_audience))
    people = None
    if settings.sign_in_authority and settings.sign_in_client_id:
        keys = IssuerKeys(settings.sign_in_authority, fetch)
        people = People(DirectoryTokens(keys, settings.sign_in_client_id))
    return Issuers(applications, people, fetch.close)
