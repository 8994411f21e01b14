package api

import (
	"encoding/json"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// personPage is how many rows are read at a time: few, since each may be large.
const personPage = 100

// invitationDocument is a person's invitation as clients see it.
type invitationDocument struct {
	ID           string          `json:"id" format:"uuid" example:"01938f6e-7c1a-7d5e-b0a4-3f1de8a2c901"`
	InvitationID string          `json:"invitation_id,omitempty" example:"mail-55120"`
	Audience     models.Audience `json:"audience" example:"customer"`
	Survey       string          `json:"survey,omitempty" example:"relationship"`
	Touchpoint   string          `json:"touchpoint,omitempty" example:"meeting"`
	Channel      string          `json:"channel,omitempty" example:"sms"`
	Segment      string          `json:"segment,omitempty" example:"home-loan"`
	Team         string          `json:"team,omitempty" example:"helsinki-3"`
	InvitedAt    time.Time       `json:"invited_at" format:"date-time" example:"2026-11-20T08:04:00Z"`
}

func invitationDocumentOf(i models.Invitation) invitationDocument {
	return invitationDocument{ID: i.ID, InvitationID: i.InvitationID, Audience: i.Audience, Survey: i.Keys[models.Survey], Touchpoint: i.Keys[models.Touchpoint],
		Channel: i.Keys[models.Channel], Segment: i.Keys[models.Segment], Team: i.Keys[models.Team], InvitedAt: i.InvitedAt}
}

// tellPerson streams a personDocument, some rows at a time, however much is stored. That
// somebody asks is recorded before anything is told.
func (s *server) tellPerson(c *gin.Context, asked models.AskedPerson) error {
	person, err := asked.Check()
	if err != nil {
		return err
	}
	names, err := s.namesOf(c, person)
	if err != nil {
		return err
	}
	kpis, err := s.Store.FindKPIs(c.Request.Context(), workspaceOf(c))
	if err != nil {
		return err
	}
	units := make(map[string]string, len(kpis))
	for _, k := range kpis {
		units[k.Key] = k.Unit
	}
	if err := s.Store.RecordAct(acting(c), workspaceOf(c), models.AuditEntry{Act: models.PersonRead, Object: s.Persons.Alias(person)}); err != nil {
		return err
	}
	c.Header("Content-Type", formJSON+"; charset=utf-8")
	out := memberWriter{c: c, before: "{"}
	if asked.Person != "" {
		out.member("person")
		out.value(asked.Person)
	}
	ctx, workspace := c.Request.Context(), workspaceOf(c)
	err = firstError(
		writeList(&out, "responses", names, func(name, before string) ([]models.Response, error) {
			return s.Store.FindResponses(ctx, workspace, models.ResponseFilter{Person: name, Before: before, Limit: personPage})
		}, func(r models.Response) (string, any) { return r.ID, r }),
		writeList(&out, "invitations", names, func(name, before string) ([]models.Invitation, error) {
			return s.Store.FindInvitationsOf(ctx, workspace, name, before, personPage)
		}, func(i models.Invitation) (string, any) { return i.ID, invitationDocumentOf(i) }),
		writeList(&out, "observations", names, func(name, before string) ([]models.Observation, error) {
			return s.Store.FindObservationsOf(ctx, workspace, name, before, personPage)
		}, func(o models.Observation) (string, any) { return o.ID, observationDocumentOf(o, units[o.KPI]) }),
		s.tellUnmappedOf(c, &out, person),
	)
	out.text("}\n")
	return firstError(err, out.err)
}

// tellUnmappedOf writes the payloads that hold the person's id.
func (s *server) tellUnmappedOf(c *gin.Context, out *memberWriter, person models.Person) error {
	return out.list("unmapped", func(item func(any)) error {
		return s.eachUnmappedOf(c, person, func(source string, u models.Unmapped) error {
			item(s.unmappedDocumentOf(source, u))
			return out.err
		})
	})
}

// memberWriter writes a JSON object member by member; err is the first that went wrong.
type memberWriter struct {
	c      *gin.Context
	before string // what stands before the next member
	err    error
}

func (w *memberWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.c.Writer.WriteString(s)
	}
}

func (w *memberWriter) member(name string) {
	w.text(w.before + `"` + name + `":`)
	w.before = ","
}

func (w *memberWriter) value(v any) {
	text, err := json.Marshal(v)
	w.err = firstError(w.err, err)
	w.text(string(text))
}

// list writes a member with a list, whose items are written one by one.
func (w *memberWriter) list(name string, items func(item func(document any)) error) error {
	w.member(name)
	separator := "["
	err := items(func(document any) {
		w.text(separator)
		w.value(document)
		separator = ","
	})
	if err != nil {
		return err
	}
	if separator == "[" {
		w.text("[")
	}
	w.text("]")
	return w.err
}

// writeList writes what is found under all names, page by page, as a member with a list.
func writeList[T any](w *memberWriter, member string, names []string, find func(name, before string) ([]T, error), row func(T) (id string, document any)) error {
	if w.err != nil {
		return w.err
	}
	return w.list(member, func(item func(any)) error {
		for _, name := range names {
			for before, more := "", true; more; {
				page, err := find(name, before)
				if err != nil {
					return err
				}
				for _, r := range page {
					id, document := row(r)
					before = id
					item(document)
				}
				more = len(page) == personPage && w.err == nil
			}
		}
		return nil
	})
}
