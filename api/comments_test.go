package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestCommentsAreToldWithTheirKeysAndWithoutWhoSaidThem(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "comments")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.record(t, `{"submission_id":"who","person":"who","survey":"yearly","touchpoint":"desk","channel":"sms","segment":"families","team":"north","metric":"nps","score":9,"comment":"Quick and friendly."}`)
		admin.record(t, `{"touchpoint":"phone","metric":"nps","score":2,"comment":"Nobody answered."}`)
		g.check(t, "all", admin.get(t, "/v1/comments?metric=nps"))
		g.check(t, "of a touchpoint", admin.get(t, "/v1/comments?metric=nps&touchpoint=desk&limit=1"))
		g.check(t, "none", admin.get(t, "/v1/comments?metric=csat"))
		g.check(t, "faults", admin.get(t, "/v1/comments?metric=mood&window=x&limit=0"))
		if all := admin.get(t, "/v1/comments?metric=nps").body; strings.Contains(all, "who") {
			t.Errorf("who said it is told: %s", all)
		}
	})
}

func TestCommentsOfFewerThanTenEmployeesAreSuppressed(t *testing.T) {
	t.Parallel()
	g := goldenFile(t, "comments_of_employees")
	onEachDatabase(t, func(t *testing.T, s *server) {
		admin := s.as(t, home)
		admin.putMetric(t, "mood", `{"name":"Mood","min":1,"max":5,"top":4,"bottom":2,"headline":"share","audience":"employee"}`).want(t, http.StatusCreated)
		said := func(from, to int) {
			for i := from; i <= to; i++ {
				admin.record(t, fmt.Sprintf(`{"team":"north","metric":"mood","score":4,"comment":"said by %02d"}`, i))
			}
		}
		said(1, 9)
		g.check(t, "nine", admin.get(t, "/v1/comments?metric=mood"))
		said(10, 10)
		g.check(t, "ten", admin.get(t, "/v1/comments?metric=mood"))
	})
}
