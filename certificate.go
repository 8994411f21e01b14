package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is that of the API, from two files, which are read again when they
// change: a renewed certificate needs no restart. One that can't be used leaves the one before.
type certificate struct {
	files   [2]string // of the certificate with its chain, and of the key
	log     *slog.Logger
	mu      sync.Mutex
	current *tls.Certificate
	read    [2]fileState // what was read last, whether or not it could be used
}

// fileState tells whether a file has changed.
type fileState struct {
	changed time.Time
	size    int64
}

func openCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{files: [2]string{certFile, keyFile}, log: log}
	c.read = c.states()
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("--tls-cert-file and --tls-key-file: %w", err)
	}
	return c, nil
}

// config serves TLS 1.2 and later, and HTTP/2.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get gives the certificate for a handshake.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.states(); now != c.read {
		c.read = now
		if err := c.load(); err != nil {
			c.log.Warn("the files of the certificate changed and can't be used; the certificate stays the one before", "error", err)
		} else {
			c.log.Info("the certificate was renewed", "until", c.current.Leaf.NotAfter)
		}
	}
	return c.current, nil
}

func (c *certificate) load() error {
	loaded, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err == nil {
		c.current = &loaded
	}
	return err
}

// states are those of the files; of a file that is gone, none.
func (c *certificate) states() (states [2]fileState) {
	for i, file := range c.files {
		if info, err := os.Stat(file); err == nil {
			states[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return states
}
