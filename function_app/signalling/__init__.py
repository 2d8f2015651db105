"""Signalling over Web PubSub: what the control plane sends, and the CloudEvents that it gets."""
