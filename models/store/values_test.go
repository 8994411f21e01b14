package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/mittari/mittari/models"
)

// The exporter reads all arrivals again and again: they must not grow with keys that no series is told by.
func TestArrivalsOfKeysWithoutRoomAreCountedAsOther(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h house) {
		const each = 20
		sent := 0
		send := func() {
			var batch []string
			for range each {
				sent++
				batch = append(batch, nps(9, fmt.Sprintf(`"touchpoint":"t%d"`, sent), fmt.Sprintf(`"segment":"s%d"`, sent), fmt.Sprintf(`"channel":"c%d"`, sent)))
			}
			h.commit(t, "bank", batch...)
		}
		read := func() (rows int, total, other int64) {
			arrivals, err := h.FindArrivals(t.Context(), "bank")
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range arrivals {
				total += a.N
				if a.Touchpoint == models.OtherKey && a.Segment == models.OtherKey && a.Channel == models.OtherKey {
					other += a.N
				}
			}
			return len(arrivals), total, other
		}
		send() // fills the catalogs; what finds no room in the same transaction may still stand by itself
		filled, _, _ := read()
		for range 3 {
			h.now.pass(time.Minute) // the catalogs are read anew
			send()
			send()
		}
		if rows, total, other := read(); rows != filled+1 || total != 7*each || other != 6*each {
			t.Errorf("%d rows became %d; %d answers are counted, %d of them as other", filled, rows, total, other)
		}
		h.commit(t, "bank", nps(0, `"touchpoint":"t1"`)) // has its entry
		if rows, _, other := read(); rows != filled+2 || other != 6*each {
			t.Errorf("a key with an entry is not told by itself: %d rows, %d as other", rows, other)
		}
		h.isExact(t, "bank")
	})
}
