"""A stand-in for Azure Communication Services: identities and rooms, as Microsoft's unmodified clients ask for them."""

from local_azure.acs.server import AcsStandIn

__all__ = ["AcsStandIn"]
