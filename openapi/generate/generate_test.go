package main

import (
	"bytes"
	"testing"

	"github.com/mittari/mittari/openapi"
)

func TestDocumentIsTheOneInTheProgramEachTimeItIsGenerated(t *testing.T) {
	t.Parallel()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // Go walks its maps in another order each time
		text, err := generate(root)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, openapi.Document()) {
			t.Fatal("openapi.json is not what the annotations say; run go generate ./openapi")
		}
	}
}

func TestDescriptionsReadAsSentences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, comment, want string }{
		{"problem", "problem is an RFC 9457\nproblem document.\n", "An RFC 9457 problem document."},
		{"Direction", "Direction says which end of a scale is good.", "Which end of a scale is good."},
		{"Key", "Key lets a program into one workspace.", "Lets a program into one workspace."},
		{"nothing", "", ""},
	} {
		if got := description(test.name, test.comment); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
