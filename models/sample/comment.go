package sample

import (
	"math/rand/v2"

	"github.com/mittari/mittari/models/score"
)

// topic is what a remark is about, and whether it is content or not.
type topic struct {
	name     string // of an encounter, or queueing
	category score.Category
}

// queueing is what those speak of whom the planted drop hit.
const queueing = "queueing"

// remark is one thing that people say, in each of their languages.
type remark struct {
	topic
	fi, sv, en string
}

func (r remark) in(language string) string {
	switch language {
	case "fi":
		return r.fi
	case "sv":
		return r.sv
	}
	return r.en
}

// comment draws what the person adds to an answer of the category; mostly nothing.
// The discontent say more, and who speaks without having been asked always says why.
func (b *Bank) comment(r *rand.Rand, o occasion, c score.Category) string {
	talkative := [3]float64{score.Top: 0.12, score.Middle: 0.15, score.Bottom: 0.4}[c]
	if !o.spontaneous && r.Float64() >= talkative {
		return ""
	}
	said := b.remarks[topic{o.name(), c}]
	if o.worse && c == score.Bottom {
		said = b.remarks[topic{queueing, c}]
	}
	if len(said) == 0 { // the staff are not asked for comments: words can give a person away
		return ""
	}
	return said[r.IntN(len(said))].in(o.person.language)
}
