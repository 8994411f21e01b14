package main

import (
	"net/http"
	"net/http/pprof"
)

// withProfiles serves the profiles of this process beside the series, under their
// usual path and behind whatever guards the series.
func withProfiles(series http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", series)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
