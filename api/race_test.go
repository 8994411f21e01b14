//go:build race

package api_test

// raced says that the race detector watches; the embedded database is ten times slower then.
const raced = true
