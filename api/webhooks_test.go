package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mittari/mittari/api"
	"github.com/mittari/mittari/models"
)

// What clients see of webhooks.
type (
	webhook struct {
		ID            string            `json:"id"`
		URL           string            `json:"url"`
		Description   string            `json:"description"`
		Events        []string          `json:"events"`
		Rule          map[string]string `json:"rule"`
		Paused        bool              `json:"paused"`
		PausedBecause string            `json:"paused_because"`
		CreatedAt     time.Time         `json:"created_at"`
		UpdatedAt     time.Time         `json:"updated_at"`
		Secret        string            `json:"secret"`
	}
	webhooks struct {
		Webhooks []webhook `json:"webhooks"`
	}
	delivery struct {
		ID            string          `json:"id"`
		Event         string          `json:"event"`
		State         string          `json:"state"`
		Attempts      int             `json:"attempts"`
		CreatedAt     time.Time       `json:"created_at"`
		NextAttemptAt *time.Time      `json:"next_attempt_at"`
		EndedAt       *time.Time      `json:"ended_at"`
		LastStatus    int             `json:"last_status"`
		LastError     string          `json:"last_error"`
		Payload       json.RawMessage `json:"payload"`
	}
)

// toldOf is a webhook at the URL, of the events.
func toldOf(url string, events ...string) string {
	return fmt.Sprintf(`{"url":%q,"events":["%s"]}`, url, strings.Join(events, `","`))
}

func (c caller) deliveries(t testing.TB, webhook, query string) []delivery {
	t.Helper()
	return read[struct {
		Deliveries []delivery
		NextCursor string `json:"next_cursor"`
	}](t, c.get(t, "/v1/webhooks/"+webhook+"/deliveries"+query).want(t, http.StatusOK)).Deliveries
}

func (c caller) hook(t testing.TB, body string) webhook {
	t.Helper()
	return read[webhook](t, c.post(t, "/v1/webhooks", body).want(t, http.StatusCreated))
}

// payloads are what waits for a webhook, by the event, the latest first.
func (c caller) payloads(t testing.TB, webhook string) []string {
	t.Helper()
	var all []string
	for _, d := range c.deliveries(t, webhook, "") {
		all = append(all, string(read[delivery](t, c.get(t, "/v1/webhooks/"+webhook+"/deliveries/"+d.ID).want(t, http.StatusOK)).Payload))
	}
	return all
}

func TestWebhookIsMadeReadChangedAndDeletedAndItsSecretIsToldOnce(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "webhooks")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		made := admin.post(t, "/v1/webhooks", `{"url":"https://crm.example/hook","description":"the CRM","events":["response.low_score","score.dropped"],"rule":{"metric":"nps","segment":"home-loan"}}`)
		hook := read[webhook](t, made)
		made.body = strings.ReplaceAll(made.body, hook.Secret, "SECRET")
		g.check(t, "made", made)
		if key := strings.TrimPrefix(hook.Secret, "whsec_"); len(key) != 44 || !strings.HasPrefix(hook.Secret, "whsec_") {
			t.Errorf("the secret is %q", hook.Secret)
		}
		g.check(t, "list", admin.get(t, "/v1/webhooks"))
		path := "/v1/webhooks/" + hook.ID
		g.check(t, "one", admin.get(t, path))
		s.clock.pass(time.Minute)
		g.check(t, "changed", admin.send(t, "PATCH", path, `{"events":["score.dropped"],"paused":true,"url":"https://crm.example/other"}`))
		g.check(t, "paused", admin.post(t, path+"/test", ""))
		rotated := read[webhook](t, admin.post(t, path+"/secret", `{}`).want(t, http.StatusCreated))
		if rotated.Secret == hook.Secret || !strings.HasPrefix(rotated.Secret, "whsec_") {
			t.Errorf("the new secret is %q", rotated.Secret)
		}
		g.check(t, "deliveries", admin.get(t, path+"/deliveries"))
		audit := admin.get(t, "/v1/audit").body
		for _, act := range []string{"webhook.created", "webhook.changed", "webhook.secret_rotated"} {
			if !strings.Contains(audit, act) {
				t.Errorf("the audit log does not tell %s: %s", act, audit)
			}
		}
		admin.send(t, "DELETE", path, "").want(t, http.StatusNoContent)
		wantProblem(t, admin.get(t, path), http.StatusNotFound, "not_found")
		wantProblem(t, admin.get(t, path+"/deliveries"), http.StatusNotFound, "not_found")
		for _, secret := range []string{hook.Secret, rotated.Secret} {
			if strings.Contains(s.logs.String(), secret) || strings.Contains(audit, secret) {
				t.Error("a secret is told again")
			}
		}
	})
}

func TestFaultsOfAWebhookAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "webhook_faults")
	s := newServer(t, setup{})
	admin := s.as(t, home)
	for name, body := range map[string]string{
		"everything": `{"url":"ftp://x","events":["response.created","response.created","no"],"rule":{"metric":"nps"},"description":"` + strings.Repeat("x", 201) + `"}`,
		"nothing":    `{}`, "no rule": toldOf("https://crm.example/", "response.low_score"),
		"employees": `{"url":"https://crm.example/","events":["response.low_score"],"rule":{"metric":"pulse"}}`,
		"category":  `{"url":"https://crm.example/","events":["response.low_score"],"rule":{"metric":"csat","category":"detractor","segment":"-"}}`,
		"password":  toldOf("https://me:mine@crm.example/", "score.dropped"), "plain": toldOf("http://crm.example/", "score.dropped"), "fragment": toldOf("https://crm.example/#a", "score.dropped"),
	} {
		g.check(t, name, admin.post(t, "/v1/webhooks", body))
	}
	for _, host := range []string{"127.0.0.1", "127.1.2.3:8080", "10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0", "224.0.0.1", "255.255.255.255",
		"[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fd00:ec2::254]", "[::ffff:10.0.0.7]", "[64:ff9b::a00:7]", "[2002:a00:7::1]", "[ff02::1]", "localhost", "LOCALHOST.", "a.localhost"} {
		p := wantProblem(t, admin.post(t, "/v1/webhooks", toldOf("https://"+host+"/", "score.dropped")), http.StatusUnprocessableEntity, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Field != "url" || !strings.Contains(p.Errors[0].Message, "MITTARI_WEBHOOK_ALLOW") {
			t.Errorf("%s: %+v", host, p)
		}
	}
	admin.hook(t, toldOf("https://1.1.1.1/", "score.dropped"))
	admin.hook(t, toldOf("https://[2606:4700:4700::1111]:8443/", "score.dropped"))
	open := newServer(t, setup{config: func(c *api.Config) { c.Reach, _ = models.NewReach([]string{"127.0.0.0/8", "10.1.2.3"}) }}).as(t, home)
	for _, url := range []string{"http://127.0.0.1:8080/", "http://localhost/", "http://10.1.2.3/", "http://receiver.internal/", "https://crm.example/"} {
		open.hook(t, toldOf(url, "score.dropped"))
	}
	for _, url := range []string{"http://10.1.2.4/", "https://10.1.2.4/", "http://1.1.1.1/"} {
		wantProblem(t, open.post(t, "/v1/webhooks", toldOf(url, "score.dropped")), http.StatusUnprocessableEntity, "invalid")
	}
}

func TestAWorkspaceHasABoundedNumberOfWebhooks(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	for range models.MaxWebhooks {
		admin.hook(t, toldOf("https://crm.example/", "score.dropped"))
	}
	wantProblem(t, admin.post(t, "/v1/webhooks", toldOf("https://crm.example/", "score.dropped")), http.StatusConflict, "conflict")
}

// Nobody's name, words or anonymous answers leave by a webhook, and what a rule is about only goes by the rule.
func TestWebhooksAreToldOfResponsesWithoutPersonsWordsAndEmployees(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "webhook_payloads")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		all := admin.hook(t, toldOf("https://crm.example/", "response.created", "response.erased", "person.erased"))
		low := admin.hook(t, `{"url":"https://crm.example/","events":["response.low_score"],"rule":{"metric":"nps","segment":"home-loan","touchpoint":"meeting"}}`)
		passive := admin.hook(t, `{"url":"https://crm.example/","events":["response.low_score"],"rule":{"metric":"nps","category":"passive"}}`)
		admin.hook(t, toldOf("https://crm.example/", "score.dropped"))
		full := `{"submission_id":"ord-%[1]d","survey":"yearly","touchpoint":"meeting","channel":"sms","segment":"%[2]s","team":"north","person":"canary","collected_at":"2026-11-20T08:00:00Z","language":"fi",
			"properties":{"canary":"canary"},"tags":["canary"],"answers":[{"metric":"nps","score":%[1]d,"comment":"canary"},{"metric":"pulse","score":1,"comment":"canary"},{"metric":"fcr","score":true,"touchpoint":"phone"}]}`
		for _, line := range []string{fmt.Sprintf(full, 2, "home-loan"), fmt.Sprintf(full, 3, "families"), fmt.Sprintf(full, 8, "home-loan"), fmt.Sprintf(full, 9, "home-loan")} {
			admin.record(t, line)
			if again := admin.post(t, "/v1/responses", line); again.status != http.StatusOK {
				t.Fatalf("a retry gave %d %s", again.status, again.body)
			}
		}
		admin.record(t, `{"person":"canary","metric":"enps","score":0}`)
		admin.post(t, "/v1/responses/bulk", `{"metric":"csat","score":1}`+"\n"+badLine).want(t, http.StatusOK)
		told := map[string][]string{"response.created": admin.payloads(t, all.ID), "low": admin.payloads(t, low.ID), "passive": admin.payloads(t, passive.ID)}
		text, err := json.Marshal(told)
		if err != nil || strings.Contains(string(text), "canary") || strings.Contains(string(text), "pulse") || strings.Contains(string(text), "enps") {
			t.Errorf("too much is told: %s, %v", text, err)
		}
		g.check(t, "told", reply{status: http.StatusOK, body: string(text)})
		admin.send(t, "DELETE", "/v1/people/canary", "").want(t, http.StatusOK)
		id := admin.record(t, `{"metric":"nps","score":1}`)
		admin.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
		left := admin.payloads(t, all.ID)
		if len(left) != 3 || len(admin.payloads(t, low.ID))+len(admin.payloads(t, passive.ID)) != 0 {
			t.Fatalf("what tells of the erased still waits: %s", left)
		}
		if !strings.Contains(left[0], `"type":"response.erased"`) || !strings.Contains(left[0], `"data":{"responses":["`+id+`"]}`) {
			t.Errorf("%s", left[0])
		}
		if !strings.Contains(left[1], `"type":"person.erased"`) || len(anID.FindAllString(left[1], -1)) != 4 || strings.Contains(left[1], "canary") || strings.Contains(left[1], hashOf("canary")) {
			t.Errorf("%s", left[1])
		}
	})
}

