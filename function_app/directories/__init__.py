"""Directories of Entra ID and External ID: whose tokens are taken, and which tenant each directory belongs to."""
