package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profiled does something while a CPU profile of the server is taken, if profiles
// are wanted. The last one of a name is kept.
func (b *bench) profiled(server *process, name string, during time.Duration, do func() error) error {
	if b.profile == "" {
		return do()
	}
	taken := make(chan error, 1)
	go func() {
		url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", server.metrics, max(1, int(during.Seconds())))
		profile, err := fetch(b.ctx, http.DefaultClient, url)
		if err == nil {
			err = os.WriteFile(filepath.Join(b.profile, name+".pprof"), profile, 0o600)
		}
		taken <- err
	}()
	if err := do(); err != nil {
		return err
	}
	return <-taken
}
