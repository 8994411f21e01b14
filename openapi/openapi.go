// Package openapi holds the generated OpenAPI document and the page that shows it.
package openapi

import _ "embed"

//go:generate go run ./generate

//go:embed openapi.json
var document []byte

// Document is the OpenAPI 3.0.3 document of the API, as JSON. It must not be changed.
func Document() []byte { return document }
