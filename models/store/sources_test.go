package store

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

func neverTheSame([]byte) bool { return false }

// receiving makes a source of the workspace, and keeps a payload of it. Both hold the mark.
func (h house) receiving(t *testing.T, workspace, mark string) (models.Source, models.Unmapped) {
	t.Helper()
	src, _, err := h.PutSource(t.Context(), models.Source{Workspace: workspace, Key: "form", Kind: models.Typeform, Name: mark, Secret: []byte(mark)}, neverTheSame)
	if err != nil {
		t.Fatal(err)
	}
	h.keep(t, src, mark, 10)
	kept, err := h.FindUnmapped(t.Context(), workspace, src.ID, "", 1)
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	return src, kept[0]
}

// keep keeps a payload of so many bytes.
func (h house) keep(t *testing.T, of models.Source, payload string, size int) {
	t.Helper()
	err := h.KeepUnmapped(t.Context(), of.Workspace, of.ID, models.PayloadDigest([]byte(payload)), size, models.Unmapped{Payload: []byte(payload), Faults: []byte("[]")})
	if err != nil {
		t.Fatal(err)
	}
}

// lookAtSources is what look is of sources.
func (h house) lookAtSources(t *testing.T, workspace string, see func(method string) func(any, error)) {
	t.Helper()
	see("FindSources")(h.FindSources(t.Context(), workspace))
	see("FindUnmappedCounts")(h.FindUnmappedCounts(t.Context(), workspace))
	var kept []models.Unmapped
	err := h.EachUnmapped(t.Context(), workspace, func(_ string, u models.Unmapped) error { kept = append(kept, u); return nil })
	see("EachUnmapped")(kept, err)
}

// methodsOfSources are everyMethod's of sources.
func methodsOfSources(t *testing.T, h house, bank neighbour, inShop func(method string) func() (any, error)) map[string]func() (any, error) {
	t.Helper()
	ctx, theirs := t.Context(), bank.unmapped.ID
	shops := bank.source
	shops.Workspace = "shop"
	return map[string]func() (any, error){
		"FindSources": inShop("FindSources"), "FindUnmappedCounts": inShop("FindUnmappedCounts"), "EachUnmapped": inShop("EachUnmapped"),
		"CountUnmapped": func() (any, error) { return nil, nil }, // of the whole installation
		"SourceByID":    func() (any, error) { return nil, nil }, // tells the workspace of an id
		"SourceByKey":   func() (any, error) { return h.SourceByKey(ctx, "shop", "only-bank") },
		"PutSource": func() (any, error) {
			_, _, err := h.PutSource(ctx, shops, neverTheSame)
			return nil, err
		},
		"DeleteSource": func() (any, error) { return nil, h.DeleteSource(ctx, "shop", "only-bank") },
		"FindUnmapped": func() (any, error) { return h.FindUnmapped(ctx, "shop", bank.source.ID, "", 10) },
		"FindUnmappedAfter": func() (any, error) {
			return h.FindUnmappedAfter(ctx, "shop", bank.source.ID, theirs[:len(theirs)-1]+"0", 10)
		},
		"UnmappedByID":      func() (any, error) { return h.UnmappedByID(ctx, "shop", bank.source.ID, theirs) },
		"SettleUnmapped":    func() (any, error) { return nil, h.SettleUnmapped(ctx, "shop", theirs, nil) },
		"DeleteUnmapped":    func() (any, error) { return h.DeleteUnmapped(ctx, "shop", shops, "") },
		"EraseUnmapped":     func() (any, error) { return h.EraseUnmapped(ctx, "shop", []string{theirs}, "alias") },
		"DeleteOldUnmapped": func() (any, error) { return nil, h.DeleteOldUnmapped(ctx, "shop", h.now.read().Add(time.Hour)) },
		"KeepUnmapped": func() (any, error) { // bank keeps the same
			return nil, h.KeepUnmapped(ctx, "shop", bank.source.ID, models.PayloadDigest([]byte("bank")), 10, models.Unmapped{Payload: []byte("shop"), Faults: []byte("[]")})
		},
		"ReplaceResponse": func() (any, error) { // which only bank has
			_, _, err := h.ReplaceResponse(ctx, h.accept(t, "shop", nps(0, `"submission_id":"only in bank"`))[0])
			if models.ErrorCode(err) == models.Busy {
				err = nil // as when it was erased meanwhile
			}
			return nil, err
		},
	}
}

func TestUnmappedPayloadsAreForgottenWithTimeAndWithTheirSource(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		src, kept := h.receiving(t, "bank", "1")
		h.keep(t, src, "1", 10)
		h.now.pass(time.Hour)
		h.keep(t, src, "2", 10)
		counts, err := h.FindUnmappedCounts(t.Context(), "bank")
		same(t, "kept", counts, map[string]int64{src.ID: 2})
		if err := firstError(err, h.DeleteOldUnmapped(t.Context(), "bank", h.now.read().Add(-time.Minute))); err != nil {
			t.Fatal(err)
		}
		_, err = h.UnmappedByID(t.Context(), "bank", src.ID, kept.ID)
		hasCode(t, "the old one", err, models.NotFound)
		h.keep(t, src, "3", models.MostUnmappedBytes-10)
		err = h.KeepUnmapped(t.Context(), "bank", src.ID, "4", 1, models.Unmapped{Payload: []byte("4"), Faults: []byte("[]")})
		hasCode(t, "more than may be kept", err, models.Busy)
		if err := h.DeleteSource(t.Context(), "bank", "form"); err != nil {
			t.Fatal(err)
		}
		counts, err = h.FindUnmappedCounts(t.Context(), "bank")
		same(t, "kept of no source", counts, map[string]int64{})
		_, gone := h.SourceByID(t.Context(), src.ID)
		hasCode(t, "the source", firstError(err, gone), models.NotFound)
	})
}

func TestSecretThatIsReplacedIsKeptForADay(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		put := func(secret string, same bool) models.Source {
			t.Helper()
			src, _, err := h.PutSource(t.Context(), models.Source{Workspace: "bank", Key: "k", Kind: models.Typeform, Secret: []byte(secret)}, func([]byte) bool { return same })
			if err != nil {
				t.Fatal(err)
			}
			return src
		}
		put("one", false)
		put("two", false)
		if s := put("sealed anew", true); string(s.Secret) != "two" || string(s.OldSecret) != "one" {
			t.Errorf("%s, before it %s", s.Secret, s.OldSecret)
		}
		h.now.pass(models.SecretLife)
		if s := put("", false); string(s.Secret) != "two" || len(s.OldSecret) > 0 || s.OldUntil != nil {
			t.Errorf("a day later %s, before it %s", s.Secret, s.OldSecret)
		}
	})
}
