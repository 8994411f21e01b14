package metrics

import "github.com/prometheus/client_golang/prometheus"

// Database shows the connections to the database: how many are in use, how many
// idle, and how many there may be, 0 for any number. They are asked for at each
// scrape. To be called once.
func (i *Instruments) Database(connections func() (inUse, idle, limit int)) {
	i.registry.MustRegister(poolCollector{
		connections: connections,
		open:        prometheus.NewDesc(namespace+"_database_connections", "Connections to the database, by state.", []string{"state"}, nil),
		limit:       prometheus.NewDesc(namespace+"_database_connections_max", "Connections to the database that there may be; 0: any number.", nil, nil),
	})
}

type poolCollector struct {
	connections func() (inUse, idle, limit int)
	open, limit *prometheus.Desc
}

// Describe sends both descriptions.
func (c poolCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.open
	ch <- c.limit
}

// Collect asks once, so that the numbers belong together.
func (c poolCollector) Collect(ch chan<- prometheus.Metric) {
	inUse, idle, limit := c.connections()
	ch <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(inUse), "in_use")
	ch <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(idle), "idle")
	ch <- prometheus.MustNewConstMetric(c.limit, prometheus.GaugeValue, float64(limit))
}
