package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// putProxy puts a network that fails between the server and PostgreSQL.
func (t *trial) putProxy() error {
	u, err := url.Parse(t.direct)
	if err != nil {
		return err
	}
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	t.proxy = toxiproxy.NewProxy(api, "postgres", "127.0.0.1:0", u.Host)
	if err := t.proxy.Start(); err != nil {
		return err
	}
	t.later(func() error { t.proxy.Stop(); return nil })
	u.Host = t.proxy.Listen
	t.url = u.String()
	return nil
}

// troubles are what the network does by turns; "" cuts it.
func troubles() []string {
	return []string{
		"",
		`{"type":"latency","attributes":{"latency":150,"jitter":100}}`,
		`{"type":"bandwidth","attributes":{"rate":20}}`,
		`{"type":"reset_peer","attributes":{"timeout":20}}`,
		`{"type":"slicer","attributes":{"average_size":64,"size_variation":32,"delay":200}}`,
		`{"type":"timeout","attributes":{"timeout":0}}`,
		`{"type":"limit_data","attributes":{"bytes":40000}}`,
	}
}

// disturb lets the network do one of them for a while, one after the other in both directions.
func (t *trial) disturb() error {
	trouble := troubles()[t.strikes%len(troubles())]
	if trouble == "" {
		t.proxy.Stop()
		t.pause(500, 2500)
		return t.proxy.Start()
	}
	for _, direction := range []string{"upstream", "downstream"} {
		if _, err := t.proxy.Toxics.AddToxicJson(strings.NewReader(strings.Replace(trouble, "{", fmt.Sprintf(`{"stream":%q,`, direction), 1))); err != nil {
			return err
		}
		if t.strikes%2 == 1 {
			break
		}
	}
	t.pause(1500, 3000)
	t.proxy.Toxics.ResetToxics(t.ctx)
	return nil
}
