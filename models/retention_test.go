package models

import (
	"strings"
	"testing"
	"time"
)

func TestARetentionIsANumberOfDays(t *testing.T) {
	for text, want := range map[string]Retention{"": 0, "30d": 30, "400d": 400, "36500d": 36_500} {
		if got, err := ParseRetention(text); err != nil || got != want {
			t.Errorf("%q gives %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"d", "400", "29d", "0d", "-40d", "36501d", "400 d", "400h", "9600h", "1y", "40.5d", "99999999999999999999d", "400D"} {
		_, err := ParseRetention(text)
		if ErrorCode(err) != Invalid || !strings.Contains(err.Error(), "such as 400d") || !strings.Contains(err.Error(), text) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

func TestAnswersAreKeptForWholeDaysToTheMoment(t *testing.T) {
	now := time.Date(2026, 3, 30, 12, 30, 0, 1, time.UTC)
	if got, want := Retention(30).Before(now), time.Date(2026, 2, 28, 12, 30, 0, 1, time.UTC); !got.Equal(want) {
		t.Errorf("kept since %v, want %v", got, want)
	}
	if minRetention*24*time.Hour <= now.Sub(Waits(now)) {
		t.Error("an answer may be deleted before it has waited for a lot")
	}
}

func TestWorkspacesRetentionGoesBeforeTheServers(t *testing.T) {
	own := func(days Retention) *Retention { return &days }
	for _, c := range []struct {
		server Retention
		own    *Retention
		want   Retention
	}{{400, nil, 400}, {0, nil, 0}, {400, own(30), 30}, {400, own(800), 800}, {400, own(0), 0}, {0, own(90), 90}} {
		if got := c.server.Unless(c.own); got != c.want {
			t.Errorf("%+v: %d holds", c, got)
		}
	}
	for _, days := range []Retention{0, minRetention, maxRetention} {
		if err := days.Check(); err != nil {
			t.Errorf("%d: %v", days, err)
		}
	}
	for _, days := range []Retention{-1, 1, minRetention - 1, maxRetention + 1} {
		holdsOneFault(t, days.Check(), "days", "0 to keep responses for ever")
	}
}
