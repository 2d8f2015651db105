"""How much a tenant's meetings were used."""
