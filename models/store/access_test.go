package store

import (
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// workspace creates one.
func (h house) workspace(t *testing.T, key string) models.Workspace {
	t.Helper()
	w, err := h.CreateWorkspace(t.Context(), models.Workspace{Key: key, Name: "Of " + key, TimeZone: "Europe/Helsinki"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWorkspaceIsCreatedOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		want := models.Workspace{Key: "shop", Name: "Of shop", TimeZone: "Europe/Helsinki", CreatedAt: time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC)}
		same(t, "told", h.workspace(t, "shop"), want)
		h.now.pass(time.Hour)
		_, err := h.CreateWorkspace(t.Context(), models.Workspace{Key: "shop", Name: "Another", TimeZone: "UTC"})
		hasCode(t, "create again", err, models.Conflict)
		bank := h.workspace(t, "bank")
		read, err := h.WorkspaceByKey(t.Context(), "shop")
		all, allErr := h.FindWorkspaces(t.Context())
		if err := firstError(err, allErr); err != nil {
			t.Fatal(err)
		}
		same(t, "stored", read, want)
		same(t, "all, by key", all, []models.Workspace{bank, want})
		_, err = h.WorkspaceByKey(t.Context(), "Shop")
		hasCode(t, "a key in capitals", err, models.NotFound)
	})
}

func TestAKeyIsFoundByItsHashUntilForever(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		asked := models.Key{Workspace: "bank", Name: "web shop ä", Scopes: []models.Scope{models.WriteResponses, models.ReadScores}, Hash: models.HashToken("mtr_x")}
		created, err := h.CreateKey(t.Context(), asked)
		if err != nil || created.ID == "" || !created.CreatedAt.Equal(time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC)) {
			t.Fatalf("%+v, %v", created, err)
		}
		asked.ID, asked.CreatedAt = created.ID, created.CreatedAt
		sameKey(t, "told", created, asked)
		found := func() models.Key {
			t.Helper()
			k, err := h.KeyByHash(t.Context(), asked.Hash)
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		sameKey(t, "found", found(), asked)
		if !found().Allows(models.WriteResponses) || found().Allows(models.Admin) {
			t.Errorf("it allows %v", found().Scopes)
		}
		for range 2 { // a key that is revoked again keeps its time
			h.now.pass(time.Hour)
			if err := h.RevokeKey(t.Context(), "bank", created.ID); err != nil {
				t.Fatal(err)
			}
			at := time.Date(2026, 11, 20, 9, 30, 0, 123456000, time.UTC)
			asked.RevokedAt = &at
			sameKey(t, "revoked", found(), asked)
			if found().Allows(models.WriteResponses) {
				t.Error("a revoked key allows something")
			}
		}
		_, err = h.KeyByHash(t.Context(), models.HashToken("mtr_y"))
		hasCode(t, "another token", err, models.NotFound)
		_, err = h.CreateKey(t.Context(), models.Key{Workspace: "nobody", Name: "k", Scopes: asked.Scopes})
		hasCode(t, "a key of no workspace", err, models.NotFound)
		second, err := h.CreateKey(t.Context(), models.Key{Workspace: "bank", Name: "again", Scopes: asked.Scopes, Hash: asked.Hash})
		if err != nil {
			t.Fatal(err)
		}
		sameKey(t, "the valid one of two with one token", found(), second)
		keys, err := h.FindKeys(t.Context(), "bank")
		if err != nil || len(keys) != 2 {
			t.Fatalf("%+v, %v", keys, err)
		}
		sameKey(t, "the oldest first", keys[0], asked)
		sameKey(t, "then the newer", keys[1], second)
	})
}

// sameKey also compares what JSON leaves out, and that times are in UTC.
func sameKey(t *testing.T, what string, got, want models.Key) {
	t.Helper()
	same(t, what, got, want)
	if got.Hash != want.Hash || got.CreatedAt.Location() != time.UTC || (got.RevokedAt != nil && got.RevokedAt.Location() != time.UTC) {
		t.Errorf("%s: %+v", what, got)
	}
}

