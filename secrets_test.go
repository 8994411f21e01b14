package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api/issuer/issuertest"
	"github.com/mittari/mittari/openapi"
)

// withPassword is the database's URL with a password that its server does not ask for; a file has none.
func withPassword(t *testing.T, database, password string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if u.User.Username() != "" {
		if _, needed := u.User.Password(); !needed {
			u.User = url.UserPassword(u.User.Username(), password)
		}
	}
	return u.String()
}

// everyRoute are the method and path of every route of the document, with text in the place of each parameter of the path.
func everyRoute(t *testing.T, text string) [][2]string {
	t.Helper()
	document := decode[struct {
		Paths map[string]map[string]json.RawMessage
	}](t, string(openapi.Document()))
	var routes [][2]string
	for path, item := range document.Paths {
		path = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, text)
		for method := range item {
			routes = append(routes, [2]string{strings.ToUpper(method), path})
		}
	}
	if len(routes) < 50 {
		t.Fatalf("the document has %d routes", len(routes))
	}
	return routes
}

// bodiesWith are bodies, whole and broken, that say the text wherever a person can say something.
func bodiesWith(text string) []string {
	whole := fmt.Sprintf(`{"submission_id":%[1]q,"person":%[1]q,"touchpoint":%[1]q,"tags":[%[1]q],"properties":{%[1]q:%[1]q},"answers":[{"metric":"nps","score":9,"comment":%[1]q}]}`, text)
	return []string{
		whole, strings.Replace(whole, ":9", ":8", 1), strings.Replace(whole, ":9", ":99", 1), whole[:len(whole)-9], whole + text, text,
		fmt.Sprintf(`{%[1]q:%[1]q}`, text), fmt.Sprintf(`{"name":%[1]q,"key":%[1]q,"scopes":["admin"],"time_zone":"UTC"}`, text), fmt.Sprintf(`{"person":%q}`, text),
	}
}

func TestNoSecretAndNothingPersonalIsEverLogged(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		const canary = "canary-that-sings"
		of := issuertest.New(t, freeAddress(t))
		bearing := func(until time.Time) string {
			return of.Token(t, of.Claims(time.Now(), map[string]any{"exp": until.Unix(), "sub": canary, "mittari_workspace": homeWorkspace, "scope": "admin", "email": canary}))
		}
		r := start(t, withPassword(t, database, canary), "--log-level", "debug", "--address-rate-limit", "1000", "--address-rate-burst", "20", "--cors-origins", "https://shop.example",
			"--oidc-issuer", of.URL, "--oidc-audience", issuertest.Audience)
		borne, forged := bearing(time.Now().Add(time.Hour)), issuertest.Unsigned(t, of.Claims(time.Now(), map[string]any{"sub": canary}))
		token := decode[struct{ Token string }](t, r.must(t, "POST", "/v1/keys", `{"name":"a","scopes":["admin"]}`)).Token
		expired := decode[struct{ Token string }](t, r.must(t, "POST", "/v1/keys", fmt.Sprintf(`{"name":"a","scopes":["admin"],"expires_at":%q}`, time.Now().Add(time.Second).Format(time.RFC3339Nano)))).Token
		for _, key := range []string{r.key, token, expired, borne, forged, bearing(time.Now().Add(-time.Hour)), canary + "-as-a-key"} {
			for _, route := range everyRoute(t, canary) {
				for i, body := range bodiesWith(canary) {
					if route[0] == "GET" && i > 0 {
						break
					}
					r.sendWith(t, key, route[0], route[1]+"?person="+canary+"&"+canary+"="+canary, body)
					r.sendWith(t, key, route[0], route[1], body, "Cookie", canary, "Origin", "https://"+canary, "Content-Encoding", canary)
					if route[0] != "DELETE" {
						r.sendWith(t, key, route[0], route[1], body)
					}
				}
			}
		}
		for _, url := range []string{r.api, r.metrics} {
			for _, line := range []string{canary, "GET /" + canary + " HTTP/1.1\r\nHost: " + canary + "\r\n" + canary + "\r\n\r\n", "POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + r.key + "\r\nContent-Length: 99\r\n\r\n" + canary} {
				conn := dial(t, url)
				_, _ = io.WriteString(conn, line+"\r\n\r\n")
				_ = conn.Close()
			}
		}
		r.stop()
		said := r.out.String() + r.log.String()
		for what, secret := range map[string]string{"a canary": canary, "the admin key": r.key, "a key that was made": token, "a key that expired": expired, "an issuer's token": borne, "a forged token": forged} {
			if at := strings.Index(said, secret); at >= 0 {
				t.Errorf("%s is in what the program printed: …%.400s", what, said[max(0, at-200):])
			}
		}
	})
}

// must sends a request that is to succeed and gives the answer.
func (r *running) must(t *testing.T, method, path, body string) string {
	t.Helper()
	status, text := r.send(method, path, body)
	if status >= http.StatusMultipleChoices {
		t.Fatalf("%s %s gave %d %s", method, path, status, text)
	}
	return text
}

// sendWith sends a request with another key and further headers, whatever is answered.
func (r *running) sendWith(t *testing.T, key, method, path, body string, headers ...string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, r.api+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	r.do(request)
}

func TestPasswordOfTheDatabaseIsNeverPrinted(t *testing.T) {
	for _, database := range []string{
		"postgres://mittari:canary@127.0.0.1:1/mittari", "postgres://mittari:canary@127.0.0.1:port/mittari", "postgres://mittari:canary@127.0.0.1:1/mittari?sslmode=nonsense",
		"mysql://mittari:canary@127.0.0.1/mittari", "postgres://mittari:canary%zz@127.0.0.1/mittari", "postgres://mittari:can ary@[::1/mittari", "host=127.0.0.1 port=1 password=canary",
	} {
		for _, args := range [][]string{{"serve", "--log-level", "debug"}, {"verify"}, {"keys", "list"}, {"backfill"}} {
			code, out, errs := call(t, envOf("MITTARI_DATABASE_URL", database), args...)
			if said := out + errs; code == 0 || strings.Contains(said, "canary") || strings.Contains(said, "can ary") {
				t.Errorf("%v with %s gave %d: %s", args, database, code, said)
			}
		}
	}
}
