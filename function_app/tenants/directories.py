"""Which directory a tenant has. A directory belongs to one tenant at most, and only to one that its owner has let in.

The owner document and the tenant's own are in two partitions, so no batch holds both. A directory counts for a tenant
only where both say so: `claim` writes the owner document, then the tenant's own is written, then `confirm` makes sure
that nobody else claimed meanwhile. What a change left behind that was broken off, or lost against another of the same
tenant, is an owner document whose tenant does not name the directory; that is nobody's, for the next to claim.
"""

from __future__ import annotations

from function_app.directories.applications import Applications
from function_app.directories.documents import DirectoryOwner
from function_app.errors import DirectoryTakenError, ForbiddenError, InvalidRequestError, UnauthorizedError
from function_app.stores.directories import DirectoryStore
from function_app.stores.outcomes import until_it_holds
from function_app.stores.tenants import TenantStore
from function_app.tenants.callers import CallerRole

_PROOF = "/entraProof"


class TenantDirectories:
    """`applications` verifies the proofs; None where no access token is taken."""

    def __init__(self, store: DirectoryStore, tenants: TenantStore, applications: Applications | None) -> None:
        self._store = store
        self._tenants = tenants
        self._applications = applications

    async def claim(self, tenant: str, present: str | None, wanted: str, proof: str | None) -> None:
        """Makes `wanted` the tenant's as far as the owner document goes; `present` is what the tenant's own says.

        Raises InvalidRequestError when the proof shows nothing, and DirectoryTakenError.
        """
        owner = await self._store.find(wanted)
        if present != wanted or owner is None or owner.owner != tenant:
            await self._check(wanted, proof)

        async def attempt() -> None:
            known = await self._store.find(wanted)
            if known is None:
                await self._store.create(DirectoryOwner.of(wanted, tenant))
            elif known.owner != tenant:
                await self._refuse_linked(known.owner, wanted)
                await self._store.replace(known.owned_by(tenant))

        await until_it_holds(attempt)

    async def confirm(self, tenant: str, directory: str) -> None:
        """To be called once the tenant's own document names the directory. Raises DirectoryTakenError.

        The write changes the version: whoever has looked before the tenant named it does not claim it any more.
        """

        async def attempt() -> None:
            known = await self._store.find(directory)
            if known is None or known.owner != tenant:
                raise DirectoryTakenError
            await self._store.replace(known)

        await until_it_holds(attempt)

    async def _refuse_linked(self, tenant: str, directory: str) -> None:
        owner = await self._tenants.find(tenant)
        if owner and owner.directory == directory:
            raise DirectoryTakenError

    async def _check(self, directory: str, proof: str | None) -> None:
        if self._applications is None:
            raise InvalidRequestError.parameter("/entraTenantId", "This installation takes no access tokens.")
        try:
            application = await self._applications.verify(proof or "")
        except (UnauthorizedError, ForbiddenError) as error:
            raise InvalidRequestError.parameter(_PROOF, error.message) from error
        if application.directory != directory or application.role is not CallerRole.ADMIN:
            message = "The token must be of that directory, with the app role Parley.Admin."
            raise InvalidRequestError.parameter(_PROOF, message)
