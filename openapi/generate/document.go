package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// generate gives the document of the module whose root is given: valid, and the same bytes each time.
func generate(root string) ([]byte, error) {
	swagger, err := readAnnotations(root)
	if err != nil {
		return nil, fmt.Errorf("annotations: %w", err)
	}
	if err := expand(swagger); err != nil {
		return nil, fmt.Errorf("annotations of the catalogs: %w", err)
	}
	doc, err := openapi2conv.ToV3(swagger)
	if err != nil {
		return nil, fmt.Errorf("convert to OpenAPI 3: %w", err)
	}
	if err := complete(doc, root); err != nil {
		return nil, err
	}
	text, err := encode(doc)
	if err != nil {
		return nil, err
	}
	return text, validate(text)
}

// complete adds what Swagger 2 has no words for.
func complete(doc *openapi3.T, root string) error {
	if err := describeTypes(doc, root); err != nil {
		return err
	}
	doc.Info.Description = guide
	doc.Info.Contact = nil
	doc.Servers = openapi3.Servers{{URL: "/", Description: "The server that this document came from"}}
	nameWords(doc)
	mendSchemas(doc)
	splitOneOrMany(doc)
	streamLines(doc)
	addProblems(doc)
	addIdempotency(doc)
	addTags(doc)
	askForKeys(doc)
	nameParts(doc)
	if err := checkTags(doc); err != nil {
		return err
	}
	closeBodies(doc)
	return addExamples(doc)
}

// checkTags holds that every operation stands under a heading that api/openapi.go describes.
func checkTags(doc *openapi3.T) error {
	var faults []error
	operations(doc, func(path, method string, op *openapi3.Operation) {
		if len(op.Tags) != 1 || doc.Tags.Get(op.Tags[0]) == nil {
			faults = append(faults, fmt.Errorf("%s %s must have one tag that api/openapi.go describes, has %q", method, path, op.Tags))
		}
	})
	return errors.Join(faults...)
}

// encode writes the document with its keys in alphabetical order, two spaces deep.
func encode(doc *openapi3.T) ([]byte, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // numbers stay as they are written
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(tree)
	return out.Bytes(), err
}

func validate(text []byte) error {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return fmt.Errorf("the document can't be read back: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return fmt.Errorf("the document is not valid: %w", err)
	}
	return nil
}

// operations calls do with each operation of the document, in no particular order.
func operations(doc *openapi3.T, do func(path, method string, op *openapi3.Operation)) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			do(path, method, op)
		}
	}
}
