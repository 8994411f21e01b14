// Example stores an answer, reads the score, and shows what a refusal says:
//
//	MITTARI_URL=http://localhost:8080 MITTARI_KEY=… go run example.go
//
// The key needs the scopes responses:write and scores:read.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

const tries = 5

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Problem is how the server refuses (RFC 9457).
type Problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
}

func (p *Problem) Error() string { return p.Detail }

func run(ctx context.Context) error {
	// A submission_id of yours makes it safe to send again: it is stored once.
	var stored struct {
		ID  string `json:"id"`
		New bool   `json:"new"`
	}
	response := map[string]any{"submission_id": "ord-8412-go", "touchpoint": "go", "metric": "nps", "score": 9, "comment": "Quick and friendly."}
	if err := call(ctx, "POST", "/v1/responses", response, &stored); err != nil {
		return err
	}
	fmt.Println("stored", stored.ID, map[bool]string{true: "now", false: "before"}[stored.New])

	var answer struct {
		Scores []struct {
			Score      *float64 `json:"score"` // nil: nobody has answered
			SampleSize int      `json:"sample_size"`
		} `json:"scores"`
	}
	query := url.Values{"metric": {"nps"}, "window": {"today"}, "touchpoint": {"go"}}
	if err := call(ctx, "GET", "/v1/scores?"+query.Encode(), nil, &answer); err != nil {
		return err
	}
	for _, s := range answer.Scores {
		if s.Score != nil {
			fmt.Printf("nps %.0f of %d\n", *s.Score, s.SampleSize)
		}
	}

	// What is wrong is told field by field.
	err := call(ctx, "POST", "/v1/responses", map[string]any{"touchpoint": "go", "metric": "nps", "score": 11}, nil)
	var problem *Problem
	if !errors.As(err, &problem) {
		return err
	}
	for _, fault := range problem.Errors {
		fmt.Println("refused:", problem.Code, fault.Field, fault.Message)
	}
	return nil
}

// call sends a request and decodes the answer. It is sent again while the server is busy or away.
func call(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		wait, err := once(ctx, method, path, text, answer)
		if wait == 0 || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// once sends the request once. It gives how long to wait before the next try, 0 for no other.
func once(ctx context.Context, method, path string, body []byte, answer any) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, method, os.Getenv("MITTARI_URL")+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("MITTARI_KEY"))
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return time.Second, err
	}
	defer response.Body.Close()
	if response.StatusCode < 300 {
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			return time.Second, err // it broke off; what was stored is not stored again
		}
		return 0, nil
	}
	problem := &Problem{Detail: response.Status}
	_ = json.NewDecoder(response.Body).Decode(problem) // else the status says it
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0, problem
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return time.Duration(cmp.Or(seconds, 1)) * time.Second, problem
}
