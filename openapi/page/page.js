SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // No badge of a validator elsewhere: the document would be sent there.
  validatorUrl: null,
  // The key lives in this page's memory and is gone with it. Persisting would
  // put it into localStorage, where it outlives the session on a shared machine.
  persistAuthorization: false,
});
