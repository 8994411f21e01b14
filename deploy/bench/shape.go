package main

import "fmt"

// Every response of the benchmark, sent or made in the database, has one answer,
// and its keys follow from its number: 10 touchpoints, each with its channel, segment,
// team and survey, 5 metrics on 1 to 5, every score as often. That is 250 different
// answers a day and, in a year, some 10,000 series.
const (
	combinations = 10
	scores       = 5
	cells        = combinations * scores * 5 // with the metrics
)

func shapeMetrics() []string { return []string{"csat", "ces", "ease", "emotion", "expectation"} }

// bodyOf is the document of the i-th response; collected is a time, or "" for now.
func bodyOf(i int, submission, collected string) string {
	c := i % combinations
	if collected != "" {
		collected = fmt.Sprintf(`"collected_at":"%s",`, collected)
	}
	return fmt.Sprintf(`{"submission_id":"bench-%s","survey":"survey-%d","touchpoint":"touchpoint-%d","channel":"channel-%d","segment":"segment-%d","team":"team-%d",%s"answers":[{"metric":"%s","score":%d}]}`,
		submission, c%2, c, c%5, c%4, c%8, collected, shapeMetrics()[i/combinations%5], 1+i/(combinations*5)%scores)
}