func TestOfKeysWithOneTokenTheOneIsFoundThatLetsInForTheLongest(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		hash := models.HashToken("mtr_x")
		made := func(name string, end time.Duration) models.Key {
			k := models.Key{Workspace: "bank", Name: name, Scopes: models.Scopes(), Hash: hash}
			if end > 0 {
				at := h.Store.now().Add(end)
				k.ExpiresAt = &at
			}
			stored, err := h.CreateKey(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			return stored
		}
		for _, k := range []models.Key{made("soon", time.Second), made("later", time.Hour), made("for ever", 0)} {
			found, err := h.KeyByHash(t.Context(), hash)
			if err != nil || found.Name != "for ever" {
				t.Errorf("%+v, %v, beside %q", found, err, k.Name)
			}
		}
		keys, err := h.FindKeys(t.Context(), "bank")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.RevokeKey(t.Context(), "bank", keys[2].ID); err != nil {
			t.Fatal(err)
		}
		found, err := h.KeyByHash(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		sameKey(t, "without the one for ever", found, keys[1])
	})
}

func TestWhenAKeyWasUsedOnlyMovesForwardAndIsWrittenOnceAMinute(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		made, err := h.CreateKey(t.Context(), models.Key{Workspace: "bank", Name: "shop", Scopes: models.Scopes(), Hash: models.HashToken("mtr_x")})
		if err != nil || made.LastUsedAt != nil {
			t.Fatalf("%+v, %v", made, err)
		}
		noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		other := h.replica(t)
		for _, c := range []struct{ at, want time.Time }{
			{noon.Add(30 * time.Second), noon}, {noon.Add(59 * time.Second), noon}, {noon.Add(-time.Hour), noon},
			{noon.Add(time.Minute).In(time.FixedZone("elsewhere", 3600)), noon.Add(time.Minute)}, {noon, noon.Add(time.Minute)},
		} {
			for _, replica := range []*Store{h.Store, other} {
				uses := []models.KeyUse{{Workspace: "bank", ID: made.ID, At: c.at}, {Workspace: "bank", ID: NewID(), At: c.at}, {Workspace: "shop", ID: made.ID, At: c.at.Add(time.Hour)}}
				if err := replica.NoteKeyUses(t.Context(), uses); err != nil {
					t.Fatal(err)
				}
			}
			k, err := h.KeyByHash(t.Context(), made.Hash)
			if err != nil || k.LastUsedAt == nil || !k.LastUsedAt.Equal(c.want) || k.LastUsedAt.Location() != time.UTC {
				t.Fatalf("used at %s: %v, %v, want %s", c.at, k.LastUsedAt, err, c.want)
			}
		}
	})
}

func TestTheNextKeyToExpireIsOneThatStillLetsIn(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		h.workspace(t, "bank")
		h.workspace(t, "shop")
		want := func(what string, want *time.Time) {
			t.Helper()
			next, err := h.NextKeyEnd(t.Context())
			if err != nil || (next == nil) != (want == nil) || next != nil && !next.Equal(*want) {
				t.Errorf("%s: %v, %v, want %v", what, next, err, want)
			}
		}
		want("no key", nil)
		ends := map[string]*time.Time{"bank": nil, "shop": nil}
		for i, workspace := range []string{"bank", "shop", "bank", "shop"} {
			k := models.Key{Workspace: workspace, Name: "k", Scopes: models.Scopes()}
			if i > 0 {
				at := h.Store.now().Add(time.Duration(i) * time.Hour)
				k.ExpiresAt = &at
			}
			made, err := h.CreateKey(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				if err := h.RevokeKey(t.Context(), workspace, made.ID); err != nil {
					t.Fatal(err)
				}
			}
			ends[workspace] = k.ExpiresAt
		}
		want("the first one was revoked", ends["bank"])
		h.now.pass(2 * time.Hour)
		want("another one has expired", ends["shop"])
		h.now.pass(time.Hour)
		want("all have", nil)
	})
}
