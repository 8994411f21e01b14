package models

import (
	"regexp"
	"strings"

	"golang.org/x/text/currency"
)

// RatioUnit is the unit of shares and growth: 0.25 is a quarter.
const RatioUnit = "ratio"

const (
	maxUnit  = 50
	unitRule = `must be "ratio", an ISO 4217 currency such as EUR, or a UCUM unit such as d, h, min, % or {order}`
)

// currencyShape is what a currency's code looks like; no unit of UCUM does.
var currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)

// checkUnit judges a currency by the list of ISO 4217, and what may be a unit of
// UCUM by its syntax.
func checkUnit(unit string, faults *Faults) {
	capitals := strings.ToUpper(unit)
	_, err := currency.ParseISO(capitals)
	isCurrency := currencyShape.MatchString(capitals) && err == nil
	switch {
	case unit == "":
		faults.Add("unit", "is missing: it %s", unitRule)
	case unit == RatioUnit || isCurrency && unit == capitals:
	case len(unit) > maxUnit:
		faults.Add("unit", "may be %d characters at most, is %d", maxUnit, len(unit))
	case isCurrency:
		faults.Add("unit", "write the currency in capitals: %s", capitals)
	case currencyShape.MatchString(unit):
		faults.Add("unit", "%q is no currency of ISO 4217; it %s", unit, unitRule)
	default:
		if fault := ucumFault(unit); fault != "" {
			faults.Add("unit", "%q is no UCUM unit: %s; it %s", short(unit), fault, unitRule)
		}
	}
}

// ucumSymbol is a unit with its prefix and exponent, such as km, m2, [in_i] or s-1, and a number, such as 10 or 10*3.
var ucumSymbol = regexp.MustCompile(`^(?:(?:[A-Za-z%'"_*^]|\[[!-Z\\^-z|~]+\])(?:[A-Za-z0-9%'"_*^]|\[[!-Z\\^-z|~]+\])*[+-]?[0-9]*|[0-9]+(?:[*^][+-]?[0-9]*)?)`)

// ucumAnnotation says what is counted, such as {order}.
var ucumAnnotation = regexp.MustCompile(`^\{[ -z|~]*\}`)

// ucumFault says what is wrong with the syntax of a unit: terms joined by '.' and '/', with parentheses and annotations.
func ucumFault(unit string) string {
	rest := strings.TrimPrefix(unit, "/")
	depth := 0
	for {
		for strings.HasPrefix(rest, "(") {
			depth, rest = depth+1, rest[1:]
		}
		symbol := ucumSymbol.FindString(rest)
		annotation := ucumAnnotation.FindString(rest[len(symbol):])
		if rest = rest[len(symbol)+len(annotation):]; symbol+annotation == "" {
			return ucumMissing(rest)
		}
		for depth > 0 && strings.HasPrefix(rest, ")") {
			depth, rest = depth-1, rest[1:]
		}
		switch {
		case rest == "" && depth > 0:
			return "a parenthesis is not closed"
		case rest == "":
			return ""
		case rest[0] != '.' && rest[0] != '/':
			return ucumMissing(rest)
		}
		rest = rest[1:]
	}
}

func ucumMissing(rest string) string {
	if rest == "" {
		return "it ends too early"
	}
	return `"` + short(rest) + `" can't stand there`
}
