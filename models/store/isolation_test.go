package store

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// neighbour is a workspace full of things, and all that is known of them.
type neighbour struct {
	responseID, keyID string
	hook              models.Webhook
	delivery          models.Delivery
	source            models.Source
	unmapped          models.Unmapped
	attempt           models.Attempt
	seen              map[string]any // what every method that reads gives
}

// fill puts one of everything into the workspace. Everything holds the mark; the keys are the same in all workspaces.
func (h house) fill(t *testing.T, workspace, mark string) neighbour {
	t.Helper()
	h.workspace(t, workspace)
	hook := h.hook(t, workspace, models.ResponseCreatedEvent, models.ScoreDroppedEvent)
	n := neighbour{hook: hook, responseID: h.commit(t, workspace, nps(9, `"submission_id":"s"`, `"touchpoint":"visit"`, `"person":"p"`, `"comment":"`+mark+`"`))[0]}
	for _, e := range []models.Entry{
		{Kind: "touchpoint", Key: "visit", Name: mark}, {Kind: "touchpoint", Key: "only-" + mark, Name: mark},
		{Kind: "journey", Key: "loan", Name: mark, Touchpoints: []string{"only-" + mark}},
	} {
		if _, _, err := h.PutEntry(t.Context(), workspace, e); err != nil {
			t.Fatal(err)
		}
	}
	m := comfort()
	m.Name = mark
	if _, err := h.PutMetric(t.Context(), workspace, m); err != nil {
		t.Fatal(err)
	}
	if _, err := h.PutTarget(t.Context(), workspace, targetOf(mark)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.PutModel(t.Context(), workspace, modelOf(mark)); err != nil {
		t.Fatal(err)
	}
	h.define(t, workspace, models.KPI{Key: "sales", Name: mark})
	h.define(t, workspace, models.KPI{Key: "only-" + mark, Name: mark})
	h.observe(t, workspace, "sales", `{"period":"month","start":"2026-10-01","value":`+strconv.Itoa(len(mark)+int(mark[0]))+`}`, `{"period":"month","start":"2026-10-01","value":3,"person":"`+mark+`"}`)
	if _, err := h.PutKPITarget(t.Context(), workspace, kpiTargetOf(mark)); err != nil {
		t.Fatal(err)
	}
	key, err := h.CreateKey(t.Context(), models.Key{Workspace: workspace, Name: mark, Scopes: models.Scopes(), Hash: models.HashToken(mark)})
	if err != nil {
		t.Fatal(err)
	}
	n.keyID = key.ID
	h.commit(t, workspace, staff(mark, 10, 6, 4)...)
	h.invite(t, workspace, false, `{"person":"`+mark+`","invitation_id":"in `+mark+`","survey":"`+mark+`"}`, `{"day":"2026-11-10","n":`+strconv.Itoa(int(mark[0]))+`}`)
	if err := h.PutInvitationPolicy(t.Context(), workspace, models.InvitationPolicy{RestDays: int(mark[0])}); err != nil {
		t.Fatal(err)
	}
	n.source, n.unmapped = h.receiving(t, workspace, mark)
	n.delivery = h.deliveriesOf(t, hook)[0]
	n.attempt = try("key", mark)
	h.begin(t, workspace, n.attempt)
	h.end(t, workspace, n.attempt, mark)
	h.sql(t, `UPDATE rollups SET n = n + 10 WHERE workspace = '`+workspace+`'`) // for Verify to find
	n.seen = h.look(t, workspace)
	return n
}

// look is all that can be read of a workspace, by the method that reads it.
func (h house) look(t *testing.T, workspace string) map[string]any {
	t.Helper()
	touchpoint := models.Touchpoint
	seen := map[string]any{}
	see := func(method string) func(any, error) {
		return func(got any, err error) {
			if err != nil {
				t.Fatalf("%s of %s: %v", method, workspace, err)
			}
			seen[method] = got
		}
	}
	see("FindResponses")(h.FindResponses(t.Context(), workspace, models.ResponseFilter{Limit: 10}))
	see("FindCounts")(h.FindCounts(t.Context(), workspace, models.CountQuery{Metric: "nps", Period: everyDay(), By: &touchpoint}))
	see("FindArrivals")(h.FindArrivals(t.Context(), workspace))
	see("FindEntries")(h.FindEntries(t.Context(), workspace, ""))
	see("FindMetrics")(h.FindMetrics(t.Context(), workspace))
	see("FindKeys")(h.FindKeys(t.Context(), workspace))
	see("FindModels")(h.FindModels(t.Context(), workspace))
	see("FindTargets")(h.FindTargets(t.Context(), workspace))
	see("FindKPIs")(h.FindKPIs(t.Context(), workspace))
	see("KPIByKey")(h.KPIByKey(t.Context(), workspace, "sales"))
	see("FindKPITargets")(h.FindKPITargets(t.Context(), workspace))
	see("FindObservations")(h.FindObservations(t.Context(), workspace, "sales", models.ObservationFilter{WithPersons: true, Limit: 10}))
	var parts []models.KPIPart
	err := h.EachKPIPart(t.Context(), workspace, "sales", everyDay(), func(p models.KPIPart) error { parts = append(parts, p); return nil })
	see("EachKPIPart")(parts, err)
	see("FiguresOfPersons")(h.FiguresOfPersons(t.Context(), workspace, "sales", models.Period{}))
	var figures []models.PersonFigure
	err = h.EachPersonFigure(t.Context(), workspace, models.ValueQuery{Metric: models.StandardMetrics()["nps"], KPI: turnover("sales"), Length: models.MonthLength, Period: everyDay()},
		func(f models.PersonFigure) error { figures = append(figures, f); return nil })
	slices.SortFunc(figures, func(a, b models.PersonFigure) int { return cmp.Compare(a.Figure, b.Figure) })
	see("EachPersonFigure")(figures, err)
	var conversions []models.ConversionCount
	err = h.EachConversion(t.Context(), workspace, models.ConversionQuery{Metric: models.StandardMetrics()["nps"], Period: everyDay()},
		func(c models.ConversionCount) error { conversions = append(conversions, c); return nil })
	see("EachConversion")(conversions, err)
	see("WorkspaceByKey")(h.WorkspaceByKey(t.Context(), workspace))
	see("FindComments")(h.FindComments(t.Context(), workspace, models.StandardMetrics()["nps"], models.CommentFilter{Metric: "nps", Period: everyDay(), Limit: 10}))
	see("AnonymityByWorkspace")(h.AnonymityByWorkspace(t.Context(), workspace))
	see("RetentionByWorkspace")(h.RetentionByWorkspace(t.Context(), workspace))
	see("InvitationPolicyByWorkspace")(h.InvitationPolicyByWorkspace(t.Context(), workspace))
	see("FindInvitationArrivals")(h.FindInvitationArrivals(t.Context(), workspace))
	see("FindLastInvited")(h.FindLastInvited(t.Context(), workspace, []string{"shop", "bank"}, everyDay()))
	see("FindInvitationsOf")(h.FindInvitationsOf(t.Context(), workspace, "shop", "", 10))
	see("FindObservationsOf")(h.FindObservationsOf(t.Context(), workspace, "shop", "", 10))
	see("FindAudit")(h.FindAudit(t.Context(), workspace, models.AuditFilter{Limit: 100}))
	hooks, err := h.FindWebhooks(t.Context(), workspace)
	see("FindWebhooks")(hooks, err)
	for _, w := range hooks {
		see("FindDeliveries " + w.ID)(h.FindDeliveries(t.Context(), workspace, w.ID, models.DeliveryFilter{Limit: 100}))
	}
	h.lookAtSources(t, workspace, see)
	see("Verify")(h.Verify(t.Context(), workspace, false))
	var counts []models.Count
	err = h.EachCount(t.Context(), workspace, "", everyDay(), func(c models.Count) error { counts = append(counts, c); return nil })
	see("EachCount")(counts, err)
	return seen
}

// everyMethod says of every method of the store how "shop" might get at what is
// "bank"'s, or why it is not a workspace's affair. It returns what shop got, or an error.
func everyMethod(t *testing.T, h house, bank, shop neighbour) map[string]func() (any, error) {
	t.Helper()
	ctx := t.Context()
	yes := true
	inShop := func(method string) func() (any, error) { // must give what it gave before bank was filled
		return func() (any, error) {
			if got := h.look(t, "shop")[method]; !reflect.DeepEqual(got, shop.seen[method]) {
				return got, nil
			}
			return nil, nil
		}
	}
	installation := func() (any, error) { return nil, nil } // of the whole installation, for its own programs
	methods := map[string]func() (any, error){
		"Close": installation, "CheckIntegrity": installation, "Connections": installation, "Ping": installation,
		"FindWorkspaces": installation, "CreateWorkspace": installation, "WorkspaceByKey": inShop("WorkspaceByKey"),
		"FindRevisions": installation, "DeleteOldRevisions": installation, "FormLots": installation, "ForgetInvited": installation, "ForgetAttempts": installation, "ForgetDeliveries": installation, "FindDueWebhooks": installation, "OutboxNow": installation, "DeleteOldAudit": installation, "SettlePersons": installation, // the exporter's, who publishes all workspaces
		"KeyByHash": installation, "NextKeyEnd": installation, // tells the workspace of a token
		"NoteKeyUses": func() (any, error) {
			return nil, h.NoteKeyUses(ctx, []models.KeyUse{{Workspace: "shop", ID: bank.keyID, At: h.now.read()}})
		},
		"RetentionByWorkspace": inShop("RetentionByWorkspace"),
		"PutRetention": func() (any, error) {
			days := models.Retention(30)
			return nil, h.PutRetention(ctx, "shop", &days)
		},
		"BeginAttempt": func() (any, error) { // bank has carried out its own
			_, reply, err := h.BeginAttempt(ctx, "shop", try("key", "bank"))
			return reply, err
		},
		"RenewAttempt":         func() (any, error) { return nil, h.RenewAttempt(ctx, "shop", bank.attempt) },
		"EndAttempt":           func() (any, error) { return nil, h.EndAttempt(ctx, "shop", bank.attempt, []byte("shop")) },
		"FindCounts":           inShop("FindCounts"),
		"FindArrivals":         inShop("FindArrivals"),
		"FindEntries":          inShop("FindEntries"),
		"FindMetrics":          inShop("FindMetrics"),
		"FindComments":         inShop("FindComments"),
		"AnonymityByWorkspace": inShop("AnonymityByWorkspace"),
		"PutAnonymity": func() (any, error) {
			err := h.PutAnonymity(ctx, "shop", models.Anonymity{Employees: 6, EmployeeComments: 11, Customers: 1})
			return nil, err
		},
		"InvitationPolicyByWorkspace": inShop("InvitationPolicyByWorkspace"),
		"PutInvitationPolicy": func() (any, error) {
			return nil, h.PutInvitationPolicy(ctx, "shop", models.InvitationPolicy{RestDays: 7})
		},
		"FindInvitationArrivals": inShop("FindInvitationArrivals"),
		"FindLastInvited":        inShop("FindLastInvited"),
		"FindInvitationsOf":      inShop("FindInvitationsOf"),
		"FindObservationsOf":     inShop("FindObservationsOf"),
		"FindAudit":              inShop("FindAudit"),
		"PersonByHash":           func() (any, error) { return h.PersonByHash(ctx, "shop", sha256.Sum256([]byte("bank"))) },
		"ErasePerson":            func() (any, error) { return h.ErasePerson(ctx, "shop", "bank", "alias", models.DeleteScores) },
		"FindWebhooks":           inShop("FindWebhooks"),
		"WebhookByID":            func() (any, error) { return h.WebhookByID(ctx, "shop", bank.hook.ID) },
		"DeleteWebhook":          func() (any, error) { return nil, h.DeleteWebhook(ctx, "shop", bank.hook.ID) },
		"TryWebhook":             func() (any, error) { return h.TryWebhook(ctx, "shop", bank.hook.ID) },
		"FindDeliveries": func() (any, error) {
			return h.FindDeliveries(ctx, "shop", bank.hook.ID, models.DeliveryFilter{Limit: 10})
		},
		"DeliveryByID":   func() (any, error) { return h.DeliveryByID(ctx, "shop", bank.hook.ID, bank.delivery.ID) },
		"Redeliver":      func() (any, error) { return h.Redeliver(ctx, "shop", bank.hook.ID, bank.delivery.ID) },
		"RedeliverDead":  func() (any, error) { return h.RedeliverDead(ctx, "shop", bank.hook.ID) },
		"TakeDeliveries": func() (any, error) { return h.TakeDeliveries(ctx, "shop", bank.hook.ID, 10) },
		"SettleDeliveries": func() (any, error) {
			dead := bank.delivery
			dead.State, dead.NextAttemptAt = models.Dead, nil
			return nil, h.SettleDeliveries(ctx, "shop", bank.hook.ID, []models.Delivery{dead}, "it is gone")
		},
		"CreateWebhook": func() (any, error) {
			_, err := h.CreateWebhook(ctx, models.Webhook{Workspace: "shop", URL: "https://shop.example", Events: models.Events(), Secrets: []models.SecretUse{}})
			return nil, err
		},
		"ChangeWebhook": func() (any, error) {
			return h.ChangeWebhook(ctx, "shop", bank.hook.ID, models.WebhookChanged, func(w *models.Webhook) error { w.Paused = true; return nil })
		},
		"AnnounceDrops": func() (any, error) { // bank is told of the same
			_, err := h.AnnounceDrops(ctx, "shop", []models.ScoreDrop{{Metric: "nps", Level: models.CompanyLevel, Arm: "day", Since: 20_000, Until: 20_001}})
			return nil, err
		},
		"RecordAct": func() (any, error) { return nil, h.RecordAct(ctx, "shop", models.AuditEntry{Act: models.PersonRead}) },
		"CommitInvitations": func() (any, error) { // the invitation_id, the person and the day's number are known in bank
			outcomes, err := h.CommitInvitations(ctx, "shop", h.acceptInvitations(t, "shop",
				`{"person":"bank","invitation_id":"in bank","survey":"bank"}`, `{"day":"2026-11-10","n":1,"source":"new"}`), true)
			return asked(outcomes) != "new new", err
		},
		"FindKeys":    inShop("FindKeys"),
		"FindModels":  inShop("FindModels"),
		"DeleteModel": func() (any, error) { return nil, h.DeleteModel(ctx, "shop", "csat") }, // which bank has
		"PutModel": func() (any, error) {
			_, created, err := h.PutModel(ctx, "shop", models.CompanyModel{Metric: "csat", Level: "segment", Weights: map[string]float64{"shop": 1}})
			return !created, err
		},
		"FindTargets":  inShop("FindTargets"),
		"DeleteTarget": func() (any, error) { return nil, h.DeleteTarget(ctx, "shop", targetOf("bank")) },
		"PutTarget": func() (any, error) {
			created, err := h.PutTarget(ctx, "shop", targetOf("bank"))
			return !created, err
		},
		"FindKPIs":         inShop("FindKPIs"),
		"KPIByKey":         inShop("KPIByKey"),
		"FindKPITargets":   inShop("FindKPITargets"),
		"FindObservations": inShop("FindObservations"),
		"EachKPIPart":      inShop("EachKPIPart"),
		"FiguresOfPersons": inShop("FiguresOfPersons"),
		"EachPersonFigure": inShop("EachPersonFigure"),
		"EachConversion":   inShop("EachConversion"),
		"DeleteKPI":        func() (any, error) { return nil, h.DeleteKPI(ctx, "shop", "only-bank") },
		"DeleteKPITarget":  func() (any, error) { return nil, h.DeleteKPITarget(ctx, "shop", kpiTargetOf("bank")) },
		"PutKPITarget": func() (any, error) {
			created, err := h.PutKPITarget(ctx, "shop", kpiTargetOf("bank"))
			return !created, err
		},
		"PutKPI": func() (any, error) {
			_, created, err := h.PutKPI(ctx, "shop", turnover("only-bank"))
			return !created, err
		},
		"CommitObservations": func() (any, error) { // the same person and period are known in bank
			outcomes, err := h.CommitObservations(ctx, "shop", "sales",
				h.acceptObservations(t, "shop", "sales", `{"period":"month","start":"2026-10-01","value":9,"person":"bank"}`), models.EachByItself)
			return !outcomes[0].New, err
		},
		"EachCount":     inShop("EachCount"),
		"FindResponses": inShop("FindResponses"),
		"ResponseByID":  func() (any, error) { return h.ResponseByID(ctx, "shop", bank.responseID) },
		"UpdateResponse": func() (any, error) {
			return h.UpdateResponse(ctx, "shop", bank.responseID, models.Patch{Excluded: &yes})
		},
		"ExpireResponses": func() (any, error) { // all that was given before now
			deleted := 0
			err := h.ExpireResponses(ctx, "shop", 0, func(n int) error { deleted += n; return nil })
			return deleted != 6, err
		},
		"EraseResponse": func() (any, error) { return nil, h.EraseResponse(ctx, "shop", bank.responseID) },
		"EntryByKey":    func() (any, error) { return h.EntryByKey(ctx, "shop", "touchpoint", "only-bank") },
		"DeleteEntry":   func() (any, error) { return nil, h.DeleteEntry(ctx, "shop", "touchpoint", "only-bank") },
		"RevokeKey":     func() (any, error) { return nil, h.RevokeKey(ctx, "shop", bank.keyID) },
		"CreateKey": func() (any, error) {
			k, err := h.CreateKey(ctx, models.Key{Workspace: "shop", Name: "another", Scopes: models.Scopes()})
			return nil, firstError(err, h.RevokeKey(ctx, "shop", k.ID))
		},
		"PutEntry": func() (any, error) {
			_, created, err := h.PutEntry(ctx, "shop", models.Entry{Kind: "touchpoint", Key: "only-bank", Name: "shop's own"})
			return !created, err
		},
		"PutMetric": func() (any, error) { // nobody has answered it in shop
			m := comfort()
			m.Scale = score.Scale{Min: 0, Max: 1, Better: score.Higher, Top: 1, Headline: score.Share}
			created, err := h.PutMetric(ctx, "shop", m)
			return created, err
		},
		"Prepare": func() (any, error) {
			outcomes, err := h.Prepare("shop", h.accept(t, "shop", nps(0, `"submission_id":"prepared"`)))(ctx)()
			return !outcomes[0].New, err
		},
		"Commit": func() (any, error) { // the submission_id is known in bank, with other content
			outcomes, err := h.Commit(ctx, "shop", h.accept(t, "shop", nps(0, `"submission_id":"in bank"`)))
			return !outcomes[0].New, err
		},
		"Verify": func() (any, error) { found, err := h.Verify(ctx, "shop", true); return len(found) != 6, err },
	}
	maps.Copy(methods, methodsOfSources(t, h, bank, inShop))
	return methods
}

func TestNoMethodReachesIntoAnotherWorkspace(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		shop := h.fill(t, "shop", "shop")
		bank := h.fill(t, "bank", "bank")
		h.commit(t, "bank", `{"metric":"comfort","score":3,"submission_id":"in bank"}`)
		if _, _, err := h.PutModel(t.Context(), "bank", models.CompanyModel{Metric: "csat", Level: "segment", Weights: map[string]float64{"bank": 1}}); err != nil {
			t.Fatal(err)
		}
		bank.seen = h.look(t, "bank")
		methods := everyMethod(t, h, bank, shop)
		store := reflect.TypeOf(h.Store)
		for i := range store.NumMethod() {
			if name := store.Method(i).Name; methods[name] == nil {
				t.Errorf("%s is not in the list: say how one workspace might reach another by it", name)
			}
		}
		for _, name := range slices.SortedFunc(keysOf(methods), readingFirst) {
			got, err := methods[name]()
			if code := models.ErrorCode(err); err != nil && code != models.NotFound {
				t.Errorf("%s: %v", name, err)
			} else if err == nil && !nothing(got) {
				t.Errorf("%s gave shop %+v", name, got)
			}
			if !reflect.DeepEqual(h.look(t, "bank"), bank.seen) {
				t.Fatalf("%s of shop changed bank", name)
			}
		}
		if revisions := h.revisions(t, time.Time{}); len(revisions) == 0 {
			t.Error("there are no revisions")
		}
	})
}

