package models

// Dimension is one of the keys that every answer is counted by.
type Dimension int

// The dimensions, in the order of the columns of the rollups.
const (
	Survey Dimension = iota
	Touchpoint
	Channel
	Segment
	Team
	dimensions // their number
)

// Dimensions are all of them, in order.
func Dimensions() [dimensions]Dimension {
	return [dimensions]Dimension{Survey, Touchpoint, Channel, Segment, Team}
}

// String is the dimension's name in JSON, SQL and labels.
func (d Dimension) String() string {
	return [dimensions]string{"survey", "touchpoint", "channel", "segment", "team"}[d]
}

// Keys holds a value for each dimension; "" says that none was given.
type Keys [dimensions]string

// OtherKey stands for every new key past the bound on how many keys a dimension may have.
const OtherKey = "other"

// Level is what a score is told for: the whole company, each value of a dimension, or each journey.
type Level string

// The levels. Company scores, segments and touchpoints are never mixed in one number.
const (
	CompanyLevel Level = "company"
	JourneyLevel Level = "journey" // the touchpoints of the catalog's journeys
)

// Levels are all of them: company, each dimension's, journey.
func Levels() []Level {
	levels := []Level{CompanyLevel}
	for _, d := range Dimensions() {
		levels = append(levels, Level(d.String()))
	}
	return append(levels, JourneyLevel)
}

// Dimension is the dimension that tells the groups of the level apart; false
// for company, which has but one. A journey's are told apart by touchpoint.
func (l Level) Dimension() (Dimension, bool) {
	if l == JourneyLevel {
		return Touchpoint, true
	}
	for _, d := range Dimensions() {
		if d.String() == string(l) {
			return d, true
		}
	}
	return 0, false
}

const (
	maxName        = 200  // characters
	maxDescription = 2000 // characters
	keyRule        = "must be 1 to 100 letters A–Z or a–z, digits, '.', '_', ':' or '-', starting with a letter or digit"
)

const maxKey = 100 // characters

// validKey reports whether keyRule holds. By hand: a regular expression took 7 % of the time that storing many takes.
func validKey(key string) bool {
	for i := range len(key) {
		c := key[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '.' && c != '_' && c != ':' && c != '-') {
			return false
		}
	}
	return key != "" && len(key) <= maxKey
}
