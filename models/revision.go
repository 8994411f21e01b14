package models

import "time"

// Revision says that the rollups of a metric's day, or with an empty Metric the
// catalogs of a workspace, are not what they were. Every commit leaves some,
// for the exporters of all replicas; they are kept for RevisionLife.
type Revision struct {
	ID        string // a UUIDv7
	Workspace string
	Metric    string
	Day       Day
	At        time.Time
}

// RevisionLife is how long a revision is kept at least. A reader that paused
// for longer has to read everything again.
const RevisionLife = 10 * time.Minute

// ArrivalCount is how many answers of one kind have ever arrived. It never goes down.
type ArrivalCount struct {
	Arrival
	N int64
}

// Difference is a rollup row that is not what the raw answers add up to.
type Difference struct {
	Workspace string
	Count     Count // N is what the answers add up to
	Stored    int64 // what the rollup says
}
