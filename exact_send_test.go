package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// patience is how long a client of the play repeats a request that nobody answers.
const patience = time.Minute

// once makes one request of a replica. An error says that nobody answered, whatever became of the request.
func (p *play) once(at int, workspace, method, path, body string) (int, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.replicas[at%len(p.replicas)].api+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Authorization", "Bearer "+p.keys[workspace])
	response, err := p.http.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// ask makes a request again, at the next replica, until it is answered by
// something else than 503; lost says that there was more than one try, each of
// which may have been carried out.
func (p *play) ask(at int, workspace, method, path, body string) (status int, text string, lost bool) {
	for begun := time.Now(); ; at++ {
		p.requests.Add(1)
		status, text, err := p.once(at, workspace, method, path, body)
		switch {
		case err == nil && status < 500:
			return status, text, lost
		case err != nil:
			p.unanswered.Add(1)
		case status == http.StatusServiceUnavailable:
			p.busy.Add(1)
		default:
			p.fault("%s %s gave %d %s", method, path, status, text)
			return status, text, lost
		}
		if time.Since(begun) > patience {
			p.fault("%s %s: nothing but %d %s, %v", method, path, status, text, err)
			return status, text, true
		}
		lost = true
		time.Sleep(50 * time.Millisecond)
	}
}

// reply is what was answered to a submission.
type reply struct {
	s      *submission
	status int
	id     string
	lost   bool
}

// post sends one submission until it is answered.
func (p *play) post(at int, s *submission) reply {
	status, text, lost := p.ask(at, s.workspace, "POST", "/v1/responses", s.body)
	var stored struct{ ID string }
	_ = json.Unmarshal([]byte(text), &stored) // a problem has none
	return reply{s, status, stored.ID, lost}
}

// bulk sends submissions of one workspace in one request, and those again that were not settled.
func (p *play) bulk(at int, all []*submission) []reply {
	replies := make([]reply, len(all))
	open := make([]int, len(all))
	for i, s := range all {
		replies[i].s, open[i] = s, i
	}
	for begun := time.Now(); len(open) > 0; at++ {
		var body bytes.Buffer
		for _, i := range open {
			body.WriteString(all[i].body + "\n")
		}
		p.lines.Add(int64(len(open)))
		status, text, lost := p.ask(at, all[0].workspace, "POST", "/v1/responses/bulk", body.String())
		if status != http.StatusOK || time.Since(begun) > patience {
			p.fault("a bulk request gave %d %s", status, text)
			return replies
		}
		outcomes := json.NewDecoder(strings.NewReader(text))
		var again []int
		for n, i := range open {
			var o struct {
				Line, Status int
				ID           string
			}
			if err := outcomes.Decode(&o); err != nil || o.Line != n+1 {
				p.fault("outcome %d of a bulk request is %+v, %v", n+1, o, err)
				return replies
			}
			replies[i].status, replies[i].id, replies[i].lost = o.Status, o.ID, replies[i].lost || lost
			if o.Status == http.StatusServiceUnavailable {
				replies[i].lost = true
				again = append(again, i)
			} else if o.Status >= 500 {
				p.fault("line %d of a bulk request: %d", o.Line, o.Status)
			}
		}
		p.busy.Add(int64(len(again)))
		open = again
	}
	return replies
}

// exclude takes a stored response out of the counts, or puts it back; it gives the status.
func (p *play) exclude(at int, workspace, id string, excluded bool) int {
	status, text, _ := p.ask(at, workspace, "PATCH", "/v1/responses/"+id, fmt.Sprintf(`{"excluded":%v}`, excluded))
	if status != http.StatusOK && status != http.StatusNotFound {
		p.fault("PATCH gave %d %s", status, text)
	}
	return status
}

func (p *play) erase(at int, workspace, id string) int {
	status, text, _ := p.ask(at, workspace, "DELETE", "/v1/responses/"+id, "")
	if status != http.StatusNoContent && status != http.StatusNotFound {
		p.fault("DELETE gave %d %s", status, text)
	}
	return status
}

// atOnce does something n times at the same moment.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	all.Wait()
}
