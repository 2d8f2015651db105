import type { components } from "../../../sdk/typescript/src/generated/api";

/** The bodies of the HTTP API, by their names in the OpenAPI document: the types that the TypeScript SDK is made of, too. */
export type Schemas = components["schemas"];
