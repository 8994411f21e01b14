package running

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"

	"github.com/mittari/mittari/models/store/storetest"
)

// Call runs a command of the server's program on the database to its end, and gives what it said.
func Call(ctx context.Context, program, database string, args ...string) (string, error) {
	said, err := exec.CommandContext(ctx, program, append(args, "--database-url", database)...).CombinedOutput()
	if err != nil {
		return string(said), fmt.Errorf("mittari %s: %w\n%s", args[0], err, said)
	}
	return string(said), nil
}

// FreeAddresses are some that nobody listens on.
func FreeAddresses(n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		port, err := storetest.FreePort()
		if err != nil {
			return nil, err
		}
		addresses[i] = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	return addresses, nil
}
