"""A stand-in for Azure Key Vault: secrets with versions, over the REST API that `azure-keyvault-secrets` speaks."""
