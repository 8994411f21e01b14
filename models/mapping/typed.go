package mapping

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/mittari/mittari/models"
)

// noFraction is what spreadsheets put behind a whole number: 4.0, or 4,0.
var noFraction = regexp.MustCompile(`^([0-9]+)[.,]0+$`)

func scoreOf(given string) (models.Value, error) {
	var v models.Value
	text := strings.ToLower(noFraction.ReplaceAllString(given, "$1"))
	if v.UnmarshalJSON([]byte(text)) != nil {
		return v, fmt.Errorf("%q is not a whole number, true or false: say in values what it means, or in no_answer that it means nothing", given)
	}
	return v, nil
}

func boolean(given string) (bool, error) {
	switch strings.ToLower(given) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false: say in values which it means", given)
}

// typed is a property's value as the mapping wants it; text when it says nothing.
func (v *value) typed(given string) (any, error) {
	switch v.as {
	case "number":
		f, err := strconv.ParseFloat(given, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%q is not a number such as 12.5", given)
		}
		return f, nil
	case "boolean":
		return boolean(given)
	}
	return given, nil
}
