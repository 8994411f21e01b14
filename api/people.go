package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

type peopleStore interface {
	PersonByHash(ctx context.Context, workspace string, hash [32]byte) (string, error)
	FindInvitationsOf(ctx context.Context, workspace, person, before string, limit int) ([]models.Invitation, error)
	FindObservationsOf(ctx context.Context, workspace, person, before string, limit int) ([]models.Observation, error)
	ErasePerson(ctx context.Context, workspace, name, alias string, scores models.Kept) (models.Erasure, error)
}

// personDocument is all that is stored of a person.
type personDocument struct { //nolint:unused // for the OpenAPI document: tellPerson writes it member by member
	Person       string                `json:"person,omitempty" example:"c-1029"` // as it was asked for; absent where that was by a hash
	Responses    []models.Response     `json:"responses"`
	Invitations  []invitationDocument  `json:"invitations"`
	Observations []observationDocument `json:"observations"` // with those that were replaced
	Unmapped     []unmappedDocument    `json:"unmapped"`     // payloads of sources that no response could be made of and that hold the person's id
}

// @Summary		Read all that is stored of a person
// @Description	Responses with their answers, comments, properties and tags; invitations that are remembered; figures of the person,
// @Description	also those that were corrected; payloads of webhooks that could not be mapped and hold the id. It is what a person may ask for by Article 15 of the GDPR, answers to anonymous metrics included:
// @Description	nobody but the person has a right to those, so hand the document on without reading it. Where nothing is stored the lists are empty.
// @Description
// @Description	The document is streamed; a connection that is cut says that something is missing. There is no index of persons: to ask
// @Description	reads the workspace's responses once. Who asked is recorded in the audit log, which calls the person by a hash.
// @Description
// @Description	An id in a path stands in the logs of proxies on the way: POST /v1/people/lookup takes it in a body, and either
// @Description	takes the SHA-256 of it instead. Escape what a path can't hold: `a/b` is `a%2Fb`.
// @ID				personByID
// @Tags			people
// @Security		key[admin]
// @Param			person	path		string	true	"The person's id, or the SHA-256 of it"
// @Param			as		query		string	false	"sha256: the path holds the SHA-256 of the id's UTF-8, 64 hexadecimal digits"	Enums(id, sha256)	default(id)
// @Success		200		{object}	personDocument
// @Failure		422
// @Router			/v1/people/{person} [get]
func (s *server) personByID(c *gin.Context) error {
	q := queryOf(c)
	asked := pathPerson(c, q)
	if err := q.err(); err != nil {
		return err
	}
	return s.tellPerson(c, asked)
}

// @Summary		Read all that is stored of a person named in the body
// @Description	As GET /v1/people/{person}, for an id that is to stand in no log.
// @ID				lookupPerson
// @Tags			people
// @Security		key[admin]
// @Param			person	body		models.AskedPerson	true	"Who"
// @Success		200		{object}	personDocument
// @Router			/v1/people/lookup [post]
func (s *server) lookupPerson(c *gin.Context) error {
	var asked models.AskedPerson
	if err := firstError(noQuery(c), readBody(c, &asked)); err != nil {
		return err
	}
	leaveOpen(c) // with an Idempotency-Key too: what is told of a person is kept nowhere
	return s.tellPerson(c, asked)
}

// erased is what was done.
type erased struct {
	models.Erasure
	Scores models.Kept `json:"scores" example:"keep"`
}

// erasureBody names whom to erase, and how.
type erasureBody struct {
	models.AskedPerson
	Scores models.Kept `json:"scores,omitempty" default:"keep"` // what becomes of what the person answered, and of figures of the person
}

// @Summary		Erase a person
// @Description	Deletes the person's responses with their answers, comments, properties, tags and submission_id for good, and what is remembered of
// @Description	when the person was asked (Article 17 of the GDPR), and payloads of webhooks that could not be mapped and hold the id: as a value, or in a text as a word of four characters or more.
// @Description
// @Description	What was answered stays counted in every score, as numbers that are nobody's, and so do figures of the person in what a KPI adds up to:
// @Description	each is kept under a name of its own, of no person. With `scores=delete` the answers leave every score that they were
// @Description	part of, in the same transaction, and the figures are deleted. Counters never go down, and how many were asked stays. Of employees, figures are of whole lots
// @Description	before and after.
// @Description
// @Description	A few hundred responses are erased at a time; after an error, such as a 503, ask again: it goes on from there. What is still being
// @Description	stored meanwhile may be left, and what is sent later of the person is stored: stop sending first, then erase. Answers that the server has
// @Description	deleted as older than they are kept are nobody's already. Nothing of the person is known then: who sends the same responses again stores
// @Description	new ones, and the person may be asked again. It is recorded in the audit log, which calls the person by a hash.
// @Description
// @Description	What it costs and how else to name the person is told at GET /v1/people/{person}; by a hash it also reads the names of all persons until it finds that one.
// @ID				erasePerson
// @Tags			people
// @Security		key[admin]
// @Param			person	path		string	true	"The person's id, or the SHA-256 of it"
// @Param			as		query		string	false	"sha256: the path holds the SHA-256 of the id's UTF-8, 64 hexadecimal digits"	Enums(id, sha256)	default(id)
// @Param			scores	query		string	false	"delete: what was answered leaves the scores, and figures of the person what KPIs add up to"	Enums(keep, delete)	default(keep)
// @Success		200		{object}	erased	"Erased: how much"
// @Failure		422
// @Router			/v1/people/{person} [delete]
func (s *server) erasePerson(c *gin.Context) error {
	q := queryOf(c)
	body := erasureBody{AskedPerson: pathPerson(c, q), Scores: models.Kept(q.text("scores"))}
	if err := q.err(); err != nil {
		return err
	}
	return s.erase(c, body)
}

