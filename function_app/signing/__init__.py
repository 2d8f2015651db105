"""The control plane's signing keys: where they are kept, tokens out, public keys for those who verify them."""
