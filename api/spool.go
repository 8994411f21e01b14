package api

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/mittari/mittari/models"
)

// spool is a temporary file, gone when it is closed or the process ends. Where there
// is no room for it the server is Busy.
type spool struct{ file *os.File }

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "mittari-outcomes-*")
	if err != nil {
		return nil, noRoom(err)
	}
	_ = os.Remove(file.Name()) // where that can be done while it is open; what is killed leaves nothing then
	return &spool{file}, nil
}

// Write writes at the end.
func (s *spool) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	if err != nil {
		err = noRoom(err)
	}
	return n, err
}

// sendTo gives all that was written.
func (s *spool) sendTo(w io.Writer) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

func (s *spool) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// noRoom tells the sender to try again, and the log why.
func noRoom(cause error) error {
	return errors.Join(&models.Error{Code: models.Busy, RetryAfter: 2 * time.Second,
		Message: "the server can't keep the outcomes until all is read, its disk may be full; some may be stored: send all again, with a submission_id nothing is stored twice"}, cause)
}
