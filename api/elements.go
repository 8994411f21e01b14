package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/mittari/mittari/models"
)

// elements reads the JSON documents of a body one at a time: lines of NDJSON
// (empty ones are passed over), or the elements of an array.
type elements struct {
	in        *bufio.Reader
	array     *json.Decoder
	allowance *allowance // of array
	begun     bool
	line      int
}

func newElements(r io.Reader) *elements { return &elements{in: bufio.NewReaderSize(r, 64<<10)} }

// next gives a document and its line, or its place in the array, from 1; io.EOF
// after the last one. TooLarge is the fault of one line, the next one can be
// read. With a malformed error nothing behind it can be read; its line is 0
// when the whole body can't.
func (e *elements) next() ([]byte, int, error) {
	if !e.begun {
		e.begun = true
		if err := e.begin(); err != nil {
			return nil, 0, err
		}
	}
	if e.array != nil {
		e.line++
		raw, err := e.nextOfArray()
		return raw, e.line, err
	}
	for {
		line, err := e.readLine()
		e.line++
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, e.line, err
		}
	}
}

// begin passes over empty lines and sees whether an array follows.
func (e *elements) begin() error {
	for {
		b, err := e.in.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return models.Errorf(malformed, "the body is empty; send a document a line, or an array of them")
		case models.ErrorCode(err) == models.TooLarge:
			return err
		case err != nil:
			return models.Errorf(malformed, "the body broke off: %v", err)
		case b[0] == '[':
			return e.beginArray()
		case b[0] == '\n':
			e.line++
		case b[0] != ' ' && b[0] != '\t' && b[0] != '\r':
			return nil
		}
		_, _ = e.in.Discard(1)
	}
}

func (e *elements) beginArray() error {
	e.line = 0
	e.allowance = &allowance{in: e.in, left: maxBody}
	e.array = json.NewDecoder(e.allowance)
	_, err := e.array.Token()
	return err
}

func (e *elements) nextOfArray() ([]byte, error) {
	e.allowance.left = maxBody
	if !e.array.More() {
		if _, err := e.array.Token(); err != nil {
			return nil, models.Errorf(malformed, "the array is not closed, or is not JSON: %v", err)
		}
		if _, err := e.array.Token(); !errors.Is(err, io.EOF) {
			return nil, models.Errorf(malformed, "something follows the array; it was not read")
		}
		return nil, io.EOF
	}
	var raw json.RawMessage
	if err := e.array.Decode(&raw); err != nil {
		return nil, brokenArray(err)
	}
	if len(raw) > maxBody {
		return nil, tooLarge("an element")
	}
	return raw, nil
}

func brokenArray(err error) error {
	if models.ErrorCode(err) == models.TooLarge {
		return models.Errorf(malformed, "%v; nothing behind it was read", err)
	}
	return models.Errorf(malformed, "the array is not JSON here: %v; nothing behind it was read", err)
}

func tooLarge(what string) error {
	return models.Errorf(models.TooLarge, "%s may have %d bytes at most", what, maxBody)
}

// allowance lets left bytes through, so that no element can fill the memory.
type allowance struct {
	in   io.Reader
	left int
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, tooLarge("an element")
	}
	n, err := a.in.Read(p[:min(len(p), a.left)])
	a.left -= n
	return n, err
}

// readLine gives a line without what is beyond the greatest size, and passes over all of it.
func (e *elements) readLine() ([]byte, error) {
	var line []byte
	size := 0
	for {
		part, err := e.in.ReadSlice('\n')
		if size += len(part); size <= maxBody {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && !errors.Is(err, io.EOF):
			return nil, models.Errorf(malformed, "the body broke off: %v; nothing behind it was read", err)
		case size > maxBody:
			return nil, tooLarge("a line")
		case size == 0:
			return nil, io.EOF
		default:
			return line, nil
		}
	}
}
