//go:build !race

package api_test

// raced says that the race detector watches; it does not.
const raced = false
