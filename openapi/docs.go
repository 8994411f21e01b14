package openapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static"
)

// page is our own part of the documentation page; Swagger UI comes from a module.
//
//go:embed page
var page embed.FS

// docsPolicy lets the page load from, and send to, the server it came from only.
// Swagger UI's style sheet has its arrows as data: URLs.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Docs serves the documentation page: index.html at /, and the files it loads
// beside it. The page reads the document from ../openapi.json.
func Docs() http.Handler { return http.HandlerFunc(serveDocs) }

func serveDocs(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	content, packed, err := docsFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err == nil && packed && !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content, err = unpack(content)
		packed = false
	}
	if err != nil {
		http.Error(w, "the page can't be read", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	if packed {
		h.Set("Content-Encoding", "gzip")
	}
	sum := sha256.Sum256(content)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	h.Set("Cache-Control", "no-cache") // ask whether it changed: a new version must be seen at once
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Content-Security-Policy", docsPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// docsFile gives a file of the page, and whether it is packed with gzip.
func docsFile(name string) (content []byte, packed bool, err error) {
	switch name {
	case "swagger-ui.css", "swagger-ui-bundle.js":
		content, err = static.FS.ReadFile(name + ".gz")
		return content, true, err
	case "favicon-32x32.png":
		content, err = static.FS.ReadFile(name)
		return content, false, err
	}
	content, err = page.ReadFile("page/" + name)
	return content, false, err
}

func unpack(packed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
