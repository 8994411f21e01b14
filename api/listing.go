package api

import (
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// streamPage is how many rows of a stream are read at a time: few, since each may be large, and
// so that no query keeps a database busy that has answers to store.
const streamPage = 250

// listing is a list that can be had page by page as JSON, or as a stream of
// everything as NDJSON, CSV or Parquet, the latest first.
type listing[T any] struct {
	plural string
	find   func(before string, limit int) ([]T, error) // those behind the one with the id; "": from the first on
	id     func(T) string
	page   func(rows []T, next string) any           // what a page is as JSON; next is the cursor of the page behind it
	sheet  func(form string, out io.Writer) sheet[T] // of a form other than JSON
	begin  func(form string) error                   // before everything is told; may be nil

	before string    // where the list begins
	limit  int       // how many are asked for; 0: as many as the form usually has
	begun  time.Time // which the cursors carry; zero: they don't
}

// answer gives the list in the form that the request's Accept header prefers.
func (l listing[T]) answer(c *gin.Context, s *server) error {
	form, err := formOf(c, l.plural)
	switch {
	case err != nil:
		return err
	case form == formJSON:
		return l.answerPage(c)
	case l.limit == 0:
		leave, err := s.exports.enter(workspaceOf(c))
		if err != nil {
			return err
		}
		defer leave()
		if l.begin != nil {
			if err := l.begin(form); err != nil {
				return err
			}
		}
	}
	headSheet(c, form, l.plural)
	return l.stream(s, c, l.sheet(form, c.Writer))
}

// formOf is the form that the Accept header prefers.
func formOf(c *gin.Context, plural string) (string, error) {
	c.Writer.Header().Add("Vary", "Accept")
	form := negotiate(c.Request.Header.Values("Accept"), formJSON, formNDJSON, formCSV, formParquet)
	if form == "" {
		return "", models.Errorf(notAcceptable, "%s can be had as %s, %s, %s or %s; ask for one by the Accept header", plural, formJSON, formNDJSON, formCSV, formParquet)
	}
	return form, nil
}

func (l listing[T]) answerPage(c *gin.Context) error {
	limit := l.limit
	if limit == 0 {
		limit = defaultLimit
	}
	rows, err := l.find(l.before, limit+1) // one more tells whether there is a next page
	if err != nil {
		return err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursorAfter(l.id(rows[limit-1]), l.begun)
	}
	c.JSON(http.StatusOK, l.page(rows, next))
	return nil
}

// stream writes the list, read page by page; its limit, when given, bounds the whole.
// What is written goes out before the next page is read.
func (l listing[T]) stream(s *server, c *gin.Context, out sheet[T]) error {
	limit := streamPage
	if l.limit > 0 {
		limit = l.limit
	}
	for before := l.before; ; {
		page, err := reading(s.exports, c, func() ([]T, error) { return l.find(before, limit) })
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := out.write(row); err != nil {
				return err
			}
		}
		if len(page) < limit || l.limit > 0 {
			return out.close()
		}
		if err := out.flush(); err != nil {
			return err
		}
		sendOn(c)
		before = l.id(page[len(page)-1])
	}
}

// sendOn sends what was written, if anything was: before that, what goes wrong can still be told.
func sendOn(c *gin.Context) {
	if c.Writer.Written() {
		c.Writer.Flush()
	}
}
