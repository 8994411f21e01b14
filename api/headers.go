package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// closedPolicy is the content security policy of what is no page: nothing runs, nothing frames it.
const closedPolicy = "default-src 'none'; frame-ancestors 'none'"

// guarded adds to every answer what tells browsers and caches to be careful with it:
// no sniffing, no framing, no referrer, no copy of data in a cache, and under TLS never without it.
// The pages for people have policies of their own.
func guarded(next http.Handler) http.Handler {
	// The lists are shared by all answers; who changes a header sets a list of its own.
	nosniff, noReferrer, policy, noStore, secure := []string{"nosniff"}, []string{"no-referrer"}, []string{closedPolicy}, []string{"no-store"}, []string{"max-age=31536000"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = noReferrer
		h["Content-Security-Policy"] = policy
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			h["Cache-Control"] = noStore
		}
		if r.TLS != nil {
			h["Strict-Transport-Security"] = secure
		}
		next.ServeHTTP(w, r)
	})
}

// pagePolicy is the policy of a page of ours that brings its one style sheet along.
func pagePolicy(page string) string {
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
