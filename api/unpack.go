package api

import (
	"io"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/mittari/mittari/models"
)

// How much a compressed body may grow, so that a few bytes can't keep the server
// busy for hours. What is a million times as large unpacked is made to harm.
const (
	unpackedFree  = 16 << 20 // bytes, for any body
	unpackedRatio = 100      // times as much as came, beyond that
)

// maxWindow is how far back zstd may refer, and so how much is held of a body: what RFC 8878 asks for.
const maxWindow = 8 << 20

// unpack lets a handler read what a body with a Content-Encoding holds. The bounds of
// bodies are those of what it holds, and memory does not grow with it.
func unpack(c *gin.Context) error {
	encodings := c.Request.Header["Content-Encoding"]
	if len(encodings) == 0 {
		return nil
	}
	var open func(io.Reader) (io.Reader, error)
	switch encoding := strings.ToLower(strings.TrimSpace(strings.Join(encodings, ","))); encoding {
	case "", "identity":
		return nil
	case "gzip", "x-gzip":
		open = func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	case "zstd":
		open = openZstd
	default:
		return models.Errorf(unsupported, "a body with the Content-Encoding %.50q can't be read; gzip and zstd can, one of them", encoding)
	}
	c.Request.Body = &unpacked{Closer: c.Request.Body, packed: packedBody{in: c.Request.Body}, open: open}
	return nil
}

// openZstd needs no closing: it has no goroutines.
func openZstd(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
}

// unpacked is what a compressed body holds.
type unpacked struct {
	io.Closer
	packed packedBody
	open   func(io.Reader) (io.Reader, error)
	out    io.Reader // nil before the first Read
	size   int64     // that was read
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.out == nil {
		out, err := u.open(&u.packed)
		if err != nil {
			return 0, err
		}
		u.out = out
	}
	n, err := u.out.Read(p)
	if u.size += int64(n); u.size > unpackedFree+unpackedRatio*u.packed.size {
		return 0, models.Errorf(models.TooLarge, "the body is more than %d times as large unpacked; send less at a time, or send it as it is", unpackedRatio)
	}
	return n, err
}

// packedBody counts what comes.
type packedBody struct {
	in   io.Reader
	size int64
}

func (b *packedBody) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	b.size += int64(n)
	return n, err
}
