/**
 * Puts Swagger UI beside the built client, for the page /docs that the API serves: it may load nothing from elsewhere.
 * The package's own pages and source maps stay behind; its licence and notices go along.
 */
import { copyFile, mkdir } from "node:fs/promises";

const files = ["swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE", "NOTICE"];
const source = new URL("../node_modules/swagger-ui-dist/", import.meta.url);
const target = new URL("../dist/docs-assets/", import.meta.url);

await mkdir(target, { recursive: true });
await Promise.all(files.map((name) => copyFile(new URL(name, source), new URL(name, target))));
