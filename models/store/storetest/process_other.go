//go:build !unix

package storetest

import (
	"fmt"
	"syscall"
)

// serverProcess says that no throw-away server can be run here.
func serverProcess() (*syscall.SysProcAttr, error) {
	return nil, fmt.Errorf("%w: throw-away servers need a Unix", errNoPostgres)
}
