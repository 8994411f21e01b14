package main

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"os"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/mittari/mittari/api"
)

// guardSettings say who may call, how often and how slowly.
type guardSettings struct {
	TLSCertFile      string        `name:"tls-cert-file" setting:"" placeholder:"FILE" help:"The API's certificate with its chain, PEM; with --tls-key-file the API speaks TLS. Read again when it changes."`
	TLSKeyFile       string        `name:"tls-key-file" setting:"" placeholder:"FILE" help:"The certificate's key, PEM."`
	RateLimit        float64       `setting:"" default:"0" placeholder:"N" help:"How many requests a second each key may send to this process; a bulk request counts as one for each 100 lines. 0: any number (${default})."`
	RateBurst        int           `setting:"" default:"0" placeholder:"N" help:"How many of them at once after a pause; unless given, what 2 seconds allow."`
	AddressRateLimit float64       `setting:"" default:"1" placeholder:"N" help:"How many requests a second with unknown keys each address may send, against guessing. 0: any number (${default})."`
	AddressRateBurst int           `setting:"" default:"60" placeholder:"N" help:"How many of them at once after a pause (${default})."`
	TrustedProxies   []string      `setting:"" placeholder:"ADDRESS" help:"Addresses or networks (10.0.0.0/8) of proxies, between commas, whose X-Forwarded-For says where a request comes from. None unless given."`
	CORSOrigins      []string      `name:"cors-origins" setting:"" placeholder:"ORIGIN" help:"Origins such as https://shop.example, between commas, whose pages may call the API from a browser. None unless given."`
	StallTimeout     time.Duration `setting:"" default:"30s" help:"How long a client may send (next to) nothing of a request before its connection is closed, or, four times as long, take nothing of an answer (${default})."`
	MaxConnections   int           `setting:"" default:"10000" placeholder:"N" help:"How many connections each listener has at once; further ones wait (${default})."`
}

// faults are everything wrong with the settings.
func (s guardSettings) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if (s.TLSCertFile == "") != (s.TLSKeyFile == "") {
		fault("--tls-cert-file and --tls-key-file belong together: give both or neither")
	}
	if !(s.RateLimit >= 0 && s.RateLimit <= 1e6) || !(s.AddressRateLimit >= 0 && s.AddressRateLimit <= 1e6) {
		fault("--rate-limit and --address-rate-limit must be 0 to 1000000 requests a second")
	}
	if s.RateBurst < 0 || s.AddressRateBurst < 1 {
		fault("--rate-burst and --address-rate-burst must be 1 at least")
	}
	for _, proxy := range s.TrustedProxies {
		_, notAddress := netip.ParseAddr(proxy)
		if _, notNetwork := netip.ParsePrefix(proxy); notAddress != nil && notNetwork != nil {
			fault("--trusted-proxies must be addresses or networks such as 10.0.0.0/8, one is %q", proxy)
		}
	}
	for _, origin := range s.CORSOrigins {
		if !isOrigin(origin) {
			fault("--cors-origins must be exact origins such as https://shop.example, with no path and no *, one is %q", origin)
		}
	}
	if s.StallTimeout < time.Second {
		fault("--stall-timeout must be 1s at least")
	}
	if s.MaxConnections < 1 {
		fault("--max-connections must be 1 at least")
	}
	return faults
}

// isOrigin reports whether a browser would send this as an Origin header.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.Scheme+"://"+u.Host == text
}

// keyLimit is of what each key may send.
func (s guardSettings) keyLimit() api.Limit {
	return api.Limit{Rate: s.RateLimit, Burst: cmp.Or(s.RateBurst, max(1, int(math.Ceil(2*s.RateLimit))))}
}

// addressLimit is of unknown keys from each address.
func (s guardSettings) addressLimit() api.Limit {
	return api.Limit{Rate: s.AddressRateLimit, Burst: s.AddressRateBurst}
}

// metricsScheme is https where the metrics' web config asks for TLS. What is wrong with that file is told when it is served by.
func (s serveSettings) metricsScheme() string {
	var config struct {
		TLS map[string]any `yaml:"tls_server_config"`
	}
	if text, err := os.ReadFile(s.MetricsWebConfig); err == nil && yaml.Unmarshal(text, &config) == nil && len(config.TLS) > 0 {
		return "https"
	}
	return "http"
}
