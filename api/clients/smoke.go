// Smoke uses a server by the client that oapi-codegen generates from its document:
// client.gen.go, which is generated beside it by the test and not in git.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	_ "github.com/oapi-codegen/runtime" // the generated client's
	"github.com/oapi-codegen/runtime/types"
)

func main() {
	if err := run(context.Background(), os.Getenv("MITTARI_URL"), os.Getenv("MITTARI_KEY")); err != nil {
		fmt.Fprintln(os.Stderr, "smoke:", err)
		os.Exit(1)
	}
	fmt.Println("smoke: all is well")
}

// smoke is one walk through the API.
type smoke struct {
	*ClientWithResponses
	ctx context.Context
	key string
}

func run(ctx context.Context, url, key string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	client, err := NewClientWithResponses(url, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+key)
		return nil
	}))
	if err != nil {
		return err
	}
	s := smoke{ClientWithResponses: client, ctx: ctx, key: key}
	for _, step := range []func() error{s.responses, s.refused, s.catalog, s.scores, s.kpis, s.keys} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// want is an error unless it holds; what came instead says why.
func want(holds bool, what string, came any) error {
	if holds {
		return nil
	}
	return fmt.Errorf("want %s, came %+v", what, came)
}

func text(s string) *string { return &s }

// responses stores one twice, reads it back, pages through several, and erases it.
func (s smoke) responses() error {
	var score AnswerScore
	var vip PropertyValue
	if err := errors.Join(score.FromScaleValue(9), vip.FromYesNo(true)); err != nil {
		return err
	}
	one := Submission{SubmissionId: text("go-1"), Touchpoint: text("go"), Metric: text("nps"), Score: &score, Comment: text("Quick."), Properties: &map[string]PropertyValue{"vip": vip}}
	created, err := s.CreateResponseWithResponse(s.ctx, nil, one)
	if err != nil {
		return err
	}
	again, err := s.CreateResponseWithResponse(s.ctx, nil, one)
	if err != nil {
		return err
	}
	if created.JSON201 == nil || again.JSON200 == nil || created.JSON201.Id != again.JSON200.Id || again.JSON200.New {
		return fmt.Errorf("stored as %s, then as %s", created.Body, again.Body)
	}
	if err := s.readBack(created.JSON201.Id); err != nil {
		return err
	}
	return s.page(one, created.JSON201.Id)
}

func (s smoke) readBack(id types.UUID) error {
	read, err := s.ResponseByIDWithResponse(s.ctx, id)
	if err != nil {
		return err
	}
	r := read.JSON200
	if r == nil || len(r.Answers) != 1 || r.Answers[0].Metric != "nps" || *r.Answers[0].Comment != "Quick." || r.CreatedAt.IsZero() {
		return fmt.Errorf("read back as %s", read.Body)
	}
	vip, err := (*r.Properties)["vip"].AsYesNo()
	return errors.Join(err, want(vip, "the property vip", read.Body))
}

// page stores two more, reads the three one a page, and erases the first.
func (s smoke) page(one Submission, first types.UUID) error {
	for _, id := range []string{"go-2", "go-3"} {
		one.SubmissionId = &id
		if _, err := s.CreateResponseWithResponse(s.ctx, nil, one); err != nil {
			return err
		}
	}
	limit, pages := 1, 0
	for ask := (FindResponsesParams{Touchpoint: text("go"), Limit: &limit}); ; pages++ {
		page, err := s.FindResponsesWithResponse(s.ctx, &ask)
		if err != nil {
			return err
		}
		if page.JSON200 == nil || len(page.JSON200.Responses) != 1 {
			return fmt.Errorf("page %d is %s", pages, page.Body)
		}
		if ask.Cursor = page.JSON200.NextCursor; ask.Cursor == nil {
			break
		}
	}
	erased, err := s.EraseResponseWithResponse(s.ctx, first)
	if err != nil {
		return err
	}
	return errors.Join(want(pages == 2, "three pages", pages+1), want(erased.StatusCode() == http.StatusNoContent, "204", erased.StatusCode()))
}

// refused is told every fault of a response at once.
func (s smoke) refused() error {
	var score AnswerScore
	if err := score.FromScaleValue(11); err != nil {
		return err
	}
	refused, err := s.CreateResponseWithResponse(s.ctx, nil, Submission{Metric: text("nps"), Score: &score, Language: text("?")})
	if err != nil {
		return err
	}
	p := refused.ApplicationproblemJSON422
	if p == nil || p.Code != CodeInvalid || p.Errors == nil {
		return fmt.Errorf("a score of 11 was answered by %s", refused.Body)
	}
	return want(len(*p.Errors) == 2, "two faults", *p.Errors)
}

