package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/mittari/mittari/models"
)

// maxAnswer is how much of an answer is read, so that its connection can be used again.
const maxAnswer = 64 << 10

// clients send requests, by the scheme of a URL.
type clients map[string]*http.Client

func newClients(reach models.Reach) clients {
	return clients{"https": newClient(reach, true), "http": newClient(reach, false)}
}

// newClient connects to what the reach allows. What is judged is the address that is about to be connected
// to, whatever name led there. Redirects are not followed, and no proxy is asked, whatever the environment says.
func newClient(reach models.Reach, encrypted bool) *http.Client {
	dialer := &net.Dialer{Timeout: models.AttemptTimeout, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if err := reach.Check(to.Addr(), encrypted); err != nil {
			return &refusedError{err}
		}
		return nil
	}}
	return &http.Client{
		Timeout: models.AttemptTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, Proxy: nil, ForceAttemptHTTP2: true, DisableCompression: true, TLSHandshakeTimeout: models.AttemptTimeout,
			MaxIdleConns: 2 * webhooksAtOnce, MaxIdleConnsPerHost: messagesAtOnce, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c clients) close() {
	for _, client := range c {
		client.CloseIdleConnections()
	}
}

// refusedError says that an address is not one that may be connected to.
type refusedError struct{ cause error }

func (e *refusedError) Error() string { return e.cause.Error() }

// send makes one attempt.
func (c clients) send(ctx context.Context, hook models.Webhook, d models.Delivery, options Options) models.Receipt {
	to, err := url.Parse(hook.URL)
	if err != nil || c[to.Scheme] == nil {
		return models.Receipt{Fault: "its url can't be sent to"}
	}
	ctx, cancel := context.WithTimeout(ctx, models.AttemptTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return models.Receipt{Fault: "its url can't be sent to"}
	}
	now := options.Now()
	secrets, err := hook.Signing(options.Persons, now)
	if err != nil {
		return models.Receipt{Fault: "its secret can't be read: " + err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", options.Agent)
	request.Header.Set("webhook-id", d.ID)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("webhook-signature", models.Sign(secrets, d.ID, now, d.Payload))
	answer, err := c[to.Scheme].Do(request)
	if err != nil {
		return models.Receipt{Fault: faultOf(err)}
	}
	defer func() { _ = answer.Body.Close() }()                         // what it says is of no interest
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // its status has come
	return models.Receipt{Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header.Get("Retry-After"), now)}
}

// faultOf says why there was no answer, and nothing of the machines in between.
func faultOf(err error) string {
	var refused *refusedError
	var name *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &refused):
		return "it was not connected to: " + refused.Error()
	case errors.As(err, &name):
		return fmt.Sprintf("the name %s could not be resolved", name.Name)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("it did not answer within %s", models.AttemptTimeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refused the connection"
	}
	if cause := errors.Unwrap(err); cause != nil { // without the URL, which may hold a secret
		err = cause
	}
	return "it could not be sent to: " + err.Error()
}

// retryAfter reads seconds, or a date (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
