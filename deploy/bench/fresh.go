package main

import "fmt"

// memories measures row 9: of servers that were started anew, after the same traffic.
func (b *bench) memories(databases [2]string) error {
	var p pairs
	var series [2]int
	for range b.rounds {
		var held [2]float64
		for i, database := range databases {
			err := b.within(func(b *bench) (err error) {
				held[i], series[i], err = b.memoryOf(database)
				return err
			})
			if err != nil {
				return err
			}
		}
		p.add(held[0], held[1])
	}
	r := b.tell(9, fmt.Sprintf("resident memory of the server with %d responses stored (%d series)", b.many, series[1]),
		fmt.Sprintf("with %d (%d series)", b.few, series[0]), p, megabytes, atMost(1.1))
	r.also, r.alsoFailed = "under 200 MB", middle(p.ours) >= 200e6
	return nil
}

// memoryOf is what a server holds on the database after scrapes and questions, in bytes.
func (b *bench) memoryOf(database string) (held float64, series int, err error) {
	server, err := b.serve(database)
	if err != nil {
		return 0, 0, err
	}
	page, err := server.series(b)
	if err != nil {
		return 0, 0, err
	}
	for _, url := range []string{"http://" + server.Metrics + "/metrics/cx", "http://" + server.Address + "/v1/scores?metric=csat&group_by=touchpoint&window=365d"} {
		if _, err := b.timed(url, b.time/4); err != nil {
			return 0, 0, err
		}
	}
	held, err = server.memory()
	return held, countSeries(page), err
}

// starts measures row 10: from the start of the process to the first 200 of /readyz.
func (b *bench) starts(empty, full string) error {
	begin := func(database string) (took float64, err error) {
		err = b.within(func(b *bench) error {
			p, err := b.serve(database)
			if err == nil {
				took = p.Took.Seconds()
			}
			return err
		})
		return took, err
	}
	for _, database := range []string{empty, full} { // the first start of all makes the schema and the key
		if _, err := begin(database); err != nil {
			return err
		}
	}
	var p pairs
	for range b.rounds {
		theirs, err := begin(empty)
		if err != nil {
			return err
		}
		own, err := begin(full)
		if err != nil {
			return err
		}
		p.add(theirs, own)
	}
	b.tell(10, fmt.Sprintf("start to the first 200 of /readyz with %d responses stored", b.many), "an empty database", p, seconds, atMost(3))
	return nil
}
