package main

import "github.com/mittari/mittari/models"

// watch is what the exporter publishes figures of: models.Watch or models.CompanyWatch.
type watch interface {
	Drops() []models.ArmDrop
	Decline() (models.Decline, bool)
	Volumes() map[string]models.Volume
	BelowTarget(target float64) (z float64, ok bool)
}

// morning holds the figures that are published of a series on a day.
type morning struct {
	*series
	watch
	target  float64
	drops   []models.ArmDrop
	volumes map[string]models.Volume
}

// figure reads a published series of an arm, "" for those without; false where there is none.
type figure func(m *morning, arm string) (float64, bool)

// figures are the series that rules may ask for, by name.
func figures() map[string]figure {
	return map[string]figure{
		"cx_score_drop_points":      ofDrop(func(d models.ArmDrop) float64 { return d.Points }),
		"cx_score_drop_z":           ofDrop(func(d models.ArmDrop) float64 { return d.Z }),
		"cx_score_drop_sample_size": ofDrop(func(d models.ArmDrop) float64 { return float64(d.SampleSize) }),
		"cx_score_baseline_coverage_ratio": ofDrop(func(d models.ArmDrop) float64 {
			return float64(d.BaselineDays) / models.BaselineDays
		}),
		"cx_score_cusum": ofDecline(func(d models.Decline) float64 { return d.Cusum }),
		"cx_score_decline_baseline_coverage_ratio": ofDecline(func(d models.Decline) float64 {
			return float64(d.BaselineDays) / models.DeclineBaseline
		}),
		"cx_score_target_z":   func(m *morning, _ string) (float64, bool) { return m.BelowTarget(m.target) },
		"cx_volume_responses": ofVolume(func(v models.Volume) float64 { return float64(v.Responses) }),
		"cx_volume_expected":  ofVolume(func(v models.Volume) float64 { return v.Expected }),
		"cx_volume_z":         ofVolume(func(v models.Volume) float64 { return v.Z }),
	}
}

func ofDrop(of func(models.ArmDrop) float64) figure {
	return func(m *morning, arm string) (float64, bool) {
		if m.drops == nil {
			m.drops = m.Drops()
		}
		for _, d := range m.drops {
			if d.Arm.Name == arm {
				return of(d), true
			}
		}
		return 0, false
	}
}

func ofDecline(of func(models.Decline) float64) figure {
	return func(m *morning, _ string) (float64, bool) {
		d, ok := m.Decline()
		return of(d), ok
	}
}

func ofVolume(of func(models.Volume) float64) figure {
	return func(m *morning, arm string) (float64, bool) {
		if m.volumes == nil {
			m.volumes = m.Volumes()
		}
		v, ok := m.volumes[arm]
		return of(v), ok
	}
}
