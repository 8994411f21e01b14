package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// What clients see of sources.
type (
	source struct {
		ID             string          `json:"id"`
		Key            string          `json:"key"`
		Kind           string          `json:"kind"`
		Name           string          `json:"name"`
		Mapping        json.RawMessage `json:"mapping"`
		Address        string          `json:"address"`
		SecretSet      bool            `json:"secret_set"`
		OldSecretUntil *time.Time      `json:"old_secret_until"`
		CreatedAt      time.Time       `json:"created_at"`
		UpdatedAt      time.Time       `json:"updated_at"`
		Unmapped       int64           `json:"unmapped"`
	}
	taken struct {
		Fate   string  `json:"fate"`
		ID     string  `json:"id"`
		Reason string  `json:"reason"`
		Errors []fault `json:"errors"`
	}
	unmapped struct {
		ID         string          `json:"id"`
		ReceivedAt time.Time       `json:"received_at"`
		Payload    json.RawMessage `json:"payload"`
		Text       string          `json:"text"`
		Errors     []fault         `json:"errors"`
	}
	unmappedPage struct {
		Unmapped   []unmapped `json:"unmapped"`
		NextCursor string     `json:"next_cursor"`
	}
	retriedCounts struct {
		Stored   int `json:"stored"`
		Replaced int `json:"replaced"`
		Known    int `json:"known"`
		Ignored  int `json:"ignored"`
		Unmapped int `json:"unmapped"`
	}
)

// needsOfSources are the scopes that the routes of sources need.
func needsOfSources() map[string][]models.Scope {
	needs := map[string][]models.Scope{}
	for _, tool := range models.SourceKinds() {
		needs["POST /v1/sources/"+string(tool)] = []models.Scope{models.WriteResponses} // or a signature
	}
	for _, route := range []string{"GET /v1/sources", "GET /v1/sources/:key", "PUT /v1/sources/:key", "DELETE /v1/sources/:key", "GET /v1/sources/:key/unmapped", "DELETE /v1/sources/:key/unmapped",
		"DELETE /v1/sources/:key/unmapped/:id", "POST /v1/sources/:key/unmapped/retry", "POST /v1/sources/:key/unmapped/:id/retry"} {
		needs[route] = []models.Scope{models.Admin}
	}
	return needs
}

// byScore maps a payload with a score.
const byScore = `{"answers":[{"metric":"nps","score":"{score}"}]}`

// putSource makes or changes a source.
func (c caller) putSource(t testing.TB, key, body string) source {
	t.Helper()
	r := c.send(t, "PUT", "/v1/sources/"+key, body)
	if r.status != http.StatusCreated {
		r.want(t, http.StatusOK)
	}
	return read[source](t, r)
}

// unmapped are the payloads that are kept of a source, the latest first.
func (c caller) unmapped(t testing.TB, key string) []unmapped {
	t.Helper()
	return read[unmappedPage](t, c.get(t, "/v1/sources/"+key+"/unmapped?limit=100").want(t, http.StatusOK)).Unmapped
}

// keep sends a payload that can't be mapped to a source of Typeform, with the caller's key.
func (c caller) keep(t testing.TB, key string) {
	t.Helper()
	address := read[source](t, c.get(t, "/v1/sources/"+key).want(t, http.StatusOK)).Address
	c.post(t, address, `{"event_type":"form_response"}`).want(t, http.StatusAccepted)
}

// tool is a survey tool that sends to a source.
type tool struct {
	*server
	source
	secret string
}

const formbricksSecret = "whsec_YSBzZWNyZXQgb2YgMjQgYnl0ZXMsIHN1cmU="

// toolOf makes a source with the mapping of the examples, and gives the tool that sends to it.
func (s *server) toolOf(t testing.TB, workspace string, kind models.SourceKind) tool {
	t.Helper()
	secret := map[models.SourceKind]string{models.Formbricks: formbricksSecret, models.Typeform: "a secret of typeform", models.Delighted: "an API key of delighted"}[kind]
	body, err := json.Marshal(map[string]any{"kind": kind, "secret": secret, "mapping": json.RawMessage(example(t, string(kind)+".mapping.json"))})
	if err != nil {
		t.Fatal(err)
	}
	return tool{s, s.as(t, workspace).putSource(t, string(kind), string(body)), secret}
}

