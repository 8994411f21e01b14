package models

import "testing"

const digestBase = `{"submission_id":"s","survey":"y","touchpoint":"t","channel":"c","segment":"g","team":"m","person":"p",
	"collected_at":"2026-11-20T08:04:00Z","language":"fi","solicited":true,"properties":{"a":1,"b":"x"},"tags":["u","v"],
	"answers":[{"metric":"nps","score":9,"comment":"good"},{"metric":"fcr","score":true}]}`

func TestARetryHasTheSameDigest(t *testing.T) {
	want := accept(t, digestBase).Digest()
	for name, again := range map[string]string{
		"the same": digestBase,
		"properties and fields in another order": `{"answers":[{"comment":"good","score":9,"metric":"nps"},{"metric":"fcr","score":true}],"tags":["u","v"],
			"properties":{"b":"x","a":1.0},"solicited":true,"language":"fi","collected_at":"2026-11-20T08:04:00Z","person":"p","team":"m","segment":"g",
			"channel":"c","touchpoint":"t","survey":"y","submission_id":"s"}`,
		"the time in another zone":      replaced(t, `2026-11-20T08:04:00Z`, `2026-11-20T10:04:00.000+02:00`),
		"finer than a database's clock": replaced(t, `08:04:00Z`, `08:04:00.0000009Z`),
		"escapes in JSON":               replaced(t, `"good"`, `"\u0067ood"`),
	} {
		if accept(t, again).Digest() != want {
			t.Errorf("%s: another digest", name)
		}
	}
}

func TestOtherContentHasAnotherDigest(t *testing.T) {
	seen := map[[32]byte]string{accept(t, digestBase).Digest(): "the base"}
	for name, other := range map[string]string{
		"submission_id":      replaced(t, `"submission_id":"s"`, `"submission_id":"z"`),
		"survey":             replaced(t, `"survey":"y"`, `"survey":"z"`),
		"touchpoint":         replaced(t, `"touchpoint":"t"`, `"touchpoint":"z"`),
		"channel":            replaced(t, `"channel":"c"`, `"channel":"z"`),
		"segment":            replaced(t, `"segment":"g"`, `"segment":"z"`),
		"team":               replaced(t, `"team":"m"`, `"team":"z"`),
		"person":             replaced(t, `"person":"p"`, `"person":"z"`),
		"values swapped":     replaced(t, `"segment":"g","team":"m"`, `"segment":"m","team":"g"`),
		"collected_at":       replaced(t, `08:04:00Z`, `08:04:00.000001Z`),
		"language":           replaced(t, `"fi"`, `"sv"`),
		"solicited":          replaced(t, `"solicited":true`, `"solicited":false`),
		"solicited unsaid":   replaced(t, `"solicited":true,`, ``),
		"property":           replaced(t, `"a":1`, `"a":2`),
		"property's type":    replaced(t, `"a":1`, `"a":"1"`),
		"property taken out": replaced(t, `"a":1,`, ``),
		"tags":               replaced(t, `["u","v"]`, `["v","u"]`),
		"score":              replaced(t, `"score":9`, `"score":8`),
		"comment":            replaced(t, `good`, `bad`),
		"metric":             replaced(t, `"fcr"`, `"ces_easy"`),
		"answer's own place": replaced(t, `"metric":"fcr"`, `"touchpoint":"t2","metric":"fcr"`),
	} {
		digest := accept(t, other).Digest()
		if same, twice := seen[digest]; twice {
			t.Errorf("%s: the same digest as %s", name, same)
		}
		seen[digest] = name
	}
}
