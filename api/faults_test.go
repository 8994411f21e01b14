package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mittari/mittari/models"
)

// faultyResponses are bodies of POST /v1/responses that are refused, by what is wrong with them.
var faultyResponses = map[string]string{
	"empty body":                           ``,
	"only spaces":                          " \r\n\t ",
	"not JSON":                             `metric=nps&score=9`,
	"JSON that breaks off":                 `{"metric":"nps","score":`,
	"JSON with a fault on line 2":          "{\"metric\":\"nps\",\n\"score\":09}",
	"broken UTF-8":                         "{\"metric\":\"nps\",\"score\":9,\"comment\":\"\xff\xfe\"}",
	"two documents":                        `{"metric":"nps","score":9}{"metric":"nps","score":10}`,
	"trailing bracket":                     `{"metric":"nps","score":9}]`,
	"a list":                               `[{"metric":"nps","score":9}]`,
	"a string":                             `"nps"`,
	"null":                                 `null`,
	"an empty object":                      `{}`,
	"unknown fields":                       `{"metric":"nps","score":9,"comments":"x","touchpont":"y","answers":[{"metric":"csat","score":5,"remark":"z"}]}`,
	"every field of a wrong type":          `{"submission_id":7,"survey":[],"touchpoint":{},"channel":true,"segment":1.5,"team":[1],"person":12,"collected_at":1763625600,"language":5,"solicited":"yes","properties":[],"tags":"vip","answers":{},"metric":1,"score":"nine","comment":false}`,
	"wrong types inside answers":           `{"answers":[{"metric":"csat","score":"4"},{"metric":["fcr"],"score":true},"csat",{"metric":"ces","score":4.5,"comment":3}]}`,
	"wrong types and unknown at once":      `{"metric":"nps","score":"9","teem":"a","tags":["a",1,null,{}]}`,
	"a field twice":                        `{"metric":"nps","score":9,"answers":null,"score":0}`,
	"a property twice":                     `{"metric":"nps","score":9,"properties":{"a":1,"b":2,"a":3}}`,
	"a field in other letter case":         `{"Metric":"nps","score":9}`,
	"times that are none":                  `{"metric":"nps","score":9,"collected_at":"20.11.2026 10:04"}`,
	"a time without a zone":                `{"metric":"nps","score":9,"collected_at":"2026-11-20T10:04:00"}`,
	"a future time":                        `{"metric":"nps","score":9,"collected_at":"2026-11-20T10:04:00Z"}`,
	"a time before 1970":                   `{"metric":"nps","score":9,"collected_at":"1969-12-31T23:59:59Z"}`,
	"no answers":                           `{"submission_id":"x","answers":[]}`,
	"no metric":                            `{"score":9}`,
	"no score":                             `{"metric":"nps"}`,
	"null score":                           `{"metric":"nps","score":null}`,
	"only a comment":                       `{"comment":"I say nothing else"}`,
	"unknown metric":                       `{"metric":"NPS","score":9}`,
	"score above the scale":                `{"metric":"nps","score":11}`,
	"score below the scale":                `{"answers":[{"metric":"csat","score":0},{"metric":"nps","score":-1}]}`,
	"yes or no where a number belongs":     `{"metric":"nps","score":true}`,
	"number off the yes/no scale":          `{"metric":"fcr","score":2}`,
	"score with a fraction":                `{"metric":"nps","score":9.0}`,
	"score 1e400":                          `{"metric":"nps","score":1e400}`,
	"score 99999999999999999999":           `{"metric":"nps","score":99999999999999999999}`,
	"property 1e400":                       `{"metric":"nps","score":9,"properties":{"amount":1e400,"fine":1}}`,
	"nested properties":                    `{"metric":"nps","score":9,"properties":{"basket":{"items":[1,2]},"list":[],"":1}}`,
	"NUL characters":                       `{"metric":"nps","score":9,"submission_id":"a\u0000b","person":"\u0000","comment":"c\u0000","tags":["\u0000"],"properties":{"p":"\u0000"}}`,
	"a property's name with NUL":           `{"metric":"nps","score":9,"properties":{"a\u0000b":1}}`,
	"keys that are none":                   `{"metric":"nps","score":9,"survey":"two words","touchpoint":"-x","channel":"käyttö","segment":"a/b","team":"` + strings.Repeat("t", 101) + `","answers":null}`,
	"a language that is none":              `{"metric":"nps","score":9,"language":"finnish!"}`,
	"texts that are too long":              `{"submission_id":"` + strings.Repeat("å", 201) + `","person":"` + strings.Repeat("p", 201) + `","metric":"nps","score":9,"comment":"` + strings.Repeat("c", 10_001) + `","tags":["` + strings.Repeat("t", 101) + `",""],"properties":{"p":"` + strings.Repeat("v", 1001) + `"}}`,
	"too many tags":                        `{"metric":"nps","score":9,"tags":["a"` + strings.Repeat(`,"a"`, 50) + `]}`,
	"too many answers":                     `{"answers":[{"metric":"nps","score":9}` + strings.Repeat(`,{"metric":"nps","score":9}`, 200) + `]}`,
	"two answers at one touchpoint":        `{"touchpoint":"meeting","answers":[{"metric":"csat","score":4},{"metric":"fcr","score":true},{"touchpoint":"meeting","metric":"csat","score":2}]}`,
	"short form and answers":               `{"metric":"nps","score":9,"comment":"x","answers":[{"metric":"csat","score":5}]}`,
	"many faults at once, in every corner": `{"touchpoint":"a b","language":"??","collected_at":"2027-01-01T00:00:00Z","tags":[""],"properties":{"o":{}},"answers":[{"metric":"csat","score":6},{"metric":"cats","score":1},{"touchpoint":"c d","metric":"fcr"}]}`,
	"nested too deeply":                    `{"metric":"nps","score":9,"properties":` + strings.Repeat(`{"a":`, 100_000) + `1` + strings.Repeat(`}`, 100_000) + `}`,
	"lists in lists without end":           strings.Repeat(`[`, 500_000),
}

