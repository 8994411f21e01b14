package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Act is a thing done that the audit log tells of: what is administered, what is
// read or erased of persons, and what is exported that may tell of them. Storing answers and figures is none.
type Act string

// The acts. What is not done, since it is refused or fails, is not recorded, and neither is what
// changes nothing: catalogs are declared again and again.
const (
	KeyCreated          Act = "key.created"
	KeyRevoked          Act = "key.revoked"
	WorkspaceCreated    Act = "workspace.created"
	AnonymityRaised     Act = "anonymity.raised"
	EntryPut            Act = "catalog.put" // a survey, touchpoint, channel, segment, team or journey
	EntryDeleted        Act = "catalog.deleted"
	RetentionPut        Act = "retention.put"
	MetricPut           Act = "metric.put"
	TargetPut           Act = "target.put"
	TargetDeleted       Act = "target.deleted"
	ModelPut            Act = "model.put"
	ModelDeleted        Act = "model.deleted"
	KPIPut              Act = "kpi.put"
	KPIDeleted          Act = "kpi.deleted" // with its observations
	KPITargetPut        Act = "kpi_target.put"
	KPITargetDeleted    Act = "kpi_target.deleted"
	InvitationPolicyPut Act = "invitation_policy.put"
	ResponseExcluded    Act = "response.excluded"
	ResponseIncluded    Act = "response.included" // again
	ResponseChanged     Act = "response.changed"  // its tags or properties
	ResponseErased      Act = "response.erased"
	PersonRead          Act = "person.read"
	PersonErased        Act = "person.erased"
	ResponsesExported   Act = "responses.exported"    // everything that a filter selects, as a file of the form that the object tells
	FiguresExported     Act = "observations.exported" // of a KPI, with those of persons
	RollupsRepaired     Act = "rollups.repaired"
	ResponsesExpired    Act = "responses.expired" // deleted as older than they are kept
	WebhookCreated      Act = "webhook.created"
	WebhookChanged      Act = "webhook.changed"
	WebhookDeleted      Act = "webhook.deleted"
	WebhookPaused       Act = "webhook.paused" // by the server, since its receiver is gone
	WebhookTried        Act = "webhook.tested"
	SecretRotated       Act = "webhook.secret_rotated"
	DeliveryRepeated    Act = "webhook.redelivered"

	SourcePut       Act = "source.put"     // with secrets as 1 in its counts where it got another secret
	SourceDeleted   Act = "source.deleted" // with the payloads that were kept of it
	UnmappedDeleted Act = "unmapped.deleted"
	UnmappedRetried Act = "unmapped.retried" // begun
)

// Acts are all of them.
func Acts() []Act {
	return []Act{KeyCreated, KeyRevoked, WorkspaceCreated, AnonymityRaised, RetentionPut, EntryPut, EntryDeleted, MetricPut, TargetPut, TargetDeleted, ModelPut, ModelDeleted,
		KPIPut, KPIDeleted, KPITargetPut, KPITargetDeleted, InvitationPolicyPut, ResponseExcluded, ResponseIncluded, ResponseChanged, ResponseErased,
		PersonRead, PersonErased, ResponsesExported, FiguresExported, RollupsRepaired, ResponsesExpired,
		WebhookCreated, WebhookChanged, WebhookDeleted, WebhookPaused, WebhookTried, SecretRotated, DeliveryRepeated,
		SourcePut, SourceDeleted, UnmappedDeleted, UnmappedRetried}
}

// Known reports whether there is such an act.
func (a Act) Known() bool { return slices.Contains(Acts(), a) }

// AuditLife is for how long it is remembered what was done.
const AuditLife = 2 * 365 * 24 * time.Hour

// Actor is who does something, and by which road.
type Actor struct {
	Workspace string `json:"-"`                                                                             // the key's; "" without a key
	KeyID     string `json:"key_id,omitempty" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"` // absent: it was done without a key, at the server's own machine
	Name      string `json:"name,omitempty" example:"HR"`                                                   // the key's
	Route     string `json:"route,omitempty" example:"DELETE /v1/people/:person"`                           // or the command
}

type actorKey struct{}

// WithActor is the context of what the actor does.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf is who does what the context is of; the zero Actor where that is not known.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// AuditEntry is one thing that was done.
type AuditEntry struct {
	ID     string           `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	At     time.Time        `json:"at" format:"date-time" example:"2026-11-20T08:04:00Z"`
	Act    Act              `json:"act" example:"person.erased"`
	Object string           `json:"object,omitempty" example:"sha256:a35421cb090c557943504ca0696e50b37e390215233f5d07dfb69c3aaf6d74e4"` // the id or key of what it was done to; of a person a hash
	Counts map[string]int64 `json:"counts,omitempty"`                                                                                   // of how much
	Actor
}

// AuditFilter selects entries. Zero fields but Limit select everything.
type AuditFilter struct {
	Act          Act
	Object       string
	KeyID        string
	Since, Until time.Time // Since included, Until not
	Before       string    // those before the one with this id
	Limit        int
}

// Object is what the audit log calls the entry.
func (e Entry) Object() string { return objectOf(e.Kind, e.Key) }

// Object is what the audit log calls the target.
func (t Target) Object() string { return objectOf(t.Metric, string(t.Level), t.Key, t.From) }

// Object is what the audit log calls the target.
func (t KPITarget) Object() string {
	return objectOf(t.KPI, string(t.Period), string(t.Level), t.Key, t.From)
}

// objectOf joins what makes up a key, such as "nps/team/helsinki-3/2026-01-01".
func objectOf(parts ...any) string {
	var said []string
	for _, part := range parts {
		if text := fmt.Sprint(part); text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, "/")
}

// Counts are the thresholds by name, for the audit log.
func (a Anonymity) Counts() map[string]int64 {
	return map[string]int64{"employees": a.Employees, "employee_comments": a.EmployeeComments, "customers": a.Customers}
}
