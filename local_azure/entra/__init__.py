"""A stand-in for Entra ID: discovery, keys, client credentials, and sign-in by authorization code with PKCE."""
