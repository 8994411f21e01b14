package main

import (
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// ready is a collector of metrics that are made before.
type ready []prometheus.Metric

// Describe sends nothing: the collector is unchecked.
func (ready) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics.
func (r ready) Collect(ch chan<- prometheus.Metric) {
	for _, m := range r {
		ch <- m
	}
}

// constMetrics serves the series of a page in the text format by client_golang.
func constMetrics(file string) (http.Handler, error) {
	text, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer text.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		return nil, err
	}
	var metrics ready
	for name, f := range families {
		for _, m := range f.GetMetric() {
			labels := prometheus.Labels{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			kind, value := prometheus.GaugeValue, m.GetGauge().GetValue()
			if f.GetType() == dto.MetricType_COUNTER {
				kind, value = prometheus.CounterValue, m.GetCounter().GetValue()
			}
			metrics = append(metrics, prometheus.MustNewConstMetric(prometheus.NewDesc(name, f.GetHelp(), nil, labels), kind, value))
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("GET /metrics/cx", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux, nil
}