// example is a file of deploy/sources.
func example(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("../deploy/sources/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signed are the headers that the tool sends with a payload.
func (w tool) signed(payload string) []string {
	mac := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	switch w.Kind {
	case "formbricks":
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.secret, "whsec_"))
		sent := fmt.Sprint(w.clock.now().Unix())
		return []string{"webhook-id: m1", "webhook-timestamp: " + sent, "webhook-signature: v1," + base64.StdEncoding.EncodeToString(mac(key, "m1."+sent+"."+payload))}
	case "typeform":
		return []string{"Typeform-Signature: sha256=" + base64.StdEncoding.EncodeToString(mac([]byte(w.secret), payload))}
	}
	return []string{"X-Delighted-Webhook-Signature: sha256=" + hex.EncodeToString(mac([]byte(w.secret), payload))}
}

// sends is what the tool is answered.
func (w tool) sends(t testing.TB, payload string) reply {
	t.Helper()
	sender := caller{server: w.server, unchecked: !strings.HasPrefix(payload, "{")} // the document asks for an object
	return sender.send(t, "POST", w.Address, payload, w.signed(payload)...)
}

func (w tool) wantFate(t testing.TB, payload, fate string) taken {
	t.Helper()
	r := w.sends(t, payload)
	told := read[taken](t, r)
	if told.Fate != fate || (told.Fate == "stored") != (r.status == http.StatusCreated) || (told.Fate == "unmapped") != (r.status == http.StatusAccepted) {
		t.Fatalf("status %d: %s\nwant the fate %s", r.status, r.body, fate)
	}
	return told
}

func TestPayloadsOfEachToolBecomeResponses(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "sources")
	onEachDatabase(t, func(t *testing.T, s *server) {
		for _, kind := range models.SourceKinds() {
			w := s.toolOf(t, home, kind)
			payload := example(t, string(kind)+".json")
			stored := w.sends(t, payload)
			g.check(t, string(kind)+" stored", stored.want(t, http.StatusCreated))
			told := read[taken](t, stored)
			g.check(t, string(kind)+" response", s.as(t, home).get(t, "/v1/responses/"+told.ID).want(t, http.StatusOK))
			if again := w.wantFate(t, payload, "known"); again.ID != told.ID {
				t.Errorf("%s: sent again it is %s, not %s", kind, again.ID, told.ID)
			}
		}
		if n := len(s.as(t, home).list(t, "").Responses); n != len(models.SourceKinds()) {
			t.Errorf("%d responses are stored", n)
		}
		if len(s.as(t, other).list(t, "").Responses) > 0 {
			t.Error("another workspace has them")
		}
	})
}

func TestPayloadWithoutAValidSignatureIsRefusedAndKeptNowhere(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	nobody := caller{server: s}
	for _, kind := range models.SourceKinds() {
		w := s.toolOf(t, home, kind)
		payload := example(t, string(kind)+".json")
		good := w.signed(payload)
		refused := func(why, address, payload string, headers ...string) {
			t.Helper()
			r := nobody.send(t, "POST", address, payload, headers...)
			if p := wantProblem(t, r, http.StatusUnauthorized, "unauthorized"); strings.Contains(r.body, w.secret) || len(p.Errors) > 0 {
				t.Errorf("%s, %s: %s", kind, why, r.body)
			}
		}
		refused("none", w.Address, payload)
		refused("another payload", w.Address, payload+" ", good...)
		refused("another secret", w.Address, payload, tool{s, w.source, "whsec_AAAAAAAAAAAAAAAAAAAAAAAA"}.signed(payload)...)
		refused("another source", strings.ReplaceAll(w.Address, w.ID, someID), payload, good...)
		refused("no source", "/v1/sources/"+string(kind), payload, good...)
		for _, another := range models.SourceKinds() {
			if another != kind {
				refused("another tool", strings.Replace(w.Address, string(kind), string(another), 1), payload, good...)
			}
		}
		last := good[len(good)-1]
		for _, cut := range []string{last[:len(last)-1], last + "A", strings.Split(last, ": ")[0] + ": ", strings.ReplaceAll(last, "sha256=", "")} {
			if cut != last {
				refused("a signature cut", w.Address, payload, append(good[:len(good)-1:len(good)-1], cut)...)
			}
		}
		if len(s.as(t, home).unmapped(t, string(kind))) > 0 {
			t.Errorf("%s: something of it is kept", kind)
		}
		s.as(t, other).send(t, "POST", w.Address, payload).want(t, http.StatusNotFound)
		s.as(t, home, models.ReadResponses).send(t, "POST", w.Address, payload).want(t, http.StatusForbidden)
		s.as(t, home, models.WriteResponses).send(t, "POST", w.Address, payload).want(t, http.StatusCreated)
		basic := base64.StdEncoding.EncodeToString([]byte("anybody:" + s.token(t, home, []models.Scope{models.WriteResponses})))
		nobody.send(t, "POST", w.Address, payload, "Authorization: Basic "+basic).want(t, http.StatusOK)
		nobody.send(t, "POST", w.Address, payload, append(good, "Authorization: Bearer of-somebody-else")...).want(t, http.StatusOK)
	}
}

