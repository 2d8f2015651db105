"""Stands in for Azure Web PubSub on a laptop: the unmodified service and client SDKs cannot tell it apart."""

from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.server import WebPubSubEmulator

__all__ = ["Limits", "WebPubSubEmulator"]
