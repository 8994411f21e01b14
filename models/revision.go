package models

import (
	"strings"
	"time"
)

// Revision says that the rollups of a metric's day, with an empty Metric the
// catalogs of a workspace, or a KPI's observations, are not what they were. Every commit leaves some,
// for the exporters of all replicas; they are kept for RevisionLife.
type Revision struct {
	ID        string // another one once there are more of the same thing in the same second
	Workspace string
	Metric    string
	Day       Day
	At        time.Time // to the second
}

// kpiRevision stands in a Revision's Metric before a KPI's key; no metric's key holds a slash.
const kpiRevision = "kpi/"

// KPIRevision says that the observations of a KPI are not what they were.
func KPIRevision(kpi string) Revision { return Revision{Metric: kpiRevision + kpi} }

// KPI is the key of the KPI that the revision is about; false when it is about something else.
func (r Revision) KPI() (key string, is bool) { return strings.CutPrefix(r.Metric, kpiRevision) }

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