func TestSignatureIsOfWhatACompressedPayloadHolds(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	for _, kind := range models.SourceKinds() {
		w := s.toolOf(t, home, kind)
		payload := example(t, string(kind)+".json")
		packed := packers["gzip"](payload)
		sender := caller{server: s}.hasty()
		sender.send(t, "POST", w.Address, packed, append(w.signed(payload), "Content-Encoding: gzip")...).want(t, http.StatusCreated)
		wantProblem(t, sender.send(t, "POST", w.Address, packed, append(w.signed(packed), "Content-Encoding: gzip")...), http.StatusUnauthorized, "unauthorized")
		wantProblem(t, sender.send(t, "POST", w.Address, strings.Repeat(" ", megabyte)+payload, w.signed(payload)...), http.StatusRequestEntityTooLarge, "too_large")
	}
}

func TestFormbricksPayloadIsRefusedWhenItsTimeIsNotNow(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	w := s.toolOf(t, home, models.Formbricks)
	payload := example(t, "formbricks.json")
	headers := w.signed(payload)
	for _, wait := range []time.Duration{5*time.Minute + time.Second, -10*time.Minute - 2*time.Second} {
		s.clock.pass(wait)
		wantProblem(t, caller{server: s}.send(t, "POST", w.Address, payload, headers...), http.StatusUnauthorized, "unauthorized")
	}
	s.clock.pass(time.Second) // 5 minutes ahead of us
	caller{server: s}.send(t, "POST", w.Address, payload, headers...).want(t, http.StatusCreated)
}

func TestFormbricksMayTryTheAddressBeforeItTellsTheSecret(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	made := s.as(t, home).putSource(t, "new", `{"kind":"formbricks"}`)
	if made.SecretSet {
		t.Error("it has a secret")
	}
	caller{server: s}.send(t, "POST", made.Address, `{"event":"testEndpoint"}`).want(t, http.StatusOK)
	wantProblem(t, caller{server: s}.send(t, "POST", made.Address, `{"event":"responseFinished"}`), http.StatusUnauthorized, "unauthorized")
	wantProblem(t, caller{server: s}.send(t, "POST", strings.Replace(made.Address, made.ID, someID, 1), `{"event":"testEndpoint"}`), http.StatusUnauthorized, "unauthorized")
}

func TestReplacedSecretIsTakenForADayAndNeverTold(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		old := s.toolOf(t, home, models.Typeform)
		rotated := admin.putSource(t, "typeform", `{"kind":"typeform","secret":"a secret that is new"}`)
		if rotated.OldSecretUntil == nil || rotated.OldSecretUntil.Sub(s.clock.now()) != 24*time.Hour || rotated.ID != old.ID {
			t.Errorf("%+v", rotated)
		}
		unchanged := admin.putSource(t, "typeform", `{"kind":"typeform","name":"the same"}`)
		if listed := read[struct{ Sources []source }](t, admin.get(t, "/v1/sources")).Sources; listed[0].OldSecretUntil == nil {
			t.Errorf("%+v", listed)
		}
		fresh := tool{s, unchanged, "a secret that is new"}
		if again := admin.putSource(t, "typeform", `{"kind":"typeform","name":"the same","secret":"a secret that is new"}`); !again.UpdatedAt.Equal(unchanged.UpdatedAt) || !again.OldSecretUntil.Equal(*rotated.OldSecretUntil) {
			t.Errorf("the same secret again: %+v", again)
		}
		payload := example(t, "typeform.json")
		old.wantFate(t, payload, "unmapped") // it has no mapping any more
		fresh.wantFate(t, payload, "unmapped")
		s.clock.pass(24 * time.Hour)
		wantProblem(t, old.sends(t, payload), http.StatusUnauthorized, "unauthorized")
		fresh.wantFate(t, payload, "unmapped")
		if n := len(admin.unmapped(t, "typeform")); n != 1 {
			t.Errorf("the same payload is kept %d times", n)
		}
		for _, path := range []string{"/v1/sources", "/v1/sources/typeform", "/v1/audit"} {
			if told := admin.get(t, path).body; strings.Contains(told, "a secret") || strings.Contains(told, "old_secret_until") && path != "/v1/audit" {
				t.Errorf("%s: %s", path, told)
			}
		}
		if acts := admin.get(t, "/v1/audit?act=source.put").body; strings.Count(acts, `"secrets":1`) != 2 {
			t.Errorf("the audit log: %s", acts)
		}
		wantProblem(t, admin.send(t, "PUT", "/v1/sources/typeform", `{"kind":"delighted"}`), http.StatusConflict, "conflict")
	})
}