// catalog puts a touchpoint, and again only as long as nobody else has.
func (s smoke) catalog() error {
	created, err := s.PutTouchpointWithResponse(s.ctx, "go-desk", nil, EntryBody{Name: text("Desk")})
	if err != nil {
		return err
	}
	if created.JSON201 == nil {
		return fmt.Errorf("the touchpoint was answered by %s", created.Body)
	}
	tag := created.HTTPResponse.Header.Get("ETag")
	for _, status := range []int{http.StatusOK, http.StatusPreconditionFailed} {
		put, err := s.PutTouchpointWithResponse(s.ctx, "go-desk", &PutTouchpointParams{IfMatch: &tag}, EntryBody{Name: text("Front desk")})
		if err != nil {
			return err
		}
		if put.StatusCode() != status {
			return fmt.Errorf("the touchpoint was answered by %s, not %d", put.Status(), status)
		}
	}
	gone, err := s.DeleteTouchpointWithResponse(s.ctx, "go-desk", nil)
	if err != nil {
		return err
	}
	return want(gone.StatusCode() == http.StatusNoContent, "204", gone.Status())
}

// scores are those of the two responses that are left.
func (s smoke) scores() error {
	group, window := LevelTouchpoint, WindowToday
	scores, err := s.FindScoresWithResponse(s.ctx, &FindScoresParams{Metric: "nps", GroupBy: &group, Window: &window, Touchpoint: text("go")})
	if err != nil {
		return err
	}
	if scores.JSON200 == nil || len(scores.JSON200.Scores) != 1 {
		return fmt.Errorf("the scores are %s", scores.Body)
	}
	row := scores.JSON200.Scores[0]
	return want(*row.Score == 100 && *row.SampleSize == 2 && *row.Key == "go" && row.Level == LevelTouchpoint, "NPS 100 of two", string(scores.Body))
}

// kpis records one figure, which comes back to the last digit.
func (s smoke) kpis() error {
	const sales = 184200.51
	october := types.Date{Time: time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)}
	put, err := s.PutKPIWithResponse(s.ctx, "go-sales", nil, KpiBody{Name: "Sales", Kind: KPIKindFinancial, Unit: "EUR", AddsUp: AddsUpSum})
	if err != nil {
		return err
	}
	if put.JSON201 == nil {
		return fmt.Errorf("the KPI was answered by %s", put.Body)
	}
	var value FigureValue
	var body OneOrManyObservations
	if err := value.FromNumber(sales); err != nil {
		return err
	}
	if err := body.FromSubmittedObservation(SubmittedObservation{Period: PeriodLengthMonth, Start: october, Value: value}); err != nil {
		return err
	}
	recorded, err := s.CreateObservationsWithResponse(s.ctx, "go-sales", nil, body)
	if err != nil {
		return err
	}
	if recorded.JSON201 == nil {
		return fmt.Errorf("the figure was answered by %s", recorded.Body)
	}
	values, err := s.FindKPIValuesWithResponse(s.ctx, "go-sales", &FindKPIValuesParams{Period: PeriodLengthMonth, Since: text(october.String())})
	if err != nil {
		return err
	}
	if values.JSON200 == nil || len(values.JSON200.Values) == 0 {
		return fmt.Errorf("the values are %s", values.Body)
	}
	return want(*values.JSON200.Values[0].Value == sales, "184200.51", *values.JSON200.Values[0].Value)
}

// keys makes one that may do less, sees it refused, and revokes it.
func (s smoke) keys() error {
	made, err := s.CreateKeyWithResponse(s.ctx, nil, KeyBody{Name: "smoke", Scopes: []Scope{ScopeResponsesWrite}})
	if err != nil {
		return err
	}
	if made.JSON201 == nil {
		return fmt.Errorf("the key was answered by %s", made.Body)
	}
	refused, err := s.FindKeysWithResponse(s.ctx, func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+made.JSON201.Token)
		return nil
	})
	if err != nil {
		return err
	}
	if p := refused.ApplicationproblemJSON403; p == nil || p.Code != CodeForbidden {
		return fmt.Errorf("the list of keys was answered by %s", refused.Body)
	}
	revoked, err := s.RevokeKeyWithResponse(s.ctx, made.JSON201.Id)
	if err != nil {
		return err
	}
	return want(revoked.StatusCode() == http.StatusNoContent, "204", revoked.Status())
}
