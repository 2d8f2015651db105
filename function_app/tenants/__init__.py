"""Tenants and their API keys: who calls on behalf of which organisation."""
