package metrics

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// exposition is all that /metrics/cx can be asked for, as of one change. It never changes.
type exposition struct {
	version    uint64
	all        page
	workspaces map[string]func() (page, error) // composed when first asked for
	series     int
}

// page is a response body, plain and compressed.
type page struct{ plain, gzip []byte }

// newExposition puts the texts of the workspaces together, in the order of their keys.
func newExposition(version uint64, keys []string, texts map[string][]*text) (*exposition, error) {
	e := &exposition{version: version, workspaces: map[string]func() (page, error){}}
	var all []*text
	for _, key := range keys {
		of := texts[key]
		all = append(all, of...)
		e.workspaces[key] = sync.OnceValues(func() (page, error) { return compose(of) })
	}
	for _, t := range all {
		e.series += t.series
	}
	var err error
	e.all, err = compose(all)
	return e, err
}

// compose writes the texts as one page: each family once, with its header.
func compose(texts []*text) (page, error) {
	var plain bytes.Buffer
	for i, f := range families() {
		size := 0
		for _, t := range texts {
			size += len(t.families[i])
		}
		if size == 0 {
			continue
		}
		plain.Grow(size)
		plain.WriteString(f.header())
		for _, t := range texts {
			plain.Write(t.families[i])
		}
	}
	packed, err := compress(plain.Bytes())
	return page{plain.Bytes(), packed}, err
}

func compress(plain []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}
