package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority issues certificates of 127.0.0.1 into two files, over those before.
type authority struct {
	cert, key string // the files
	roots     *x509.CertPool
	own       *x509.Certificate
	private   *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, folder string) *authority {
	t.Helper()
	a := &authority{cert: filepath.Join(folder, "cert.pem"), key: filepath.Join(folder, "key.pem"), roots: x509.NewCertPool()}
	a.private = newKeyPair(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1000), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.private.PublicKey, a.private)
	if err != nil {
		t.Fatal(err)
	}
	if a.own, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.roots.AddCert(a.own)
	return a
}

func newKeyPair(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue writes a certificate of the serial number given, with a key of its own.
func (a *authority) issue(t *testing.T, serial int64) *authority {
	t.Helper()
	key := newKeyPair(t)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(12 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.own, &key.PublicKey, a.private)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{a.cert: {Type: "CERTIFICATE", Bytes: der}, a.key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// shake connects anew and gives the serial number and the versions that were agreed on.
func (a *authority) shake(url string, versions ...uint16) (serial int64, state tls.ConnectionState, err error) {
	config := &tls.Config{RootCAs: a.roots, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS10}
	if len(versions) > 0 {
		config.MinVersion, config.MaxVersion = versions[0], versions[0]
	}
	dialer := tls.Dialer{Config: config}
	conn, err := dialer.DialContext(context.Background(), "tcp", strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://"))
	if err != nil {
		return 0, state, err
	}
	defer conn.Close()
	state = conn.(*tls.Conn).ConnectionState()
	return state.PeerCertificates[0].SerialNumber.Int64(), state, nil
}

func TestBothListenersSpeakTLSAndTakeARenewedCertificateWithoutARestart(t *testing.T) {
	a := newAuthority(t, t.TempDir()).issue(t, 1)
	config := filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "tls_server_config:\n  cert_file: %s\n  key_file: %s\n", a.cert, a.key), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, sqliteURL(t), "--tls-cert-file", a.cert, "--tls-key-file", a.key, "--metrics-web-config", config)
	if !strings.HasPrefix(r.api, "https://127.0.0.1:") || !strings.HasPrefix(r.metrics, "https://127.0.0.1:") {
		t.Fatalf("they are said to be at %s and %s", r.api, r.metrics)
	}
	for _, url := range []string{r.api, r.metrics} {
		for version, taken := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
			if _, _, err := a.shake(url, version); (err == nil) != taken {
				t.Errorf("%s: %s: %v", url, tls.VersionName(version), err)
			}
		}
		if serial, state, err := a.shake(url); err != nil || serial != 1 || state.NegotiatedProtocol != "h2" {
			t.Errorf("%s: certificate %d, %q, %v", url, serial, state.NegotiatedProtocol, err)
		}
	}
	a.issue(t, 2)
	for _, url := range []string{r.api, r.metrics} {
		if serial, _, err := a.shake(url); err != nil || serial != 2 {
			t.Errorf("%s: after the renewal: certificate %d, %v", url, serial, err)
		}
	}
	if !strings.Contains(r.log.String(), "the certificate was renewed") {
		t.Errorf("the log does not tell of it:\n%s", r.log)
	}
}

func TestCertificateThatCantBeReadLeavesTheOneBefore(t *testing.T) {
	a := newAuthority(t, t.TempDir()).issue(t, 1)
	r := start(t, sqliteURL(t), "--tls-cert-file", a.cert, "--tls-key-file", a.key)
	for _, spoil := range []func() error{
		func() error { return os.WriteFile(a.key, []byte("-----BEGIN canary-----"), 0o600) },
		func() error { return os.Remove(a.cert) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if serial, _, err := a.shake(r.api); err != nil || serial != 1 {
			t.Errorf("certificate %d, %v", serial, err)
		}
	}
	if log := r.log.String(); !strings.Contains(log, "can't be used") || strings.Contains(log, "canary") {
		t.Errorf("the log does not tell what is wrong, or tells of the key:\n%s", log)
	}
	a.issue(t, 3)
	if serial, _, err := a.shake(r.api); err != nil || serial != 3 {
		t.Errorf("after it was mended: certificate %d, %v", serial, err)
	}
}

func TestAPIWorksOverTLSAndHTTP2(t *testing.T) {
	a := newAuthority(t, t.TempDir()).issue(t, 1)
	r := start(t, sqliteURL(t), "--tls-cert-file", a.cert, "--tls-key-file", a.key)
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: a.roots, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	for range 3 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.api+"/v1/responses", strings.NewReader(`{"metric":"nps","score":9}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+r.key)
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusCreated || answer.Proto != "HTTP/2.0" || answer.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s %d %v", answer.Proto, answer.StatusCode, answer.Header)
		}
	}
}

func TestCertificateThatIsNoneEndsTheStart(t *testing.T) {
	a := newAuthority(t, t.TempDir()).issue(t, 1)
	for _, files := range [][2]string{{a.cert, a.cert}, {"missing.pem", a.key}} {
		code, _, errs := call(t, envOf(), "serve", "--database-url", sqliteURL(t), "--listen", freeAddress(t), "--metrics-listen", freeAddress(t), "--tls-cert-file", files[0], "--tls-key-file", files[1])
		if code != 1 || !strings.Contains(errs, "--tls-cert-file") {
			t.Errorf("%v gave %d: %s", files, code, errs)
		}
	}
}
