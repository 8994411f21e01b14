package store

import (
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/mittari/mittari/models"
)

// knownKeys remembers which catalog keys exist, so that a commit asks the
// database only about new ones, and which webhooks are told of responses. What other replicas add is learnt after a while;
// until then a key is at worst created twice, which the database ignores.
type knownKeys struct {
	mu         sync.Mutex
	limit      int
	workspaces map[string]*keySets
}

type keySets struct {
	loaded time.Time
	sets   map[models.Kind]map[string]bool
	hooks  []models.Webhook // that are told of responses
}

type kindKey struct {
	kind models.Kind
	key  string
}

// knownLife is how long a workspace's keys are believed.
const knownLife = 30 * time.Second

func newKnownKeys(limit int) *knownKeys {
	return &knownKeys{limit: limit, workspaces: map[string]*keySets{}}
}

// unknown are the keys used by the responses that the catalogs lack and have
// room for, each once. It loads the workspace's keys when they are not known.
func (k *knownKeys) unknown(tx *gorm.DB, workspace string, now time.Time, used map[models.Keys]bool) ([]kindKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	sets, err := k.load(tx, workspace, now)
	if err != nil {
		return nil, err
	}
	var missing []kindKey
	added := map[models.Kind]int{}
	seen := map[kindKey]bool{}
	for _, keys := range sorted(used, func(a, b models.Keys) int { return slices.Compare(a[:], b[:]) }) {
		for _, d := range models.Dimensions() {
			kk := kindKey{models.Kind(d.String()), keys[d]}
			if kk.key == "" || sets.sets[kk.kind][kk.key] || seen[kk] {
				continue
			}
			if len(sets.sets[kk.kind])+added[kk.kind] < k.limit {
				seen[kk] = true
				added[kk.kind]++
				missing = append(missing, kk)
			}
		}
	}
	return missing, nil
}

// load gives what is known of the workspace, and reads it when that is too old. k is locked.
func (k *knownKeys) load(tx *gorm.DB, workspace string, now time.Time) (*keySets, error) {
	sets := k.workspaces[workspace]
	if sets != nil && now.Sub(sets.loaded) <= knownLife {
		return sets, nil
	}
	sets, err := loadKeys(tx, workspace, now)
	if err == nil {
		k.workspaces[workspace] = sets
	}
	return sets, err
}

// webhooks are those that are told of responses.
func (k *knownKeys) webhooks(tx *gorm.DB, workspace string, now time.Time) ([]models.Webhook, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	sets, err := k.load(tx, workspace, now)
	if err != nil {
		return nil, err
	}
	return sets.hooks, nil
}

// all reports whether the catalogs are known to hold all keys used, as far as they have room for them, and
// which webhooks are told of responses.
func (k *knownKeys) all(workspace string, now time.Time, used map[models.Keys]bool) (hooks []models.Webhook, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	sets := k.workspaces[workspace]
	if sets == nil || now.Sub(sets.loaded) > knownLife {
		return nil, false
	}
	for _, d := range models.Dimensions() {
		set := sets.sets[models.Kind(d.String())]
		for keys := range used {
			if keys[d] != "" && !set[keys[d]] && len(set) < k.limit {
				return nil, false
			}
		}
	}
	return sets.hooks, true
}

// fold tells the keys of the arrivals that found no room in their catalogs as
// models.OtherKey, as far as the catalogs are known: these counts never go back, and
// so need no key that no series is told by, however many of them are sent.
func (k *knownKeys) fold(workspace string, now time.Time, arrivals map[models.Arrival]int64) map[models.Arrival]int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	sets := k.workspaces[workspace]
	if sets == nil || now.Sub(sets.loaded) > knownLife {
		return arrivals
	}
	folded := make(map[models.Arrival]int64, len(arrivals))
	for a, n := range arrivals {
		sets.fold(models.Touchpoint, &a.Touchpoint, k.limit)
		sets.fold(models.Segment, &a.Segment, k.limit)
		sets.fold(models.Channel, &a.Channel, k.limit)
		folded[a] += n
	}
	return folded
}

func (s *keySets) fold(d models.Dimension, key *string, limit int) {
	if set := s.sets[models.Kind(d.String())]; *key != "" && !set[*key] && len(set) >= limit {
		*key = models.OtherKey
	}
}

func loadKeys(tx *gorm.DB, workspace string, now time.Time) (*keySets, error) {
	var rows []entryRow
	if err := tx.Select("kind", "key").Where("workspace = ?", workspace).Find(&rows).Error; err != nil {
		return nil, err
	}
	sets := &keySets{loaded: now, sets: map[models.Kind]map[string]bool{}}
	for _, kind := range models.Kinds() {
		sets.sets[kind] = map[string]bool{}
	}
	for _, row := range rows {
		if set := sets.sets[row.Kind]; set != nil { // a newer version may have catalogs that this one does not know
			set[row.Key] = true
		}
	}
	var err error
	sets.hooks, err = toldOf(tx, workspace, models.ResponseCreatedEvent, models.LowScoreEvent)
	return sets, err
}

// forget makes the next commit look at the workspace's catalogs, and webhooks, anew.
func (k *knownKeys) forget(workspace string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.workspaces, workspace)
}

// add records keys that were created by a transaction that has committed.
func (k *knownKeys) add(workspace string, keys []kindKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if sets := k.workspaces[workspace]; sets != nil {
		for _, kk := range keys {
			sets.sets[kk.kind][kk.key] = true
		}
	}
}
