package store

import (
	"context"
	"slices"
	"strings"

	"github.com/mittari/mittari/models"
)

// commentRow is a comment with the day and the keys that it is told under.
type commentRow struct {
	Comment                                    string
	Score                                      int
	Day                                        models.Day
	Survey, Touchpoint, Channel, Segment, Team string
}

// FindComments gives the comments that the filter selects, of the latest days
// first and, of one day, by their text, so that their order tells nothing of when
// they came. On an anonymous metric only those are given that are in a lot, under its day and keys.
func (s *Store) FindComments(ctx context.Context, workspace string, m models.Metric, f models.CommentFilter) ([]models.Comment, error) {
	find := s.read.WithContext(ctx).Table("answers").Select("answers.comment, answers.score, day, survey, answers.touchpoint, channel, segment, team").
		Joins("JOIN responses ON responses.workspace = answers.workspace AND responses.id = answers.response_id").
		Where("NOT excluded AND answers.comment <> ''")
	at := "answers"
	if m.Anonymous() {
		at = "held"
		find = s.read.WithContext(ctx).Table("held").Select("answers.comment, day, survey, held.touchpoint, channel, segment, team").
			Joins("JOIN answers ON answers.workspace = held.workspace AND answers.response_id = held.response_id " +
				"AND answers.touchpoint = held.at_touchpoint AND answers.metric = held.metric").
			Where("held.comment AND lot IS NOT NULL")
	}
	find = find.Where(at+".workspace = ? AND "+at+".metric = ? AND day >= ? AND day < ?", workspace, f.Metric, f.Period.Since, f.Period.Until)
	if touchpoint := f.Keys[models.Touchpoint]; touchpoint != "" {
		find = find.Where(at+".touchpoint = ?", touchpoint)
	}
	var rows []commentRow
	if err := whereKeys(find, withoutTouchpoint(f.Keys)).Order("day DESC, answers.comment").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	comments := make([]models.Comment, len(rows))
	for i, r := range rows {
		comments[i] = models.Comment{Metric: f.Metric, Text: r.Comment, Day: r.Day, Keys: models.Keys{models.Survey: r.Survey,
			models.Touchpoint: r.Touchpoint, models.Channel: r.Channel, models.Segment: r.Segment, models.Team: r.Team}}
		if !m.Anonymous() {
			comments[i].Score = &r.Score
		}
	}
	slices.SortStableFunc(comments, func(a, b models.Comment) int { // the databases order text each in its way
		if a.Day != b.Day {
			return int(b.Day - a.Day)
		}
		return strings.Compare(a.Text, b.Text)
	})
	return comments, nil
}
