package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/mittari/mittari/api/issuer"
)

// oidcSettings say whose tokens are taken beside keys.
type oidcSettings struct {
	OIDCIssuer         string `name:"oidc-issuer" setting:"" placeholder:"URL" help:"The OpenID Connect issuer whose tokens (JWTs) are taken in the place of keys, as they name it. None unless given."`
	OIDCAudience       string `name:"oidc-audience" setting:"" placeholder:"NAME" help:"What the tokens must be made for (aud): this server's name at the issuer."`
	OIDCWorkspace      string `name:"oidc-workspace" setting:"" placeholder:"KEY" help:"The workspace that every token is of; unless given, each token says its own."`
	OIDCWorkspaceClaim string `name:"oidc-workspace-claim" setting:"" default:"mittari_workspace" placeholder:"NAME" help:"The claim that says of which workspace a token is (${default})."`
	OIDCScopesClaim    string `name:"oidc-scopes-claim" setting:"" default:"scope" placeholder:"NAME" help:"The claim that says what a token allows, text with spaces between or a list; dots lead into it, such as realm_access.roles (${default})."`
	OIDCScopes         string `name:"oidc-scopes" setting:"" placeholder:"MAP" help:"What values of that claim allow, such as analysts=scores:read,responses:read;ops=admin. Unless given, the values are scopes' names."`
}

// faults are everything wrong with the settings.
func (s oidcSettings) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if s.OIDCIssuer == "" {
		if s.OIDCAudience != "" || s.OIDCWorkspace != "" || s.OIDCScopes != "" {
			fault("--oidc-issuer must be given with other settings of tokens")
		}
		return faults
	}
	if !isIssuer(s.OIDCIssuer) {
		fault("--oidc-issuer must be a URL such as https://login.example/realms/acme, with https unless it is on this machine, and no user, query or fragment")
	}
	if s.OIDCAudience == "" {
		fault("--oidc-audience must be given with --oidc-issuer: tokens for others must not be taken")
	}
	if s.OIDCWorkspaceClaim == "" || s.OIDCScopesClaim == "" {
		fault("--oidc-workspace-claim and --oidc-scopes-claim must not be empty")
	}
	if _, err := issuer.ParseScopes(s.OIDCScopes); err != nil {
		fault("--oidc-scopes %w", err)
	}
	return faults
}

// isIssuer reports whether what is fetched from the URL can't be exchanged on the way.
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// issuer judges tokens, or is nil when none are taken.
func (s oidcSettings) issuer(log *slog.Logger) *issuer.Issuer {
	if s.OIDCIssuer == "" {
		return nil
	}
	scopes, _ := issuer.ParseScopes(s.OIDCScopes) // faults says whether they can be read
	claims := issuer.Claims{Workspace: s.OIDCWorkspace, WorkspaceClaim: s.OIDCWorkspaceClaim, ScopesClaim: s.OIDCScopesClaim, Scopes: scopes}
	return issuer.New(issuer.Config{URL: s.OIDCIssuer, Audience: s.OIDCAudience, Claims: claims,
		Client: &http.Client{Timeout: 10 * time.Second}, Now: time.Now, Log: log})
}
