"""The names of the containers in the database."""

MEETINGS_CONTAINER = "meetings"
TENANTS_CONTAINER = "tenants"
WEBHOOKS_CONTAINER = "webhooks"
LEASES_CONTAINER = "leases"
