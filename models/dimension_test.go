package models

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestAKeyIsValidAsItsRuleSays(t *testing.T) {
	rule := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$`)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9._:-]{0,102}`), rapid.StringMatching(`[a-z0-9][ -~]{0,3}`)).Draw(t, "key")
		if validKey(key) != rule.MatchString(key) {
			t.Fatalf("%q: %v", key, validKey(key))
		}
	})
}