// @Summary		Erase a person named in the body
// @Description	As DELETE /v1/people/{person}, for an id that is to stand in no log.
// @ID				erasePersonOf
// @Tags			people
// @Security		key[admin]
// @Param			person	body		erasureBody	true	"Whom, and how"
// @Success		200		{object}	erased		"Erased: how much"
// @Router			/v1/people/erase [post]
func (s *server) erasePersonOf(c *gin.Context) error {
	var body erasureBody
	if err := firstError(noQuery(c), readBody(c, &body)); err != nil {
		return err
	}
	return s.erase(c, body)
}

func (s *server) erase(c *gin.Context, body erasureBody) error {
	person, err := body.Check()
	if body.Scores == "" {
		body.Scores = models.KeepScores
	}
	if err == nil && body.Scores != models.KeepScores && body.Scores != models.DeleteScores {
		var faults models.Faults
		faults.Add("scores", "must be keep or delete")
		err = faults.Err("nothing was erased")
	}
	if err != nil {
		return err
	}
	names, err := s.namesOf(c, person)
	if err != nil {
		return err
	}
	done := erased{Scores: body.Scores}
	for _, name := range names {
		one, err := s.Store.ErasePerson(acting(c), workspaceOf(c), name, s.Persons.Alias(person), body.Scores)
		if err != nil {
			return err
		}
		done.Erasure = done.Add(one)
	}
	if done.Unmapped, err = s.eraseUnmappedOf(c, person); err != nil {
		return err
	}
	if len(names) == 0 && done.Unmapped == 0 {
		err = s.Store.RecordAct(acting(c), workspaceOf(c), models.AuditEntry{Act: models.PersonErased, Object: s.Persons.Alias(person), Counts: done.Counts()})
	}
	if err == nil {
		c.JSON(http.StatusOK, done)
	}
	return err
}

// eraseUnmappedOf deletes the payloads that hold the person's id, and tells how many.
func (s *server) eraseUnmappedOf(c *gin.Context, person models.Person) (int64, error) {
	var ids []string
	err := s.eachUnmappedOf(c, person, func(_ string, u models.Unmapped) error {
		ids = append(ids, u.ID)
		return nil
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	var erased int64
	for some := range slices.Chunk(ids, 500) {
		n, err := s.Store.EraseUnmapped(acting(c), workspaceOf(c), some, s.Persons.Alias(person))
		if err != nil {
			return erased, err
		}
		erased += n
	}
	return erased, nil
}

// eachUnmappedOf calls do with every payload that is kept and holds the person's id.
func (s *server) eachUnmappedOf(c *gin.Context, person models.Person, do func(source string, u models.Unmapped) error) error {
	return s.Store.EachUnmapped(c.Request.Context(), workspaceOf(c), func(source string, u models.Unmapped) error {
		payload, err := s.Persons.Open(u.Payload, models.UnmappedOf(source))
		if err != nil || !person.In(payload) {
			return err
		}
		return do(source, u)
	})
}

// pathPerson is the person in the path.
func pathPerson(c *gin.Context, q *query) models.AskedPerson {
	switch as := q.text("as"); as {
	case "", "id":
		return models.AskedPerson{Person: c.Param("person")}
	case "sha256":
		return models.AskedPerson{SHA256: c.Param("person")}
	default:
		q.faults.Add("as", "must be id or sha256")
		return models.AskedPerson{}
	}
}

// namesOf are those that the person is stored under. Where only the hash of the id
// is known, the id is looked for among those that are stored as they are.
func (s *server) namesOf(c *gin.Context, person models.Person) ([]string, error) {
	names, complete := s.Persons.Names(person)
	if complete {
		return names, nil
	}
	name, err := s.Store.PersonByHash(c.Request.Context(), workspaceOf(c), person.Hash())
	switch {
	case models.ErrorCode(err) == models.NotFound:
		return names, nil
	case err == nil && !slices.Contains(names, name):
		names = append(names, name)
	}
	return names, err
}