func TestPayloadThatCantBeMappedIsKeptShownAndRetried(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "unmapped")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		w := s.toolOf(t, home, models.Typeform)
		payload := example(t, "typeform.json")
		for _, bad := range []string{
			strings.Replace(payload, `"number": 9`, `"number": 11`, 1), strings.ReplaceAll(payload, "recommend", "renamed"), `{"event_type":"form_response"}`, `[1,2]`, `not JSON`, "\xff\x00",
		} {
			s.clock.pass(time.Second)
			w.wantFate(t, bad, "unmapped")
		}
		g.check(t, "list", admin.get(t, "/v1/sources/typeform/unmapped?limit=100").want(t, http.StatusOK))
		first := read[unmappedPage](t, admin.get(t, "/v1/sources/typeform/unmapped?limit=4"))
		rest := read[unmappedPage](t, admin.get(t, "/v1/sources/typeform/unmapped?limit=4&cursor="+first.NextCursor))
		if len(first.Unmapped) != 4 || len(rest.Unmapped) != 2 || rest.NextCursor != "" {
			t.Fatalf("pages of %d and %d", len(first.Unmapped), len(rest.Unmapped))
		}
		if told := read[taken](t, admin.post(t, "/v1/sources/typeform/unmapped/"+first.Unmapped[0].ID+"/retry", "").want(t, http.StatusOK)); told.Fate != "unmapped" || len(told.Errors) == 0 {
			t.Errorf("%+v", told)
		}
		mapping := strings.ReplaceAll(example(t, "typeform.mapping.json"), "recommend", "renamed")
		admin.putSource(t, "typeform", `{"kind":"typeform","mapping":`+mapping+`}`)
		if all := read[retriedCounts](t, admin.post(t, "/v1/sources/typeform/unmapped/retry", "{}").want(t, http.StatusOK)); all != (retriedCounts{Stored: 1, Unmapped: 5}) {
			t.Errorf("%+v", all)
		}
		if n := admin.counted(t, "nps"); n != 1 {
			t.Errorf("%d answers are counted", n)
		}
		left := admin.unmapped(t, "typeform")
		admin.send(t, "DELETE", "/v1/sources/typeform/unmapped/"+left[0].ID, "").want(t, http.StatusNoContent)
		wantProblem(t, admin.send(t, "DELETE", "/v1/sources/typeform/unmapped/"+left[0].ID, ""), http.StatusNotFound, "not_found")
		wantProblem(t, admin.post(t, "/v1/sources/typeform/unmapped/"+left[0].ID+"/retry", ""), http.StatusNotFound, "not_found")
		if sources := read[struct{ Sources []source }](t, admin.get(t, "/v1/sources")).Sources; sources[0].Unmapped != 4 {
			t.Errorf("%+v", sources)
		}
		admin.send(t, "DELETE", "/v1/sources/typeform/unmapped", "").want(t, http.StatusNoContent)
		if len(admin.unmapped(t, "typeform")) > 0 {
			t.Error("some are left")
		}
		if strings.Contains(s.logs.String(), "ERROR") {
			t.Error(s.logs)
		}
	})
}

