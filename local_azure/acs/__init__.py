"""A stand-in for Azure Communication Services: identities, rooms, e-mail and SMS, as Microsoft's unmodified clients ask
for them; what is sent lands in the mailbox.
"""

from local_azure.acs.server import AcsStandIn

__all__ = ["AcsStandIn"]
