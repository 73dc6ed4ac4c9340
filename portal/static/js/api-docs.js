// Shows the API's description in the page; without it the links above remain.
"use strict";

const place = document.getElementById("api-docs");

if (place && window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    supportedSubmitMethods: ["get"],
    validatorUrl: null,
    layout: "BaseLayout",
  });
}
