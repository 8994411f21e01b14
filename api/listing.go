package api

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// The forms that a list can be had in.
const (
	formJSON   = "application/json"
	formNDJSON = "application/x-ndjson"
	formCSV    = "text/csv"
)

// listing is a list that can be had page by page as JSON, or as a stream of
// everything as NDJSON or CSV, the latest first.
type listing[T any] struct {
	plural string
	find   func(before string, limit int) ([]T, error) // those behind the one with the id; "": from the first on
	id     func(T) string
	page   func(rows []T, next string) any // what a page is as JSON; next is the cursor of the page behind it
	header func() error                    // of CSV
	write  func([]T) error                 // as CSV

	before string // where the list begins
	limit  int    // how many are asked for; 0: as many as the form usually has
}

// answer gives the list in the form that the request's Accept header prefers.
func (l listing[T]) answer(c *gin.Context) error {
	c.Writer.Header().Add("Vary", "Accept")
	switch negotiate(c.Request.Header.Values("Accept"), formJSON, formNDJSON, formCSV) {
	case formJSON:
		return l.answerPage(c)
	case formNDJSON:
		c.Header("Content-Type", formNDJSON)
		encoder := json.NewEncoder(c.Writer)
		return l.each(c.Writer.Flush, func(page []T) error {
			for _, row := range page {
				if err := encoder.Encode(row); err != nil {
					return err
				}
			}
			return nil
		})
	case formCSV:
		c.Header("Content-Type", formCSV+"; charset=utf-8; header=present")
		c.Header("Content-Disposition", `attachment; filename="`+l.plural+`.csv"`)
		return firstError(l.header(), l.each(c.Writer.Flush, l.write))
	}
	return models.Errorf(notAcceptable, "%s can be had as %s, %s or %s; ask for one by the Accept header", l.plural, formJSON, formNDJSON, formCSV)
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
		next = cursorAfter(l.id(rows[limit-1]))
	}
	c.JSON(http.StatusOK, l.page(rows, next))
	return nil
}

// each streams the list page by page; its limit, when given, bounds the whole.
// What is written goes out, by flush, before the next page is read.
func (l listing[T]) each(flush func(), write func([]T) error) error {
	limit := maxLimit
	if l.limit > 0 {
		limit = l.limit
	}
	for before := l.before; ; {
		page, err := l.find(before, limit)
		if err != nil {
			return err
		}
		if err := write(page); err != nil {
			return err
		}
		if len(page) < limit || l.limit > 0 {
			return nil
		}
		flush()
		before = l.id(page[len(page)-1])
	}
}
