"""The SQL subset of the Cosmos DB NoSQL API: text to syntax tree, syntax tree to rows."""
