"""Where the control plane keeps what must last: Cosmos DB, one store for each noun. Only this package speaks SQL."""
