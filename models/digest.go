package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
)

// digest hashes what a submission that was checked says: fields in a fixed
// order, times in UTC. Answers to anonymous metrics are left out: who sent
// guesses under a known submission_id would otherwise be told the right one.
func (s Submission) digest(metrics Metrics) [32]byte {
	c := canonical(make([]byte, 0, 512))
	c.text(s.SubmissionID, s.Survey, s.Touchpoint, s.Channel, s.Segment, s.Team, s.Person, s.Language)
	c.given(s.CollectedAt != nil)
	if s.CollectedAt != nil {
		c.number(instant(*s.CollectedAt).UnixMicro())
	}
	c.given(s.Solicited != nil)
	if s.Solicited != nil {
		c.given(*s.Solicited)
	}
	c.properties(s.Properties)
	c.number(int64(len(s.Tags)))
	c.text(s.Tags...)
	c.number(int64(len(s.Answers)))
	for _, a := range s.Answers {
		c.text(a.Touchpoint, a.Metric)
		if !metrics[a.Metric].Anonymous() {
			c.text(a.Comment)
			c.number(int64(a.Score.N))
			c.given(a.Score.YesNo)
		}
	}
	return sha256.Sum256(c)
}

// canonical is bytes that are equal for what is equal, and for nothing else: each
// text has its length before it.
type canonical []byte

func (c *canonical) text(texts ...string) {
	for _, t := range texts {
		*c = append(binary.AppendUvarint(*c, uint64(len(t))), t...)
	}
}

func (c *canonical) number(n int64) { *c = binary.AppendVarint(*c, n) }

func (c *canonical) given(is bool) {
	if is {
		*c = append(*c, 1)
	} else {
		*c = append(*c, 0)
	}
}

// properties writes the names in order; JSON can hold every property that passes the checks.
func (c *canonical) properties(properties map[string]any) {
	if len(properties) == 0 {
		c.text("")
		return
	}
	written, err := json.Marshal(properties)
	if err != nil {
		panic(err)
	}
	c.text(string(written))
}
