package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type scoreAnswer struct {
	Scores []struct {
		Key        string
		Score      *float64
		SampleSize *int64 `json:"sample_size"`
	}
}

func TestPostedAnswerIsScoredAtOnceAndASeriesWithin15Seconds(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		if status, body := r.send("POST", "/v1/responses", `{"metric":"nps","score":9}`); status != http.StatusCreated {
			t.Fatalf("POST gave %d %s", status, body)
		}
		_, body := r.send("GET", "/v1/scores?metric=nps", "")
		scores := decode[scoreAnswer](t, body).Scores
		if len(scores) != 1 || *scores[0].Score != 100 || *scores[0].SampleSize != 1 {
			t.Errorf("the score right after the POST is %s", body)
		}
		eventually(t, 15*time.Second, "the score is a series", func() bool {
			return strings.Contains(r.scrape("/metrics/cx"), `cx_score{workspace="default",metric="nps",level="company",window="28d"} 100`)
		})
		if code, out, errs := call(t, envOf(), "verify", "--database-url", database); code != 0 || !strings.Contains(out, "workspace default: equal") {
			t.Errorf("verify gave %d: %s%s", code, out, errs)
		}
	})
}

func TestSampleIsLoadedOnceAndOnlyWhenAskedFor(t *testing.T) {
	database := sqliteURL(t)
	count := func(r *running) int64 {
		_, body := r.send("GET", "/v1/scores?metric=nps&window=365d", "")
		return *decode[scoreAnswer](t, body).Scores[0].SampleSize
	}
	plain := start(t, database)
	if n := count(plain); n != 0 {
		t.Errorf("a plain start loaded %d answers", n)
	}
	plain.stop()
	first := start(t, database, "--sample", "--time-zone", "Europe/Helsinki")
	loaded := count(first)
	if loaded < 1000 {
		t.Errorf("the sample has %d NPS answers in a year, want 1000 at least", loaded)
	}
	first.stop()
	again := start(t, database, "--sample")
	if n := count(again); n != loaded {
		t.Errorf("a second start made %d NPS answers of %d", n, loaded)
	}
}

func TestEveryAcknowledgedResponseIsStoredWhenTheServerIsStoppedUnderLoad(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		var acknowledged sync.Map
		var posted atomic.Int64
		var callers sync.WaitGroup
		for caller := range 8 {
			callers.Go(func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("s-%d-%d", caller, i)
					request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.api+"/v1/responses",
						strings.NewReader(fmt.Sprintf(`{"submission_id":%q,"metric":"csat","score":4}`, id)))
					if err != nil {
						t.Error(err)
						return
					}
					request.Header.Set("Authorization", "Bearer "+r.key)
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						return // the server has gone
					}
					_ = response.Body.Close()
					switch response.StatusCode {
					case http.StatusCreated:
						acknowledged.Store(id, true)
						posted.Add(1)
					case http.StatusServiceUnavailable:
						return
					default:
						t.Errorf("a POST while stopping gave %d", response.StatusCode)
						return
					}
				}
			})
		}
		eventually(t, 30*time.Second, "200 responses are acknowledged", func() bool { return posted.Load() >= 200 })
		if code := r.stop(); code != 0 {
			t.Errorf("the server ended with %d:\n%s", code, r.log)
		}
		callers.Wait()

		after := start(t, database)
		lines := strings.Split(exportAll(t, after), "\n")
		stored := map[string]int{}
		for _, line := range lines[:len(lines)-1] {
			stored[find(t, line, `"submission_id":"([^"]+)"`)]++
		}
		acknowledged.Range(func(id, _ any) bool {
			if stored[id.(string)] != 1 {
				t.Errorf("%s was acknowledged and is stored %d times", id, stored[id.(string)])
			}
			return true
		})
	})
}

