package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/swaggo/swag"
)

// apart are the folders that the API's types have nothing to do with.
const apart = "models/store,models/ingest,models/mapping,models/payload,models/sample,api/clients,api/examples"

// readAnnotations gives what swaggo reads in api and models, with clean names of schemas.
func readAnnotations(root string) (*openapi2.T, error) {
	var excluded []string
	for folder := range strings.SplitSeq(apart, ",") {
		excluded = append(excluded, filepath.Join(root, filepath.FromSlash(folder)))
	}
	parser := swag.New(
		swag.SetStrict(true),
		swag.SetDebugger(silent{}),
		swag.SetExcludedDirsAndFiles(strings.Join(excluded, ",")),
	)
	parser.RequiredByDefault = true // a field is required unless its tag says omitempty
	if err := parser.ParseAPIMultiSearchDir([]string{filepath.Join(root, "api"), filepath.Join(root, "models")}, "openapi.go", 1); err != nil {
		return nil, err
	}
	text, err := json.Marshal(parser.GetSwagger())
	if err != nil {
		return nil, err
	}
	var doc openapi2.T
	if err := json.Unmarshal(cleanNames(text), &doc); err != nil {
		return nil, err
	}
	if read, kept := len(parser.GetSwagger().Definitions), len(doc.Definitions); read != kept {
		return nil, fmt.Errorf("%d types have %d names without their packages; rename one of those that are called the same", read, kept)
	}
	return &doc, nil
}

// silent keeps swaggo from telling what it reads.
type silent struct{}

func (silent) Printf(string, ...any) {}

var typeName = regexp.MustCompile(`"(#/definitions/)?(?:api|models|score)\.(\w)(\w*)"`)

// cleanNames makes "api.scoreList" and "#/definitions/api.scoreList" into "ScoreList".
func cleanNames(text []byte) []byte {
	return typeName.ReplaceAllFunc(text, func(quoted []byte) []byte {
		parts := typeName.FindSubmatch(quoted)
		return fmt.Appendf(nil, `"%s%s%s"`, parts[1], strings.ToUpper(string(parts[2])), parts[3])
	})
}
