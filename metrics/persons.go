package metrics

import (
	"maps"
	"slices"

	"github.com/mittari/mittari/models"
)

// personsText is the name of the text of what is linked with persons; no metric's key holds a slash.
const personsText = "persons/"

// maxQuestions is how many questions about persons a workspace may have: metrics
// by KPIs. Further ones, in the order of the keys, are not asked.
const maxQuestions = 100

// question is what is asked of persons' answers to a metric: what they are
// worth by a KPI, or, without one, how people's minds changed.
type question struct{ metric, kpi string }

// persons is what a workspace tells of persons. The questions take the database
// long, so that they are asked beside the refreshing of scores, and only when the answer may be another.
type persons map[question]*told

// told is the answer to a question as it was last asked.
type told struct {
	metric      models.Metric
	kpi         models.KPI
	today       models.Day
	stale       bool                 // or not asked yet
	value       *models.PersonValue  // nil: there are no figures of persons
	conversions []models.Conversions // by window
}

// stalePersons notes which answers may not be what they were. Those to what
// people are worth depend on no answer that was given since the figures' year began.
func (w *workspace) stalePersons(changed change) {
	for q, t := range w.persons {
		t.stale = t.stale || changed.kpis[q.kpi]
		for day := range changed.days[q.metric] {
			t.stale = t.stale || t.value == nil || day < t.value.Answered()
		}
	}
}

// staleAllPersons has everything asked again; what was told stays until then.
func (w *workspace) staleAllPersons() {
	for _, t := range w.persons {
		t.stale = true
		w.dirty[personsText] = true
	}
}

// adoptPersons has nothing told any more that may not be, now that the catalog is c.
func (w *workspace) adoptPersons(c catalog) {
	if len(w.persons) > 0 && !(maps.Equal(w.catalog.metrics, c.metrics) && slices.Equal(w.catalog.kpis, c.kpis)) {
		w.dirty[personsText] = true
	}
}

// questions are those that may be asked, by KPI, then by metric.
func (w *workspace) questions() []question {
	var questions []question
	kpis := []models.KPI{{}}
	for _, k := range append(kpis, w.catalog.kpis...) {
		for _, key := range w.catalog.metrics.Keys() {
			q := question{key, k.Key}
			if w.tallies[key] != nil && w.mayAsk(q) {
				questions = append(questions, q)
			}
		}
	}
	return questions[:min(len(questions), maxQuestions)]
}

// mayAsk reports whether a question is about what may be linked with persons.
func (w *workspace) mayAsk(q question) bool {
	metric, known := w.catalog.metrics[q.metric]
	if q.kpi == "" {
		return known && models.ByPersonRefused(metric, nil) == nil
	}
	k, found := w.kpiByKey(q.kpi)
	return known && found && models.ByPersonRefused(metric, &k) == nil
}

func (w *workspace) kpiByKey(key string) (models.KPI, bool) {
	at := slices.IndexFunc(w.catalog.kpis, func(k models.KPI) bool { return k.Key == key })
	if at < 0 {
		return models.KPI{}, false
	}
	return w.catalog.kpis[at], true
}

// asking is a question to be asked now, with all that it takes.
type asking struct {
	question
	workspace string
	metric    models.Metric
	kpi       models.KPI
	today     models.Day
}

// due are the questions whose answers may be others than those that are told.
func (w *workspace) due() []asking {
	var due []asking
	for _, q := range w.questions() {
		o := asking{question: q, workspace: w.model.Key, metric: w.catalog.metrics[q.metric], today: w.today}
		o.kpi, _ = w.kpiByKey(q.kpi)
		t := w.persons[q]
		if t == nil || t.stale || t.metric != o.metric || t.kpi != o.kpi || q.kpi == "" && t.today != w.today {
			due = append(due, o)
		}
	}
	return due
}

// ask notes that the question is being asked: what changes from now on makes the answer stale.
func (w *workspace) ask(q question) {
	t := w.persons[q]
	if t == nil {
		t = &told{}
		w.persons[q] = t
	}
	t.stale = false
}

// tell takes over the answer to a question, stale by now or not.
func (w *workspace) tell(o asking, value *models.PersonValue, conversions []models.Conversions) {
	stale := w.persons[o.question] != nil && w.persons[o.question].stale
	w.persons[o.question] = &told{o.metric, o.kpi, o.today, stale, value, conversions}
	w.dirty[personsText] = true
}