func TestServerThatIsAskedToStopSendsClientsElsewhereFirst(t *testing.T) {
	r := start(t, sqliteURL(t), "--stop-delay", "2s")
	post := func() (closes bool) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.api+"/v1/responses", strings.NewReader(`{"metric":"csat","score":4}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+r.key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusCreated {
			t.Errorf("a POST gave %d", response.StatusCode)
		}
		return response.Close
	}
	if post() {
		t.Error("an answer closes its connection though the server stays")
	}
	stopped := make(chan int, 1)
	go func() { stopped <- r.stop() }()
	eventually(t, 2*time.Second, "it is not ready any more", func() bool {
		status, _ := r.send(http.MethodGet, "/readyz", "")
		return status == http.StatusServiceUnavailable
	})
	if !post() {
		t.Error("an answer of a server that is about to stop leaves the connection open")
	}
	if code := <-stopped; code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// exportAll is every response as NDJSON.
func exportAll(t *testing.T, r *running) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.api+"/v1/responses", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	request.Header.Set("Accept", "application/x-ndjson")
	status, text := r.do(request)
	if status != http.StatusOK {
		t.Fatalf("the export gave %d %s", status, text)
	}
	return text
}

func TestTimeZoneStaysThatOfTheFirstStart(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		for _, c := range []struct {
			args   []string
			warned bool
		}{
			{[]string{"--time-zone", "Europe/Helsinki"}, false}, {[]string{"--time-zone", "America/Santiago"}, true},
			{[]string{"--time-zone", "UTC"}, true}, {nil, false}, {[]string{"--time-zone", "Europe/Helsinki"}, false},
		} {
			r := start(t, database, c.args...)
			if status, body := r.send("POST", "/v1/workspaces", `{"key":"default","time_zone":"America/Santiago"}`); status != http.StatusConflict {
				t.Errorf("%v: the workspace was made again: %d %s", c.args, status, body)
			}
			if _, body := r.send("GET", "/v1/scores?metric=nps&since=2026-01-31&until=2026-02-01", ""); !strings.Contains(body, "2026-01-31T00:00:00+02:00") {
				t.Errorf("%v: the days are not Helsinki's any more: %s", c.args, body)
			}
			if warned := strings.Contains(r.log.String(), "stays=Europe/Helsinki"); warned != c.warned {
				t.Errorf("%v: warned: %v, want %v; the log says\n%s", c.args, warned, c.warned, r.log)
			}
			r.stop()
		}
	})
}

func TestFirstStartMakesAKeyAndPrintsItOnce(t *testing.T) {
	database := sqliteURL(t)
	serve := func() string {
		t.Helper()
		out := &lockedBuffer{}
		ctx, stop := contextOf(t)
		ended := make(chan int)
		go func() {
			ended <- run(ctx, []string{"serve", "--database-url", database, "--listen", freeAddress(t), "--metrics-listen", freeAddress(t)}, envOf(), out, out)
		}()
		eventually(t, 30*time.Second, "ready", func() bool { return strings.Contains(out.String(), "is ready") })
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("the server ended with %d: %s", code, out)
		}
		return out.String()
	}
	key := find(t, serve(), `shown this once only: (mtr_\S+)`)
	if again := serve(); strings.Contains(again, "mtr_") {
		t.Errorf("a second start printed a key:\n%s", again)
	}
	r := start(t, database)
	r.key = key
	if status, body := r.send("GET", "/v1/keys", ""); status != http.StatusOK {
		t.Errorf("the printed key gives %d %s", status, body)
	}
}

func TestKeysAndWorkspacesAreManagedByCommand(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		ok := func(args ...string) string {
			t.Helper()
			code, out, errs := call(t, envOf("MITTARI_DATABASE_URL", database), args...)
			if code != 0 {
				t.Fatalf("%v gave %d: %s%s", args, code, out, errs)
			}
			return out
		}
		ok("workspaces", "create", "acme", "--time-zone", "America/New_York", "--name", "Acme")
		if list := ok("workspaces", "list"); !strings.Contains(list, "America/New_York") {
			t.Errorf("the list of workspaces is\n%s", list)
		}
		r.key = strings.TrimSpace(ok("keys", "create", "shop", "--workspace", "acme", "--scope", "responses:write,scores:read"))
		if status, body := r.send("POST", "/v1/responses", `{"metric":"nps","score":3}`); status != http.StatusCreated {
			t.Errorf("the new key gives %d %s", status, body)
		}
		list := ok("keys", "list", "--workspace", "acme")
		if strings.Contains(list, r.key) {
			t.Error("the list of keys shows a key's token")
		}
		ok("keys", "revoke", find(t, list, `\n(\S+) +shop`), "--workspace", "acme")
		eventually(t, 10*time.Second, "a running server notices the revocation", func() bool {
			status, _ := r.send("POST", "/v1/responses", `{"metric":"nps","score":3}`)
			return status == http.StatusUnauthorized
		})
		ok("keys", "create", "guest", "--workspace", "acme", "--scope", "scores:read", "--expires-in", "90d")
		ok("keys", "create", "auditor", "--workspace", "acme", "--scope", "admin", "--expires-at", "2099-11-20T10:00:00+02:00")
		list = ok("keys", "list", "--workspace", "acme")
		if find(t, list, `auditor .*(2099-11-20T08:00:00Z) +- +-`); strings.Contains(list, "(expired)") {
			t.Errorf("the list of keys is\n%s", list)
		}
		code, _, errs := call(t, envOf("MITTARI_DATABASE_URL", database), "keys", "create", "x", "--scope", "admin", "--expires-in", "soon")
		if code != 1 || !strings.Contains(errs, "90d or 12h") {
			t.Errorf("an unknown lifetime gave %d: %s", code, errs)
		}
		code, _, errs = call(t, envOf("MITTARI_DATABASE_URL", database), "keys", "create", "x", "--scope", "everything")
		if code != 1 || !strings.Contains(errs, "responses:write") {
			t.Errorf("an unknown scope gave %d: %s", code, errs)
		}
	})
}

func TestSettingsAreReadFromFlagsVariablesAndFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	fromFile, fromVariable, fromFlag := sqliteURL(t), sqliteURL(t), sqliteURL(t)
	if err := os.WriteFile(file, []byte(fromFile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		env        func(string) string
		args       []string
	}{
		{"file", fromFile, envOf("MITTARI_DATABASE_URL_FILE", file), nil},
		{"variable before file", fromVariable, envOf("MITTARI_DATABASE_URL_FILE", file, "MITTARI_DATABASE_URL", fromVariable), nil},
		{"flag before variable", fromFlag, envOf("MITTARI_DATABASE_URL", fromVariable), []string{"--database-url", fromFlag}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := strings.TrimPrefix(c.want, "sqlite://")
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if code, out, errs := call(t, c.env, append([]string{"workspaces", "create", "acme"}, c.args...)...); code != 0 {
				t.Fatalf("gave %d: %s%s", code, out, errs)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("the database that was asked for was not opened: %v", err)
			}
		})
	}
}

func TestWrongSettingsAreAllNamedAtOnce(t *testing.T) {
	code, _, errs := call(t, envOf(), "serve", "--listen", "nowhere", "--time-zone", "Mars/Olympus", "--admin-key", "short", "--queue", "0", "--retention", "3d",
		"--tls-cert-file", "a.pem", "--rate-limit=-1", "--address-rate-burst", "0", "--trusted-proxies", "10.0.0.0/8,proxy", "--cors-origins", "https://shop.example,*", "--stall-timeout", "0s", "--max-connections", "0")
	if code != 1 {
		t.Errorf("gave %d", code)
	}
	for _, want := range []string{
		"--tls-key-file", "--rate-limit", "--address-rate-burst", `one is "proxy"`, `one is "*"`, "--stall-timeout", "--max-connections",
		"--listen", "--time-zone", "--admin-key", "--queue", `--retention must be a number of days from 30d to 36500d, such as 400d, is "3d"`,
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("%s is not named in:\n%s", want, errs)
		}
	}
}

func TestPortInUseIsSaidAtOnce(t *testing.T) {
	r := start(t, sqliteURL(t))
	code, _, errs := call(t, envOf(), "serve", "--database-url", sqliteURL(t),
		"--listen", strings.TrimPrefix(r.api, "http://"), "--metrics-listen", freeAddress(t))
	if code != 1 || !strings.Contains(errs, "--listen") || !strings.Contains(errs, "in use") {
		t.Errorf("gave %d: %s", code, errs)
	}
}

func TestVerifyFindsAndMendsWhatDiffers(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		r.send("POST", "/v1/responses", `{"metric":"nps","score":9,"touchpoint":"meeting"}`)
		r.stop()
		tamper(t, database, "UPDATE rollups SET n = n + 4")
		code, out, _ := call(t, envOf(), "verify", "--database-url", database)
		if code != 1 || !strings.Contains(out, "touchpoint=meeting: the answers are 1, the rollup says 5") {
			t.Errorf("verify of a wrong rollup gave %d: %s", code, out)
		}
		if code, out, errs := call(t, envOf(), "verify", "--repair", "--database-url", database); code != 0 {
			t.Errorf("repair gave %d: %s%s", code, out, errs)
		}
		if code, out, _ := call(t, envOf(), "verify", "--database-url", database); code != 0 || !strings.Contains(out, "equal") {
			t.Errorf("verify after repair gave %d: %s", code, out)
		}
	})
}

func TestCommandsMakeNoDatabaseWhereThereIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "missing", "mittari.db")
	for _, args := range [][]string{{"verify"}, {"backfill"}, {"keys", "list"}, {"workspaces", "list"}} {
		code, out, errs := call(t, envOf(), append(args, "--database-url", "sqlite://"+file)...)
		if code == 0 || out != "" || !strings.Contains(errs, "there is no database") || !strings.Contains(errs, file) {
			t.Errorf("%v gave %d: %s%s", args, code, out, errs)
		}
		if _, err := os.Stat(filepath.Dir(file)); !os.IsNotExist(err) {
			t.Errorf("%v made a folder: %v", args, err)
		}
	}
}