func TestLaterStateOfAResponseReplacesItAndAnEarlierOneDoesNot(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		w := s.toolOf(t, home, models.Delighted)
		updated := example(t, "delighted.json")
		created := strings.NewReplacer("survey_response.updated", "survey_response.created", `"score": 9`, `"score": 3`, `"comment": "Quick, and nobody rushed me."`, `"comment": null`,
			`"updated_at": 1795161904`, `"updated_at": 1795161844`).Replace(updated)
		first := w.wantFate(t, created, "stored")
		if second := w.wantFate(t, updated, "replaced"); second.ID != first.ID {
			t.Errorf("it has another id: %s, not %s", second.ID, first.ID)
		}
		w.wantFate(t, created, "ignored")
		w.wantFate(t, updated, "known")
		r := read[response](t, admin.get(t, "/v1/responses/"+first.ID))
		if len(r.Answers) != 1 || r.Answers[0].Score != 9 || r.Answers[0].Comment == "" {
			t.Errorf("%+v", r)
		}
		if got := admin.scores(t, "?metric=nps&window=365d")[0]; *got.SampleSize != 1 || *got.Score != 100 {
			t.Errorf("%+v", got)
		}
		w.wantFate(t, strings.NewReplacer("survey_response.updated", "unsubscribe.created").Replace(updated), "ignored")
		admin.patch(t, first.ID, `{"excluded":true}`).want(t, http.StatusOK)
		w.wantFate(t, strings.NewReplacer(`"score": 9`, `"score": 8`, `"updated_at": 1795161904`, `"updated_at": 1795161905`).Replace(updated), "replaced")
		if r := read[response](t, admin.get(t, "/v1/responses/"+first.ID)); !r.Excluded || r.Answers[0].Score != 8 {
			t.Errorf("%+v", r)
		}
		if n := admin.counted(t, "nps"); n != 0 {
			t.Errorf("%d answers are counted though the response is excluded", n)
		}
		admin.record(t, `{"submission_id":"delighted:77","metric":"nps","score":1}`)
		w.wantFate(t, strings.Replace(updated, "5124", "77", 1), "unmapped")
		if kept := admin.unmapped(t, "delighted"); len(kept) != 1 || !strings.Contains(kept[0].Errors[0].Message, "another road") {
			t.Errorf("%+v", kept)
		}
	})
}

func TestAnswersOfEmployeesWaitForALotOfTheirSource(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	mapping := `"mapping":{"team":"a","answers":[{"metric":"pulse","score":"{answers.mood}"}]}`
	payload := func(token int) string {
		return fmt.Sprintf(`{"event_type":"form_response","form_response":{"token":"%d","submitted_at":"2026-11-20T08:00:00Z","answers":[{"type":"number","number":4,"field":{"ref":"mood"}}]}}`, token)
	}
	one := tool{s, admin.putSource(t, "one", `{"kind":"typeform","secret":"the secret of one","`+mapping[1:]+`}`), "the secret of one"}
	two := tool{s, admin.putSource(t, "two", `{"kind":"typeform","secret":"the secret of two","`+mapping[1:]+`}`), "the secret of two"}
	for i := range 4 {
		one.wantFate(t, payload(i), "stored")
	}
	for i := range 4 {
		two.wantFate(t, payload(100+i), "stored")
	}
	if told := admin.get(t, "/v1/scores?metric=pulse").body; !strings.Contains(told, "suppressed") {
		t.Errorf("of 4 and 4 answers by two sources it is told %s", told)
	}
	one.wantFate(t, payload(4), "stored")
	if n := admin.counted(t, "pulse"); n != 5 {
		t.Errorf("%d answers are counted, want the 5 of one source", n)
	}
}

func TestWhoIsErasedIsErasedFromPayloadsToo(t *testing.T) {
	t.Parallel()
	for _, pepper := range []string{"", "a pepper of more than twenty characters"} {
		persons, err := models.NewPersons(pepper)
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(t, setup{config: func(c *api.Config) { c.Persons = persons }})
		admin := s.as(t, home)
		w := tool{s, admin.putSource(t, "t", `{"kind":"typeform","secret":"a secret of typeform"}`), "a secret of typeform"}
		for _, text := range []string{`"c-1029"`, `"I am c-1029, call me."`, `"https://x.example/?user=c-1029&a=1"`, `"c-10290"`, `"abc-1029"`, `"c-1"`, `10290`} {
			w.wantFate(t, `{"event_type":"form_response","x":`+text+`}`, "unmapped")
		}
		if told := admin.get(t, "/v1/people/c-1029").want(t, http.StatusOK).body; strings.Count(told, "received_at") != 3 {
			t.Errorf("with the pepper %q: %s", pepper, told)
		}
		if by := admin.get(t, "/v1/people/"+hashOf("c-1029")+"?as=sha256").want(t, http.StatusOK).body; strings.Count(by, "received_at") != 1 {
			t.Errorf("by the hash, with the pepper %q: %s", pepper, by)
		}
		erased := read[struct {
			Responses, Invitations, Observations, Unmapped int
			Scores                                         string
		}](t, admin.send(t, "DELETE", "/v1/people/c-1029", "").want(t, http.StatusOK))
		if erased.Unmapped != 3 {
			t.Errorf("with the pepper %q: %+v", pepper, erased)
		}
		for _, kept := range admin.unmapped(t, "t") {
			if strings.Contains(string(kept.Payload), `c-1029"`) && !strings.Contains(string(kept.Payload), "abc") {
				t.Errorf("%s is kept", kept.Payload)
			}
		}
		if n := len(admin.unmapped(t, "t")); n != 4 {
			t.Errorf("%d are left, want 4", n)
		}
		if strings.Contains(s.logs.String(), "c-1029") {
			t.Error(s.logs)
		}
	}
}

func TestFaultsOfASourceAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "source_faults")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	for name, body := range map[string]string{
		"everything": `{"kind":"surveymonkey","secret":"short","mapping":[1]}`,
		"mapping":    `{"kind":"typeform","mapping":{"submission_id":"{token}","delimiter":";","kpi":"x","answers":[{"metric":"nps","score":{"column":"a","format":"x"}},{"metric":"csat"}]}}`,
		"secret":     `{"kind":"formbricks","secret":"whsec_not base64, I fear"}`,
		"no answers": `{"kind":"delighted","mapping":{}}`,
	} {
		g.check(t, name, admin.send(t, "PUT", "/v1/sources/a", body))
	}
}

func TestFullShelfOfUnmappedPayloadsRefusesFurtherOnes(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home).hasty()
	made := admin.putSource(t, "t", `{"kind":"typeform"}`)
	for i := range models.MostUnmapped {
		admin.send(t, "POST", made.Address, fmt.Sprintf(`{"event_type":"form_response","n":%d}`, i)).want(t, http.StatusAccepted)
	}
	if r := admin.send(t, "POST", made.Address, `{"event_type":"form_response","n":-1}`).want(t, http.StatusServiceUnavailable); r.header.Get("Retry-After") == "" || !strings.Contains(r.body, "mend the mapping") {
		t.Errorf("%v %s", r.header, r.body)
	}
	admin.send(t, "POST", made.Address, `{"event_type":"form_response","n":1}`).want(t, http.StatusAccepted) // that is kept already
	admin.send(t, "DELETE", "/v1/sources/t", "").want(t, http.StatusNoContent)
	admin.send(t, "POST", made.Address, `{}`).want(t, http.StatusNotFound)
}

func TestLaterStateThatIsLowIsToldToWebhooks(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		hook := admin.hook(t, `{"url":"https://crm.example/","events":["response.low_score","response.created"],"rule":{"metric":"nps"}}`)
		w := s.toolOf(t, home, models.Delighted)
		happy := example(t, "delighted.json")
		later := func(score, seconds int) string {
			return strings.NewReplacer(`"score": 9`, fmt.Sprintf(`"score": %d`, score), `"updated_at": 1795161904`, fmt.Sprintf(`"updated_at": %d`, 1795161904+seconds)).Replace(happy)
		}
		w.wantFate(t, happy, "stored")
		w.wantFate(t, later(3, 1), "replaced")
		w.wantFate(t, later(3, 2), "known")
		w.wantFate(t, strings.Replace(later(3, 3), "rushed", "hurried", 1), "replaced")
		var events []string
		for _, d := range admin.deliveries(t, hook.ID, "") {
			events = append(events, d.Event)
		}
		if got := strings.Join(events, " "); got != "response.low_score response.created" {
			t.Errorf("webhooks are told %s", got)
		}
	})
}

func TestToolIsToldToSendAgainWhenTheServerIsBusy(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{queue: 1, stalled: true})
	admin := s.as(t, home)
	w := s.toolOf(t, home, models.Typeform)
	waiting := make(chan reply, 1)
	go func() { waiting <- admin.post(t, "/v1/responses", goodLine) }()
	waitFor(t, "that one waits", func() bool { return s.writer.Length() == 1 })
	payload := example(t, "typeform.json")
	if r := w.sends(t, payload).want(t, http.StatusServiceUnavailable); r.header.Get("Retry-After") == "" {
		t.Errorf("%v", r.header)
	}
	s.runWriter()
	next(t, waiting).want(t, http.StatusCreated)
	w.wantFate(t, payload, "stored")
	if len(admin.unmapped(t, "typeform")) > 0 {
		t.Error("it is kept as unmapped, too")
	}
}
