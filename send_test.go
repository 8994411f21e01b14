package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// sent runs the command against the server and gives its exit code and what it wrote.
func sent(t *testing.T, server string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return call(t, envOf("MITTARI_SERVER", server, "MITTARI_KEY", testKey), append([]string{"send"}, args...)...)
}

func TestSendStoresTheResponseOnceAndPrintsItsID(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, database string) {
		r := start(t, database)
		args := []string{"nps", "9", "fcr", "yes", "--comment", "Quick, and friendly.", "--submission-id", "job-1", "--survey", "s", "--touchpoint", "deploy", "--channel", "ci", "--segment", "b",
			"--team", "t", "--person", "c-1", "--language", "en", "--collected-at", "2026-11-20T10:04:00+02:00", "--no-solicited", "--tag", "a,b", "--property", "build=1.10,x", "--url", r.api}
		code, id, errs := sent(t, "http://127.0.0.1:1", args...)
		wants(t, code, 0, errs)
		if errs != "" {
			t.Errorf("of a new response it says %q", errs)
		}
		var stored, want map[string]any
		status, body := r.send("GET", "/v1/responses/"+strings.TrimSpace(id), "")
		if err := json.Unmarshal([]byte(body), &stored); err != nil || status != http.StatusOK {
			t.Fatalf("the id %q gives %d %s", id, status, body)
		}
		delete(stored, "id")
		delete(stored, "created_at")
		if err := json.Unmarshal([]byte(`{"submission_id":"job-1","survey":"s","touchpoint":"deploy","channel":"ci","segment":"b","team":"t","person":"c-1","language":"en",
			"collected_at":"2026-11-20T08:04:00Z","solicited":false,"excluded":false,"tags":["a,b"],"properties":{"build":"1.10,x"},
			"answers":[{"metric":"fcr","score":1,"touchpoint":"deploy"},{"metric":"nps","score":9,"touchpoint":"deploy","comment":"Quick, and friendly."}]}`), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(stored, want) {
			t.Errorf("stored\n%v, want\n%v", stored, want)
		}
		code, again, errs := sent(t, r.api, args...)
		wants(t, code, 0, errs, "it was stored before")
		if again != id {
			t.Errorf("sent again it has the id %q, not %q", again, id)
		}
		args[1] = "8"
		code, _, errs = sent(t, r.api, args...)
		wants(t, code, exitRefused, errs, "was stored before with other content")
	})
}

func TestSendTakesAWholeResponseAsItStands(t *testing.T) {
	r := start(t, sqliteURL(t))
	whole := file(t, "response.json", "{\n  \"answers\": [{\"metric\": \"ces\", \"score\": 2, \"touchpoint\": \"x\"}],\n  \"properties\": {\"n\": 0.5}\n}\n")
	ids := map[string]bool{}
	for range 2 {
		code, id, errs := sent(t, r.api, "--json", whole)
		wants(t, code, 0, errs)
		ids[id] = true
	}
	if len(ids) != 2 {
		t.Error("two responses without a submission_id were stored as one")
	}
	code, _, errs := sent(t, r.api, "--json", file(t, "twice.json", `{"metric":"nps","score":9,"score":8}`))
	wants(t, code, exitRefused, errs, "score", "twice")
}

func TestSendTellsEachFaultOnALine(t *testing.T) {
	r := start(t, sqliteURL(t))
	code, out, errs := sent(t, r.api, "nps", "11", "nonsense", "4", "--language", "?")
	wants(t, code, exitRefused, errs, "\n  answers[0].score (nps): must be from 0 to 10, is 11\n", "\n  answers[1].metric (nonsense): ", "\n  language: ")
	if out != "" {
		t.Errorf("it prints %q", out)
	}
	code, _, errs = call(t, envOf("MITTARI_SERVER", r.api, "MITTARI_KEY", "another-key-that-nobody-knows"), "send", "nps", "9")
	wants(t, code, exitRefused, errs, "401 Unauthorized: the key is unknown")
}

