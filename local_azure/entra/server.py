"""Puts the parts together as one aiohttp application. Every directory id is a directory, as every name is a person.

Source of the addresses: learn.microsoft.com, "OpenID Connect on the Microsoft identity platform".
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from local_azure.entra.codes import Codes, SignIn
from local_azure.entra.errors import RefusedError
from local_azure.entra.page import HEADERS, sign_in_page
from local_azure.entra.tokens import LIFETIME_SECONDS, Tokens

_GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_SHARED = ("organizations", "common")
_TEMPLATE = "{tenantid}"
_HEALTH = "/_emulator/health"
_LONGEST_NAME = 80


@dataclass(frozen=True)
class RegisteredApplication:
    """A program that may get access tokens by its secret, in every directory."""

    secret: str
    roles: tuple[str, ...] = ()


class EntraStandIn:
    """`origin` is where it is found, `applications` are known by client id; people are sent back to `redirects` only,
    which are origins. Those who sign in without naming a directory are of `home`."""

    def __init__(
        self,
        origin: str,
        applications: Mapping[str, RegisteredApplication],
        redirects: tuple[str, ...] = (),
        home: str | None = None,
    ) -> None:
        self.tokens = Tokens()
        self._origin = origin.rstrip("/")
        self._applications = applications
        self._redirects = redirects
        self._home = home
        self._codes = Codes()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_open_to_pages, _answer_errors])
        app.router.add_get(_HEALTH, _health)
        directory = f"/{{directory:{_GUID}|{'|'.join(_SHARED)}}}"
        app.router.add_get(f"{directory}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get(f"{directory}/discovery/v2.0/keys", self._keys)
        app.router.add_get(f"{directory}/oauth2/v2.0/authorize", self._ask)
        app.router.add_post(f"{directory}/oauth2/v2.0/authorize", self._sign_in)
        app.router.add_post(f"{directory}/oauth2/v2.0/token", self._token)
        app.router.add_get(f"{directory}/oauth2/v2.0/logout", self._sign_out)
        return app

    def issuer(self, directory: str) -> str:
        return f"{self._origin}/{_TEMPLATE if directory in _SHARED else directory.lower()}/v2.0"

    async def _discovery(self, request: web.Request) -> web.Response:
        directory = request.match_info["directory"]
        # At the address by which it was asked: Microsoft's libraries take nothing but TLS, which another server may do.
        asked = f"{request.scheme}://{request.host}/{directory}"
        endpoints = f"{asked}/oauth2/v2.0"
        return web.json_response(
            {
                "issuer": self.issuer(directory),
                "authorization_endpoint": f"{endpoints}/authorize",
                "token_endpoint": f"{endpoints}/token",
                "end_session_endpoint": f"{endpoints}/logout",
                "jwks_uri": f"{asked}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "subject_types_supported": ["pairwise"],
                "scopes_supported": ["openid", "profile"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response(self.tokens.key_set(self.issuer(request.match_info["directory"])))

    async def _ask(self, request: web.Request) -> web.Response:
        """The sign-in page, for a request that makes sense."""
        self._sign_in_of(request, request.query, name="")
        if request.query.get("prompt") == "none":
            return self._back(request.query, error="login_required")
        return web.Response(text=sign_in_page(request.query), content_type="text/html", headers=HEADERS)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await _form(request)
        name = form.get("name", "").strip()
        if not 0 < len(name) <= _LONGEST_NAME:
            raise RefusedError("invalid_request", "a name is needed")
        return self._back(form, code=self._codes.issue(self._sign_in_of(request, form, name)))

    def _sign_in_of(self, request: web.Request, asked: Mapping[str, str], name: str) -> SignIn:
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            raise RefusedError("invalid_request", "only the code flow with PKCE (S256)")
        self._check_redirect(asked.get("redirect_uri", ""))
        return SignIn(
            directory=self._directory(request),
            client=asked.get("client_id", ""),
            redirect_uri=asked.get("redirect_uri", ""),
            scope=asked.get("scope", ""),
            nonce=asked.get("nonce"),
            challenge=asked.get("code_challenge", ""),
            name=name,
        )

    @staticmethod
    def _back(asked: Mapping[str, str], **told: str) -> web.Response:
        answer = told | {"state": asked["state"]} if "state" in asked else told
        return _redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await _form(request)
        match form.get("grant_type"):
            case "client_credentials":
                return self._for_application(request, form)
            case "authorization_code":
                return self._for_person(form)
        raise RefusedError("unsupported_grant_type", "only client_credentials and authorization_code")

    def _for_application(self, request: web.Request, form: Mapping[str, str]) -> web.Response:
        client, audience = form.get("client_id", ""), _audience(form.get("scope", ""))
        known = self._applications.get(client)
        if known is None or not hmac.compare_digest(known.secret.encode(), form.get("client_secret", "").encode()):
            raise RefusedError("invalid_client", "no such application, or another secret", status=401)
        directory = self._directory(request)
        token = self.tokens.application(self.issuer(directory), directory, audience, client, list(known.roles))
        return _issued(access_token=token)

    def _for_person(self, form: Mapping[str, str]) -> web.Response:
        signed_in = self._codes.redeem(form.get("code", ""))
        if signed_in is None or not signed_in.is_proven_by(form.get("code_verifier", "")):
            raise RefusedError("invalid_grant", "no such code, or another verifier")
        if (form.get("client_id"), form.get("redirect_uri")) != (signed_in.client, signed_in.redirect_uri):
            raise RefusedError("invalid_grant", "the code was issued to somebody else")
        issuer, directory = self.issuer(signed_in.directory), signed_in.directory
        nonce = {} if signed_in.nonce is None else {"nonce": signed_in.nonce}
        identity = self.tokens.person(issuer, directory, signed_in.client, signed_in.name, nonce)
        scopes = {"azp": signed_in.client, "scp": signed_in.scope}
        access = self.tokens.person(issuer, directory, signed_in.client, signed_in.name, scopes)
        return _issued(access_token=access, id_token=identity, scope=signed_in.scope)

    async def _sign_out(self, request: web.Request) -> web.Response:
        back = request.query.get("post_logout_redirect_uri", "")
        self._check_redirect(back)
        return _redirect(back)

    def _check_redirect(self, url: str) -> None:
        if not url.isprintable() or not url.startswith(tuple(f"{origin}/" for origin in self._redirects)):
            raise RefusedError("invalid_request", "nobody may be sent back there")

    def _directory(self, request: web.Request) -> str:
        directory = request.match_info["directory"].lower()
        if directory not in _SHARED:
            return directory
        if self._home is None:
            raise RefusedError("invalid_request", "the directory has to be named")
        return self._home


def _audience(scope: str) -> str:
    """Version 2 tokens are for the client id of the API, whichever name of it the scope has."""
    match = re.fullmatch(r"(?:api://)?([^/\s]+)/\.default", scope)
    if match is None:
        raise RefusedError("invalid_scope", "the scope must be {api}/.default")
    return match[1]


def _redirect(url: str) -> web.Response:
    return web.Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})


def _issued(**tokens: str) -> web.Response:
    body = {"token_type": "Bearer", "expires_in": LIFETIME_SECONDS, **tokens}
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


@web.middleware
async def _open_to_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages of every origin may read it, as they may at Entra ID: nothing here depends on a cookie."""
    response = await handler(request)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        return error.response()


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