func TestWhatHappensWhileAWebhookIsPausedIsNotKeptForIt(t *testing.T) {
	t.Parallel()
	admin := newServer(t, setup{}).as(t, home)
	hook := admin.hook(t, toldOf("https://crm.example/", "response.created"))
	admin.record(t, goodLine)
	for _, paused := range []bool{true, false} {
		admin.send(t, "PATCH", "/v1/webhooks/"+hook.ID, fmt.Sprintf(`{"paused":%v}`, paused)).want(t, http.StatusOK)
		admin.record(t, goodLine)
	}
	if n := len(admin.deliveries(t, hook.ID, "?state=pending")); n != 2 {
		t.Errorf("%d wait, want those of before and after", n)
	}
}

func TestDeliveriesAreListedPageByPageAndByState(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		hook := admin.hook(t, toldOf("https://crm.example/", "response.created"))
		for range 5 {
			admin.record(t, goodLine)
		}
		path := "/v1/webhooks/" + hook.ID + "/deliveries"
		whole := admin.deliveries(t, hook.ID, "")
		var paged []delivery
		for query := "?limit=2"; query != ""; {
			p := read[struct {
				Deliveries []delivery
				NextCursor string `json:"next_cursor"`
			}](t, admin.get(t, path+query))
			paged = append(paged, p.Deliveries...)
			if query = ""; p.NextCursor != "" {
				query = "?limit=2&cursor=" + p.NextCursor
			}
		}
		if got, want := fmt.Sprint(paged), fmt.Sprint(whole); len(whole) != 5 || len(got) == 0 || len(paged) != 5 || paged[4].ID != whole[4].ID || paged[0].ID != whole[0].ID {
			t.Errorf("%s, want %s", got, want)
		}
		if len(admin.deliveries(t, hook.ID, "?state=dead")) != 0 || len(admin.deliveries(t, hook.ID, "?state=pending")) != 5 {
			t.Error("states are mixed up")
		}
		wantProblem(t, admin.get(t, path+"?state=lost"), http.StatusBadRequest, "malformed")
		wantProblem(t, admin.get(t, path+"/"+someID), http.StatusNotFound, "not_found")
		wantProblem(t, admin.post(t, path+"/x/redeliver", ""), http.StatusNotFound, "not_found")
		again := read[delivery](t, admin.post(t, path+"/"+whole[0].ID+"/redeliver", "").want(t, http.StatusAccepted))
		if again.ID != whole[0].ID || again.State != "pending" {
			t.Errorf("%+v", again)
		}
		if r := admin.post(t, "/v1/webhooks/"+hook.ID+"/redeliver", "").want(t, http.StatusAccepted); r.body != `{"redelivered":0}` {
			t.Errorf("%s", r.body)
		}
		test := read[delivery](t, admin.post(t, "/v1/webhooks/"+hook.ID+"/test", "").want(t, http.StatusAccepted))
		if test.Event != "webhook.test" || test.State != "pending" || len(admin.deliveries(t, hook.ID, "")) != 6 {
			t.Errorf("%+v", test)
		}
	})
}

