package main

import (
	"os"
	"syscall"
)

// flush is fdatasync, which both databases use.
func flush(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
