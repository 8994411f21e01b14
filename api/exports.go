package api

import (
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

const (
	mostExports      = 8 // at once in a process: each holds a page in memory, and of Parquet a row group
	mostExportsOfOne = 4 // of a workspace, so that none keeps the others out
	mostReading      = 2 // pages at a time: a database may have four connections in all, and what is stored needs them more
	exportRetryAfter = 10 * time.Second
)

// exports are the streams of whole lists that are under way.
type exports struct {
	mu      sync.Mutex
	all     int
	of      map[string]int // by workspace; those that have any
	reading chan struct{}  // a place for each page that is read
}

func newExports() *exports {
	return &exports{of: map[string]int{}, reading: make(chan struct{}, mostReading)}
}

// enter lets one more begin, or is Busy.
func (e *exports) enter(workspace string) (leave func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.all >= mostExports || e.of[workspace] >= mostExportsOfOne {
		busy := models.Errorf(models.Busy, "%d exports are under way, %d of them of this workspace; at once there may be %d, and %d of a workspace: try again when one is over",
			e.all, e.of[workspace], mostExports, mostExportsOfOne)
		busy.RetryAfter = exportRetryAfter
		return nil, busy
	}
	e.all++
	e.of[workspace]++
	return func() { e.leave(workspace) }, nil
}

func (e *exports) leave(workspace string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all--
	if e.of[workspace]--; e.of[workspace] == 0 {
		delete(e.of, workspace)
	}
}

// reading reads a page once few others do, unless the client goes away before.
func reading[P any](e *exports, c *gin.Context, read func() (P, error)) (page P, err error) {
	select {
	case e.reading <- struct{}{}:
		defer func() { <-e.reading }()
		return read()
	case <-c.Request.Context().Done():
		return page, c.Request.Context().Err()
	}
}
