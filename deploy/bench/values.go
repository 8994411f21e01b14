package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mittari/mittari/deploy/running"
	"github.com/mittari/mittari/models"
)

// values sends responses each of which names a touchpoint that no other does, and then
// as many that do the same with the other dimensions, and makes a table for each
// database. It fails where a figure of the series is not that of what was sent.
func (b *bench) values() error { return b.onEach((*bench).valuesOn) }

// valuesHead is the head of the table; bounded has the cells of a row.
const valuesHead = "| %s | stored | series | bytes | memory before | peak | after | refresh, mean | longest | GET /v1/scores by touchpoint, 28 days |\n|---|---|---|---|---|---|---|---|---|---|\n"

// catalogsFull is how many different keys fill every catalog to its bound, and more.
const catalogsFull = 2000

func (b *bench) valuesOn(name, database string) error {
	var table strings.Builder
	fmt.Fprintf(&table, valuesHead, name)
	row := func(what string, v *bounded) {
		fmt.Fprintf(&table, "| %s |%s\n", what, v)
		b.say("%s, %s:%s", name, what, v)
	}
	err := b.within(func(b *bench) error {
		ours, err := b.serve(database)
		if err != nil {
			return err
		}
		sent, all := 0, models.Dimensions()
		for _, r := range []round{
			{fmt.Sprintf("%d responses with 10 touchpoints", cells), cells, 1, nil},
			{fmt.Sprintf("%d more, of %d different keys in every dimension", catalogsFull, catalogsFull), catalogsFull, catalogsFull, all[:]},
			{fmt.Sprintf("%d more, of the same keys", b.distinct/10), b.distinct / 10, catalogsFull, all[:]},
			{fmt.Sprintf("%d more, each with a touchpoint of its own", b.distinct), b.distinct, b.distinct, []models.Dimension{models.Touchpoint}},
			{fmt.Sprintf("%d more, each with a survey, channel, segment and team of its own", b.distinct), b.distinct, b.distinct, []models.Dimension{models.Survey, models.Channel, models.Segment, models.Team}},
		} {
			sent += r.n
			v, err := b.sendValues(ours, r, sent)
			if err != nil {
				return err
			}
			row(r.what, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.within(func(b *bench) error {
		v, err := b.startedOn(database, cells+catalogsFull+b.distinct/10+2*b.distinct)
		if err == nil {
			row("started anew", v)
		}
		return err
	})
	b.sections = append(b.sections, table.String())
	return err
}

// bounded is what a server with very many different values is like.
type bounded struct {
	stored              string // a second, or how long a start took
	series, bytes       int
	before, peak, after float64 // resident memory
	refreshed, longest  float64 // seconds
	scores              string  // what is answered to a question for all touchpoints
}

// String are the cells of its row.
func (v *bounded) String() string {
	return fmt.Sprintf(" %s | %d | %d | %s | %s | %s | %s | %s | %s |", v.stored, v.series, v.bytes,
		megabytes(v.before), megabytes(v.peak), megabytes(v.after), seconds(v.refreshed), seconds(v.longest), v.scores)
}

// round is n responses sent in bulk, of so many different keys in some dimensions.
type round struct {
	what      string
	n         int
	different int
	in        []models.Dimension
}

// sendValues sends a round and looks at what came of it, when so many have been sent in all.
func (b *bench) sendValues(ours *process, r round, sent int) (*bounded, error) {
	file, err := b.valuesFile(r, sent)
	if err != nil {
		return nil, err
	}
	var rate float64
	v, err := b.watched(ours, sent, func() error {
		rate, err = b.sendAll(ours, fmt.Sprintf("values-%d", sent), []string{file}, r.n)
		return err
	})
	if err == nil {
		v.stored = perSecond(rate)
	}
	return v, err
}

// startedOn is a server that is started on the database and reads everything.
func (b *bench) startedOn(database string, sent int) (*bounded, error) {
	begun := time.Now()
	ours, err := b.serve(database)
	if err != nil {
		return nil, err
	}
	var page time.Duration
	v, err := b.watched(ours, sent, func() error {
		_, err := ours.series(b)
		page = time.Since(begun)
		return err
	})
	if err == nil {
		v.stored = fmt.Sprintf("ready in %s, first page in %s", seconds(ours.Took.Seconds()), seconds(page.Seconds()))
	}
	return v, err
}

// watched does something while the server's memory and refreshes are watched, until the series tell of all that was sent.
func (b *bench) watched(ours *process, sent int, do func() error) (v *bounded, err error) {
	v = &bounded{}
	if v.before, err = ours.memory(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	watching := make(chan error, 2)
	go func() { v.peak = ours.peak(ctx); watching <- nil }()
	go func() { watching <- b.watchRefreshes(ctx, ours, v) }()
	page, err := b.pageAfter(ours, sent, do)
	if err == nil {
		v.series, v.bytes = countSeries(page), len(page)
		v.scores, err = b.askAll(ours)
	}
	stop()
	err = errors.Join(err, <-watching, <-watching)
	if err == nil {
		v.after, err = ours.memory()
	}
	return v, err
}

// pageAfter is the page of the series once they count all that was sent.
func (b *bench) pageAfter(ours *process, sent int, do func() error) ([]byte, error) {
	if err := do(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(2 * time.Minute); ; {
		page, err := ours.series(b)
		if err != nil {
			return nil, err
		}
		err = addsUp(page, sent)
		if err == nil || time.Now().After(end) {
			return page, err
		}
		select {
		case <-b.ctx.Done():
			return nil, b.ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// addsUp fails unless each of the families that count answers counts as many as were sent.
func addsUp(page []byte, sent int) error {
	sums := map[string]int{}
	for line := range bytes.Lines(page) {
		for name, label := range map[string]string{"cx_responses_total{": "", "cx_window_responses{": `window="365d"`, "cx_score_sample_size{": `level="company",window="365d"`} {
			if !bytes.HasPrefix(line, []byte(name)) || !bytes.Contains(line, []byte(label)) {
				continue
			}
			_, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte("} "))
			n, err := strconv.ParseFloat(string(value), 64)
			if err != nil {
				return fmt.Errorf("%s: %w", line, err)
			}
			sums[name] += int(n)
		}
	}
	for name, sum := range sums {
		if sum != sent {
			return fmt.Errorf("%s…} add up to %d, %d were sent", name, sum, sent)
		}
	}
	if len(sums) != 3 {
		return fmt.Errorf("some counts are not shown: %v", sums)
	}
	return nil
}

// watchRefreshes notes how long the refreshes take until the context ends.
func (b *bench) watchRefreshes(ctx context.Context, ours *process, v *bounded) error {
	firstCount, firstSum, err := b.refreshes(ours)
	if err != nil {
		return err
	}
	for count, sum := firstCount, firstSum; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(50 * time.Millisecond):
		}
		newCount, newSum, err := b.refreshes(ours)
		if err != nil {
			return err
		}
		if newCount > count {
			v.longest = max(v.longest, (newSum-sum)/(newCount-count))
			v.refreshed = (newSum - firstSum) / (newCount - firstCount)
		}
		count, sum = newCount, newSum
	}
}

// askAll tells what is answered to a question for the score of every touchpoint.
func (b *bench) askAll(ours *process) (string, error) {
	request, err := http.NewRequestWithContext(b.ctx, http.MethodGet, "http://"+ours.Address+"/v1/scores?metric=csat&group_by=touchpoint&window=28d", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+running.AdminKey)
	begun := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return "", err
	}
	took := time.Since(begun)
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusBadRequest {
		return "", fmt.Errorf("%s: %s: %.300s", request.URL, response.Status, &body)
	}
	return fmt.Sprintf("%d, %d bytes in %s", response.StatusCode, body.Len(), seconds(took.Seconds())), nil
}

// valuesFile has the responses of a round, with one csat answer each.
func (b *bench) valuesFile(r round, sent int) (string, error) {
	name := filepath.Join(b.dir, "values.ndjson")
	file, err := os.Create(name)
	if err != nil {
		return "", err
	}
	out := bufio.NewWriter(file)
	for i := range r.n {
		keys := models.Keys{fmt.Sprint("survey-", i%2), fmt.Sprint("touchpoint-", i%combinations), fmt.Sprint("channel-", i%5), fmt.Sprint("segment-", i%4), fmt.Sprint("team-", i%8)}
		for _, d := range r.in {
			keys[d] = fmt.Sprintf("%s-of-its-own-%d", d, i%r.different)
		}
		fmt.Fprintf(out, `{"submission_id":"values-%d-%d"`, sent, i)
		for d, key := range keys {
			fmt.Fprintf(out, `,"%s":"%s"`, models.Dimension(d), key)
		}
		fmt.Fprintf(out, `,"metric":"csat","score":%d}`+"\n", 1+i%scores)
	}
	return name, errors.Join(out.Flush(), file.Close())
}
