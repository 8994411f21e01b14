package store

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/google/uuid"
)

// value is what stands in a column of a row: kept without an interface, so that
// a row of many columns costs no memory of its own. The zero value is NULL.
type value struct {
	kind kind
	text string // also bytes and JSON
	n    int64  // also 0 and 1 for false and true, microseconds since 1970, and the bits of a float
}

type kind uint8

const (
	isNull kind = iota
	isText
	isID // in text
	isBytes
	isJSON
	isInteger // 32 bits
	isBigint  // 64 bits
	isBoolean
	isMoment
	isFloat
)

func null() value              { return value{} }
func text(s string) value      { return value{kind: isText, text: s} }
func id(uuid string) value     { return value{kind: isID, text: uuid} }
func digest(b [32]byte) value  { return value{kind: isBytes, text: string(b[:])} }
func integer(n int) value      { return value{kind: isInteger, n: int64(n)} }
func bigint(n int64) value     { return value{kind: isBigint, n: n} }
func moment(t time.Time) value { return value{kind: isMoment, n: t.UnixMicro()} }

func boolean(is bool) value {
	if is {
		return value{kind: isBoolean, n: 1}
	}
	return value{kind: isBoolean}
}

func float(f float64) value { return value{kind: isFloat, n: int64(math.Float64bits(f))} }

func textOrNull(s string) value {
	if s == "" {
		return null()
	}
	return text(s)
}

func idOrNull(uuid string) value {
	if uuid == "" {
		return null()
	}
	return id(uuid)
}

func momentOrNull(t time.Time) value {
	if t.IsZero() {
		return null()
	}
	return moment(t)
}

func booleanOrNull(is *bool) value {
	if is == nil {
		return null()
	}
	return boolean(*is)
}

func floatOrNull(f *float64) value {
	if f == nil {
		return null()
	}
	return float(*f)
}

// argument is the value as database/sql takes it.
func (v value) argument() any {
	switch v.kind {
	case isNull:
		return nil
	case isBytes:
		return []byte(v.text)
	case isInteger, isBigint:
		return v.n
	case isBoolean:
		return v.n == 1
	case isMoment:
		return v.moment()
	case isFloat:
		return v.float()
	}
	return v.text
}

func (v value) moment() time.Time { return time.UnixMicro(v.n).UTC() }

func (v value) float() float64 { return math.Float64frombits(uint64(v.n)) }

// uuid gives the 16 bytes of an id; those of an id that is none are zero, which no row has.
func (v value) uuid() [16]byte {
	parsed, _ := uuid.Parse(v.text)
	return parsed
}

// appendCopy appends the value in the binary form of PostgreSQL's COPY: its length and its bytes
// (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
func (v value) appendCopy(to []byte) []byte {
	order := binary.BigEndian
	switch v.kind {
	case isNull:
		return order.AppendUint32(to, math.MaxUint32) // -1
	case isID:
		uuid := v.uuid()
		return append(order.AppendUint32(to, 16), uuid[:]...)
	case isJSON:
		to = append(order.AppendUint32(to, uint32(1+len(v.text))), 1) // the version of jsonb
		return append(to, v.text...)
	case isInteger:
		return order.AppendUint32(order.AppendUint32(to, 4), uint32(v.n))
	case isBoolean:
		return append(order.AppendUint32(to, 1), byte(v.n))
	case isMoment:
		return order.AppendUint64(order.AppendUint32(to, 8), uint64(v.n-microsTo2000))
	case isBigint, isFloat:
		return order.AppendUint64(order.AppendUint32(to, 8), uint64(v.n))
	}
	return append(order.AppendUint32(to, uint32(len(v.text))), v.text...)
}

// microsTo2000 are the microseconds from 1970 to 2000, where PostgreSQL's time begins.
const microsTo2000 = 946_684_800_000_000