// What becomes of deliveries is the dispatcher's to say; here it is said in its place.
func TestWhatBecameOfADeliveryIsTold(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "deliveries")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		hook := admin.hook(t, toldOf("https://crm.example/", "response.created", "score.dropped", "response.erased"))
		path := "/v1/webhooks/" + hook.ID
		id := admin.record(t, `{"survey":"yearly","touchpoint":"meeting","channel":"sms","segment":"home-loan","team":"north","submission_id":"s","metric":"nps","score":3}`)
		admin.record(t, goodLine)
		admin.record(t, goodLine)
		drop := models.ScoreDrop{Metric: "nps", Level: "segment", Key: "home-loan", Arm: "week", Since: 20_770, Until: 20_777, Score: 31.5, Baseline: 44, Points: 12.5, Z: 4.1, SampleSize: 812, BaselineSize: 10_231}
		if told, err := s.store.AnnounceDrops(t.Context(), home, []models.ScoreDrop{drop}); err != nil || !told {
			t.Fatal(err)
		}
		admin.post(t, path+"/test", "").want(t, http.StatusAccepted)
		settle := func(receipts ...models.Receipt) {
			t.Helper()
			taken, err := s.store.TakeDeliveries(t.Context(), home, hook.ID, len(receipts))
			if err != nil || len(taken) != len(receipts) {
				t.Fatal(taken, err)
			}
			paused := ""
			for i, d := range taken {
				taken[i] = d.After(receipts[i], s.clock.now(), 0.5)
				if receipts[i].Status == http.StatusGone {
					paused = taken[i].LastError
				}
			}
			if err := s.store.SettleDeliveries(t.Context(), home, hook.ID, taken, paused); err != nil {
				t.Fatal(err)
			}
		}
		settle(models.Receipt{Status: 204}, models.Receipt{Status: 503}, models.Receipt{Fault: "it refused the connection"}, models.Receipt{Status: 200}, models.Receipt{Status: 410})
		g.check(t, "list", admin.get(t, path+"/deliveries"))
		g.check(t, "gone", admin.get(t, path))
		if r := admin.post(t, path+"/secret", `{}`).want(t, http.StatusCreated); !strings.Contains(r.body, `"paused_because":"it answered 410 Gone"`) {
			t.Errorf("%s", r.body)
		}
		dead := admin.deliveries(t, hook.ID, "?state=dead&limit=10")
		if len(dead) != 1 || dead[0].LastStatus != 410 {
			t.Fatalf("%+v", dead)
		}
		g.check(t, "dead", admin.get(t, path+"/deliveries/"+dead[0].ID))
		g.check(t, "all again", admin.post(t, path+"/redeliver", ""))
		again := admin.deliveries(t, hook.ID, "")[0]
		g.check(t, "one again", admin.post(t, path+"/deliveries/"+again.ID+"/redeliver", ""))
		admin.send(t, "PATCH", path, `{"paused":false,"description":"the CRM","rule":{"metric":"nps","category":"detractor","segment":"home-loan","touchpoint":"meeting"},"events":["response.low_score","response.erased","score.dropped"],"url":"https://crm.example/b"}`).want(t, http.StatusOK)
		admin.send(t, "DELETE", "/v1/responses/"+id, "").want(t, http.StatusNoContent)
		var events []string
		for _, d := range admin.deliveries(t, hook.ID, "") {
			whole := read[delivery](t, admin.get(t, path+"/deliveries/"+d.ID))
			events = append(events, whole.Event)
		}
		if got := strings.Join(events, " "); got != "response.erased webhook.test score.dropped response.created response.created" {
			t.Errorf("%s", got)
		}
	})
}

func TestSecretsThatSignAtOnceAreFew(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	admin := s.as(t, home)
	path := "/v1/webhooks/" + admin.hook(t, `{"url":"https://crm.example/","events":["score.dropped"],"paused":true,"description":"d"}`).ID + "/secret"
	for range 4 {
		admin.post(t, path, `{}`).want(t, http.StatusCreated)
	}
	wantProblem(t, admin.post(t, path, `{}`), http.StatusConflict, "conflict")
	admin.post(t, path, `{"end_others":true}`).want(t, http.StatusCreated)
	admin.post(t, path, `{}`).want(t, http.StatusCreated)
	for _, route := range []string{"GET ", "PATCH ", "DELETE ", "POST /secret", "POST /test", "POST /redeliver", "GET /deliveries", "GET /deliveries/" + someID, "POST /deliveries/" + someID + "/redeliver"} {
		method, rest, _ := strings.Cut(route, " ")
		wantProblem(t, admin.send(t, method, "/v1/webhooks/"+someID+rest, `{"paused":true}`[:map[bool]int{true: 15, false: 0}[method == "PATCH"]]+map[bool]string{true: "{}"}[rest == "/secret"]), http.StatusNotFound, "not_found")
	}
}
