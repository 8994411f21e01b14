package sample

// stream is an encounter that people come to day by day.
type stream struct {
	encounter
	perDay float64 // answers on an ordinary day at the end of the three years
	season season
}

// everyday is what the bank is asked about outside the journey.
func everyday() []stream {
	return []stream{
		{perDay: 11, season: everydaySeason(), encounter: encounter{
			survey: service, touchpoint: branchVisit, team: byBranch, rhythm: branchHours(), anonymous: true,
			channels:  []choice[string]{{kiosk, 1}},
			questions: []question{{metric: "csat", weights: []float64{4, 6, 13, 37, 40}}},
		}},
		{perDay: 15, season: everydaySeason(), encounter: encounter{
			survey: service, touchpoint: webBank, team: digital, rhythm: homeHours(),
			channels: []choice[string]{{web, 1}},
			questions: []question{
				{metric: "ces7", weights: []float64{3, 4, 6, 12, 22, 31, 22}},
				{metric: "effectiveness", weights: []float64{3, 5, 12, 40, 40}, skipped: 0.5},
				{metric: "ease", weights: []float64{4, 8, 17, 39, 32}, skipped: 0.5},
				{metric: "emotion", weights: []float64{5, 10, 33, 34, 18}, skipped: 0.5},
			},
			properties: []property{{"device", []choice[any]{{"phone", 6}, {"computer", 3}, {"tablet", 1}}}},
		}},
		{perDay: 17, season: everydaySeason(), encounter: encounter{
			survey: service, touchpoint: phoneService, team: contactCentre, rhythm: phoneHours(),
			channels: []choice[string]{{phone, 6}, {sms, 4}},
			questions: []question{
				{metric: "csat", weights: []float64{4, 6, 12, 41, 37}},
				{metric: "fcr", weights: []float64{22, 78}},
			},
			properties: []property{{"matter", []choice[any]{{"cards", 4}, {"payments", 3}, {"loans", 2}, {"other", 2}}}},
		}},
		{perDay: 1.6, season: everydaySeason(), encounter: encounter{
			touchpoint: feedback, rhythm: homeHours(), spontaneous: true,
			channels:  []choice[string]{{web, 7}, {phone, 3}},
			questions: []question{{metric: "csat", weights: []float64{30, 16, 8, 14, 32}}},
			tags:      [3]string{"praise", "", "complaint"},
		}},
		{perDay: 3, season: everydaySeason(), encounter: encounter{
			survey: relationship, rhythm: homeHours(),
			channels: []choice[string]{{web, 8}, {sms, 2}},
			questions: []question{
				{metric: "nps", weights: []float64{2, 1, 2, 3, 3, 6, 7, 15, 25, 19, 17}},
				{metric: "csat", touchpoint: branchVisit, weights: []float64{3, 6, 16, 42, 33}, skipped: 0.35},
				{metric: "csat", touchpoint: webBank, weights: []float64{3, 6, 14, 44, 33}, skipped: 0.1},
			},
			tags: [3]string{"", "", "call-back"},
		}},
	}
}
