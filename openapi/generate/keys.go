package main

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The schemes: operations are annotated with the first, and take the second in its place.
const (
	keyScheme   = "key"
	tokenScheme = "token"
)

// scopesOf are the scopes that the annotation @Security key[…] asks for, all of them.
func scopesOf(op *openapi3.Operation) []string {
	if op.Security == nil || len(*op.Security) == 0 {
		return nil
	}
	return (*op.Security)[0][keyScheme]
}

// askForKeys describes the bearer keys, and the tokens that are taken beside them. OpenAPI 3.0 has scopes for OAuth only:
// an operation tells its own in its description, and to programs as x-scopes.
func askForKeys(doc *openapi3.T) {
	scheme := openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer")
	scheme.Description = "A key of the workspace; POST /v1/keys makes them, and so does `mittari keys create`."
	token := openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").WithBearerFormat("JWT")
	token.Description = "A token of the OpenID Connect issuer whose tokens the server takes, if it is set to take any."
	doc.Components.SecuritySchemes = openapi3.SecuritySchemes{keyScheme: {Value: scheme}, tokenScheme: {Value: token}}
	doc.Security = openapi3.SecurityRequirements{{keyScheme: {}}, {tokenScheme: {}}}
	operations(doc, func(_, _ string, op *openapi3.Operation) {
		if op.Security == nil {
			op.Security = &openapi3.SecurityRequirements{}
			return
		}
		scopes := scopesOf(op)
		signed := op.Extensions["x-signed"] != nil
		op.Security = nil // the document's own
		op.Extensions = map[string]any{"x-scopes": scopes}
		asked := "Any valid key will do."
		if len(scopes) > 0 {
			asked = fmt.Sprintf("Needs a key with the scope `%s`.", strings.Join(scopes, "` and the scope `"))
		}
		if signed {
			op.Security = &openapi3.SecurityRequirements{{keyScheme: {}}, {}}
			asked = "Needs the tool's signature; or, without one, a key" + strings.TrimPrefix(asked, "Needs a key")
		}
		op.Description = strings.TrimSpace(op.Description + "\n\n" + asked)
	})
}
