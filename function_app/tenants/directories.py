"""Which directory a tenant has. A directory belongs to one tenant at most, and only to one that its owner has let in.

The owner document and the tenant's own are in two partitions, so no batch holds both. A directory counts for a tenant
only where both say so; the owner document is written first, and whoever was told of a failure tries again.
"""

from __future__ import annotations

from function_app.directories.applications import Applications
from function_app.errors import ForbiddenError, InvalidRequestError, UnauthorizedError
from function_app.stores.directories import DirectoryStore
from function_app.stores.outcomes import until_it_holds
from function_app.tenants.callers import CallerRole

_PROOF = "/entraProof"


class TenantDirectories:
    """`applications` verifies the proofs; None where no access token is taken."""

    def __init__(self, store: DirectoryStore, applications: Applications | None) -> None:
        self._store = store
        self._applications = applications

    async def move(self, tenant: str, present: str | None, wanted: str | None, proof: str | None) -> None:
        """Makes `wanted` the tenant's, and `present` nobody's. The tenant's own document is then to be written.

        Raises InvalidRequestError when the proof shows nothing, and DirectoryTakenError.
        """
        if wanted is not None and wanted != present:
            await self._check(wanted, proof)
        if wanted is not None:
            await self._store.claim(wanted, tenant)
        if present is not None and present != wanted:
            await until_it_holds(lambda: self._store.release(present, tenant))

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
