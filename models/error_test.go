package models

import (
	"errors"
	"fmt"
	"testing"
)

func TestAnErrorsCodeSurvivesWrapping(t *testing.T) {
	busy := Errorf(Busy, "the queue holds %d", 7)
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, ""}, {errors.New("disk full"), ""}, {busy, Busy},
		{fmt.Errorf("line 3: %w", busy), Busy}, {errors.Join(errors.New("other"), busy), Busy},
	} {
		if got := ErrorCode(c.err); got != c.want {
			t.Errorf("%v has code %q, want %q", c.err, got, c.want)
		}
	}
	if busy.Error() != "the queue holds 7" {
		t.Errorf("it says %q", busy)
	}
}

func TestAnErrorShowsEveryFault(t *testing.T) {
	var faults Faults
	if err := faults.Err("nothing is wrong"); err != nil {
		t.Errorf("no faults gave %v", err)
	}
	faults.Add("score", "must be from %d to %d", 0, 10)
	faults.addAll("answers[0].", map[string]string{"b": "2", "a": "1"})
	want := "not stored: score: must be from 0 to 10; answers[0].a: 1; answers[0].b: 2"
	if err := faults.Err("not stored"); err == nil || err.Error() != want || ErrorCode(err) != Invalid {
		t.Errorf("got %v, want %s", err, want)
	}
}