func TestSendIsCalledWronglyBeforeAnythingIsSent(t *testing.T) {
	empty := file(t, "key", "\n")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nothing":              {nil, "an answer is missing"},
		"no score":             {[]string{"nps", "9", "csat"}, `"csat" has no score`},
		"a word":               {[]string{"nps", "nine"}, `the score of nps must be an integer, yes or no, is "nine"`},
		"comment of none":      {[]string{"nps", "9", "--comment", "a", "--comment", "b"}, "2 comments to 1 answers"},
		"two ways":             {[]string{"nps", "9", "--json", "-"}, "--json has the whole response"},
		"a flag beside JSON":   {[]string{"--tag", "a", "--json", "-"}, "--json has the whole response"},
		"no such file":         {[]string{"--json", "none.json"}, "none.json"},
		"no JSON":              {[]string{"--json", file(t, "a", "nps 9")}, "must be one JSON object"},
		"a list":               {[]string{"--json", file(t, "b", "[]")}, "must be one JSON object"},
		"nothing in it":        {[]string{"--json", file(t, "c", "{}")}, "must have an answer"},
		"an id that is null":   {[]string{"--json", file(t, "d", `{"metric":"nps","score":9,"submission_id":null}`)}, "not null"},
		"no address":           {[]string{"nps", "9", "--server", "localhost"}, "--server must be an address"},
		"an empty key":         {[]string{"nps", "9", "--key-file", empty}, "is empty"},
		"no file for a key":    {[]string{"nps", "9", "--key-file", "none"}, "the key's file"},
		"a key for all to see": {[]string{"nps", "9", "--key", "k"}, "unknown flag --key"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := sent(t, "http://127.0.0.1:1", c.args...)
			wants(t, code, exitCalled, errs, c.says)
		})
	}
	code, _, errs := call(t, envOf(), "send", "nps", "9")
	wants(t, code, exitCalled, errs, "set MITTARI_KEY")
}

func TestSendReadsItsKeyFromAFileBeforeTheVariables(t *testing.T) {
	r := start(t, sqliteURL(t))
	key := file(t, "key", testKey+"\n")
	for _, c := range []struct {
		env  func(string) string
		args []string
	}{
		{envOf("MITTARI_KEY_FILE", key), nil},
		{envOf("MITTARI_KEY", "wrong"), []string{"--key-file", key}},
		{envOf("MITTARI_KEY", testKey, "MITTARI_KEY_FILE", "none"), nil},
	} {
		code, _, errs := call(t, c.env, append([]string{"send", "nps", "9", "--server", r.api}, c.args...)...)
		wants(t, code, 0, errs)
	}
}

// TestSendStoresOnceHoweverOftenItHasToTry puts between the command and the server one that
// first is busy, then loses an answer.
func TestSendStoresOnceHoweverOftenItHasToTry(t *testing.T) {
	r := start(t, sqliteURL(t))
	through := passOn(t, r.api)
	script := &scripted{steps: []http.HandlerFunc{answer(503, "Retry-After", "1"), func(_ http.ResponseWriter, q *http.Request) {
		through(httptest.NewRecorder(), q)
		panic(http.ErrAbortHandler)
	}, through}}
	code, id, errs := sent(t, serveHTTP(t, script), "nps", "9")
	wants(t, code, 0, errs, "503 Service Unavailable: a reason; trying again in 1s", "trying again in 1s", "it was stored before")
	if all := exportAll(t, r); strings.Count(all, "\n") != 1 || !strings.Contains(all, strings.TrimSpace(id)) {
		t.Errorf("stored is\n%s, and the id is %q", all, id)
	}
}

func TestSendGivesUpInTimeWhereNobodyListens(t *testing.T) {
	code, out, errs := sent(t, "http://"+freeAddress(t), "nps", "9", "--timeout", "100ms")
	wants(t, code, exitUnreachable, errs, "connection refused; trying again in", "gave up after 100ms: it is not known to be stored")
	if out != "" {
		t.Errorf("it prints %q", out)
	}
}
