package openapi_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/mittari/mittari/openapi"
)

// docsFile asks the documentation page for a file, as a client that unpacks nothing or gzip.
func docsFile(t *testing.T, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if encoding != "" {
		request.Header.Set("Accept-Encoding", encoding)
	}
	answer := httptest.NewRecorder()
	openapi.Docs().ServeHTTP(answer, request)
	return answer
}

func unpacked(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	reader, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var (
	loaded    = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	elsewhere = regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9]|@import|<base|<iframe`)
	styleURL  = regexp.MustCompile(`url\(\s*["']?([^)"']*)`)
)

func TestDocsPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	index := docsFile(t, "/", "").Body.String()
	files := loaded.FindAllStringSubmatch(index, -1)
	if len(files) < 5 {
		t.Fatalf("the page names %d files: %v", len(files), files)
	}
	for _, file := range files {
		name := file[1]
		if name == "../openapi.json" {
			continue // of the API
		}
		answer := docsFile(t, "/"+name, "")
		if answer.Code != http.StatusOK {
			t.Errorf("%s: status %d", name, answer.Code)
		}
		content := answer.Body.String()
		switch name {
		case "swagger-ui-bundle.js": // names many addresses and loads none, which the policy holds
		case "swagger-ui.css":
			for _, url := range styleURL.FindAllStringSubmatch(content, -1) {
				if !strings.HasPrefix(url[1], "data:") {
					t.Errorf("%s loads %s", name, url[1])
				}
			}
		default:
			if found := elsewhere.FindString(content); found != "" {
				t.Errorf("%s has %q", name, found)
			}
		}
	}
	if found := elsewhere.FindString(index); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestDocsPolicyForbidsEverythingFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/page.js", "/swagger-ui-bundle.js"} {
		policy := docsFile(t, path, "").Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%s: the policy %q does not begin with default-src 'none'", path, policy)
		}
		for directive := range strings.SplitSeq(policy, ";") {
			for _, source := range strings.Fields(directive)[1:] {
				if source != "'self'" && source != "'none'" && (source != "data:" || !strings.Contains(directive, "img-src")) {
					t.Errorf("%s: the policy allows %s in%s", path, source, directive)
				}
			}
		}
	}
}

func TestDocsAreTheSamePackedOrNot(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/swagger-ui.css", "/swagger-ui-bundle.js"} {
		plain, packed := docsFile(t, path, ""), docsFile(t, path, "gzip, br")
		if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: encodings %q and %q", path, plain.Header().Get("Content-Encoding"), packed.Header().Get("Content-Encoding"))
		}
		if plain.Header().Get("ETag") == packed.Header().Get("ETag") {
			t.Errorf("%s: both forms have the ETag %s", path, plain.Header().Get("ETag"))
		}
		if a, b := plain.Body.String(), unpacked(t, packed); a != b || len(a) < 1000 {
			t.Errorf("%s: %d bytes plain, %d bytes unpacked", path, len(a), len(b))
		}
	}
}

func TestDocsHaveNoOtherFiles(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/oauth2-redirect.html", "/../openapi.go", "/page", "/./", "/swagger-ui.css.gz", "/nothing"} {
		if answer := docsFile(t, path, "gzip"); answer.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, not 404", path, answer.Code)
		}
	}
}