func TestEveryFaultyResponseIsRefusedByName(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "response_faults")
	s := newServer(t, setup{})
	shop := s.as(t, home, models.WriteResponses)
	for name, body := range faultyResponses {
		t.Run(name, func(t *testing.T) {
			r := shop.post(t, "/v1/responses", body)
			if r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
				t.Errorf("status %d, want 400 for what can't be read or 422 for what breaks a rule", r.status)
			}
			g.check(t, name, r)
		})
	}
	if stored := s.as(t, home).list(t, "").Responses; len(stored) != 0 {
		t.Errorf("%d responses were stored", len(stored))
	}
	if strings.Contains(s.logs.String(), "ERROR") {
		t.Errorf("a sender's fault was logged as the server's:\n%s", s.logs)
	}
}

func TestFaultyResponsesAreRefusedAlikeInBulk(t *testing.T) {
	t.Parallel()
	s := newServer(t, setup{})
	shop := s.as(t, home, models.WriteResponses)
	for name, body := range faultyResponses {
		line := strings.ReplaceAll(body, "\n", " ")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "[") {
			continue // no line, or the beginning of an array
		}
		single := read[problem](t, shop.post(t, "/v1/responses", line))
		bulk := shop.post(t, "/v1/responses/bulk", line+"\n"+`{"metric":"nps","score":9}`).want(t, http.StatusOK).outcomes(t)
		if len(bulk) != 2 || bulk[0].Status != single.Status || bulk[0].Problem == nil || bulk[1].Status != http.StatusCreated {
			t.Errorf("%s: alone %+v, in bulk %+v", name, single, bulk)
			continue
		}
		if got := *bulk[0].Problem; got.Detail != single.Detail || len(got.Errors) != len(single.Errors) {
			t.Errorf("%s: in bulk %+v, alone %+v", name, got, single)
		}
	}
}
