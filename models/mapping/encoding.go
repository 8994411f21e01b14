package mapping

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Byte-order marks, as exports for spreadsheets begin with.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// encodingOf reads an encoding's name; nil is UTF-8.
func encodingOf(n node) encoding.Encoding {
	switch strings.ToLower(n.text()) {
	case "utf-8":
		return nil
	case "utf-16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "latin1", "iso-8859-1":
		return charmap.ISO8859_1
	case "windows-1252":
		return charmap.Windows1252
	}
	n.fault("must be utf-8, utf-16, latin1 or windows-1252")
	return nil
}

// decode gives the text as UTF-8 without its byte-order mark. A mark that says
// another encoding than the mapping is an error.
func (m *Mapping) decode(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	begin, err := buffered.Peek(len(markUTF8))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	_, oneByte := m.encoding.(*charmap.Charmap)
	utf8 := bytes.HasPrefix(begin, []byte(markUTF8))
	utf16 := bytes.HasPrefix(begin, []byte(markUTF16LE)) || bytes.HasPrefix(begin, []byte(markUTF16BE))
	switch {
	case utf8 && m.encoding != nil:
		return nil, errors.New("it begins with the byte-order mark of UTF-8: take encoding away from the mapping")
	case utf16 && (m.encoding == nil || oneByte):
		return nil, errors.New("it begins with the byte-order mark of UTF-16: say encoding: utf-16 in the mapping")
	case utf8:
		_, err = buffered.Discard(len(markUTF8))
		return buffered, err
	case m.encoding == nil:
		return buffered, nil
	}
	return transform.NewReader(buffered, m.encoding.NewDecoder()), nil
}

// Writer writes rows so that a Table of the same mapping reads them. What its
// encoding can't say becomes a replacement character.
func (m *Mapping) Writer(w io.Writer) *csv.Writer {
	if m.encoding != nil {
		w = transform.NewWriter(w, encoding.ReplaceUnsupported(m.encoding.NewEncoder()))
	}
	out := csv.NewWriter(w)
	out.Comma = m.delimiter
	return out
}