// An id is an application's word: two may say the same.
func TestTheSameIDInTwoWorkspacesIsTwoResponses(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		id := NewID()
		put := func(workspace, touchpoint string) {
			t.Helper()
			rules := models.Rules{Workspace: workspace, Metrics: models.StandardMetrics(), Zone: time.UTC, Now: h.now.read(), NewID: func() string { return id }}
			accepted, err := models.Submission{Touchpoint: touchpoint, Metric: "nps", Score: &models.Value{N: 9}}.Check(rules)
			if err != nil {
				t.Fatal(err)
			}
			if o, err := h.Commit(t.Context(), workspace, []models.Accepted{accepted}); err != nil || o[0] != (models.Outcome{ID: id, New: true}) {
				t.Fatalf("%+v, %v", o, err)
			}
		}
		put("shop", "till")
		put("bank", "desk")
		filter := models.ResponseFilter{Limit: 10}
		filter.Keys[models.Touchpoint] = "desk"
		if found, err := h.FindResponses(t.Context(), "shop", filter); err != nil || len(found) != 0 {
			t.Errorf("bank's touchpoint finds in shop %+v, %v", found, err)
		}
		r, err := h.ResponseByID(t.Context(), "shop", id)
		if err != nil || len(r.Answers) != 1 || r.Answers[0].Touchpoint != "till" {
			t.Errorf("%+v, %v", r, err)
		}
		yes := true
		_, err = h.UpdateResponse(t.Context(), "shop", id, models.Patch{Excluded: &yes})
		if err := firstError(err, h.EraseResponse(t.Context(), "shop", id)); err != nil {
			t.Fatal(err)
		}
		left, err := h.ResponseByID(t.Context(), "bank", id)
		if err != nil || left.Excluded || len(left.Answers) != 1 {
			t.Errorf("%+v, %v", left, err)
		}
		h.isExact(t, "bank")
		h.isExact(t, "shop")
	})
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// readingFirst orders methods by their names: those that read, those that need what is there, those that make things.
func readingFirst(a, b string) int {
	rank := func(name string) int {
		return slices.IndexFunc([]*regexp.Regexp{
			regexp.MustCompile(`^(Find|Each)|By`), regexp.MustCompile(`^(Update|Erase|Delete|Revoke)`), regexp.MustCompile(``),
		}, func(kind *regexp.Regexp) bool { return kind.MatchString(name) })
	}
	return rank(a) - rank(b)
}

// nothing reports whether a method gave nothing of another's.
func nothing(got any) bool {
	v := reflect.ValueOf(got)
	return got == nil || v.IsZero() || (v.Kind() == reflect.Slice && v.Len() == 0)
}
