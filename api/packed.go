package api

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// leastPacked is from how many bytes on an answer is worth compressing: one that fits a packet is not.
const leastPacked = 1024

// packed compresses answers with zstd or gzip, where the request accepts that and
// the answer is text. What is compressed already goes out as it is. What was
// flushed has gone out. The ETag of a compressed answer stays that of what it
// holds: it is a version to send back, and nothing here answers parts of files.
func packed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(leastPacked), gzhttp.ContentTypes([]string{
		formJSON, "application/problem+json", formNDJSON, formCSV, "text/html", "text/css", "text/javascript",
	}))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}
