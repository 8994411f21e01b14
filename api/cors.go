package api

import "net/http"

// What pages of the origins that are allowed may send, and read of an answer, beside the ordinary.
const (
	crossMethods = "GET, POST, PUT, PATCH, DELETE"
	crossHeaders = "Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match"
	crossExposed = "ETag, Idempotent-Replayed, Location, Retry-After, WWW-Authenticate"
	crossMaxAge  = "600" // seconds that a browser remembers it
)

// shared lets pages of the origins, exactly as given, call the API from a browser
// (CORS). None may unless it is named. Cookies play no part: a page has to send a key.
func shared(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	allowed := map[string]bool{}
	for _, origin := range origins {
		allowed[origin] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if !allowed[origin] {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" { // a preflight
			h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
			h.Set("Access-Control-Allow-Methods", crossMethods)
			h.Set("Access-Control-Allow-Headers", crossHeaders)
			h.Set("Access-Control-Max-Age", crossMaxAge)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		h.Set("Access-Control-Expose-Headers", crossExposed)
		next.ServeHTTP(w, r)
	})
}
