"""What tenants' programs use: SDKs for Python and TypeScript, and what generates parts of them."""
