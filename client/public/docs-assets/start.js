/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  // Otherwise the document would be sent to a validator on the internet.
  validatorUrl: null,
});
