package main

import (
	"bytes"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestCommittedViewsAreWhatTheGeneratorWrites(t *testing.T) {
	t.Parallel()
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("../views.sql"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("views.sql is out of date (%v): run go generate ./deploy/postgres/generate", err)
	}
}

func TestStudentsQuantileIsKnownWhereTheTableEnds(t *testing.T) {
	t.Parallel()
	z := distuv.UnitNormal.Quantile(0.975)
	for _, nu := range []float64{301, 500, 1000, 10_000, 1e6} {
		got, power := z, 1.0
		for _, e := range expansion(z) {
			power *= nu
			got += e / power
		}
		if want := (distuv.StudentsT{Sigma: 1, Nu: nu}).Quantile(0.975); math.Abs(got-want) > 1e-10 {
			t.Errorf("with %g degrees of freedom t is %.14g, want %.14g", nu, got, want)
		}
	}
}
