package sample

import "github.com/mittari/mittari/models"

// The keys of the bank's touchpoints, segments, channels, teams and surveys.
const (
	awareness    = "awareness"
	booking      = "booking"
	meeting      = "meeting"
	followUp     = "follow-up"
	decision     = "decision"
	branchVisit  = "branch-visit"
	webBank      = "web-bank"
	phoneService = "phone-service"
	feedback     = "feedback"

	youngAdults = "young-adults"
	families    = "families"
	seniors     = "seniors"

	sms   = "sms"
	web   = "web"
	phone = "phone"
	kiosk = "kiosk"

	helsinki      = "helsinki"
	tampere       = "tampere"
	turku         = "turku"
	oulu          = "oulu"
	contactCentre = "contact-centre"
	digital       = "digital"

	homeLoanKey  = "home-loan" // the journey and its survey
	service      = "service"
	relationship = "relationship"
	staffPulse   = "staff-pulse"
	staffQuarter = "staff-quarter"
)

// Entries are the bank's catalogs: what every key in its submissions is called. Their times are not set.
func (b *Bank) Entries() []models.Entry {
	var entries []models.Entry
	for _, dimension := range []struct {
		of   models.Dimension
		rows []row
	}{
		{models.Touchpoint, touchpointRows()}, {models.Segment, segmentRows()},
		{models.Channel, channelRows()}, {models.Team, teamRows()}, {models.Survey, surveyRows()},
	} {
		for _, r := range dimension.rows {
			entries = append(entries, models.Entry{
				Kind: models.Kind(dimension.of.String()), Key: r.key, Name: r.name, Description: r.description,
			})
		}
	}
	home := models.Entry{
		Kind: models.JourneyKind, Key: homeLoanKey, Name: "Home loan",
		Description: "From the first look at a loan to the end, whether it was taken or not.",
	}
	for _, s := range b.journey.steps {
		home.Touchpoints = append(home.Touchpoints, s.touchpoint)
	}
	return append(entries, home)
}

type row struct{ key, name, description string }

func touchpointRows() []row {
	return []row{
		{awareness, "Home-loan pages", "Reading about home loans and trying the calculator on the web."},
		{booking, "Booking a meeting", "Finding a time for a home-loan meeting; asked by SMS."},
		{meeting, "Home-loan meeting", "The meeting with the adviser, at the branch or remote; asked right after it."},
		{followUp, "Follow-up call", "Every call that the adviser makes after the meeting."},
		{decision, "End of the home-loan journey", "The journey as a whole, whether the person became a customer or not."},
		{branchVisit, "Branch visit", "Everyday business at a branch; asked at the kiosk by the door."},
		{webBank, "Web bank", "Everyday business in the web bank and its app."},
		{phoneService, "Phone service", "A call to the contact centre; asked at its end or by SMS."},
		{feedback, "Spontaneous feedback", "Praise and complaints that nobody asked for."},
	}
}

func segmentRows() []row {
	return []row{
		{youngAdults, "Young adults", "First home of their own, everything on the phone."},
		{families, "Families", "Children, a mortgage and little time."},
		{seniors, "Seniors", "Long customers who know the staff at their branch."},
	}
}

func channelRows() []row {
	return []row{
		{sms, "SMS", "A link by SMS after the encounter."},
		{web, "Web", "A form in the web bank or on the web pages."},
		{phone, "Phone", "Questions by phone, at the end of a call or in an interview."},
		{kiosk, "Kiosk", "The kiosk at the door of a branch."},
	}
}

func teamRows() []row {
	return []row{
		{helsinki, "Helsinki branch", "Advisers and tellers in Helsinki."},
		{tampere, "Tampere branch", "Advisers and tellers in Tampere."},
		{turku, "Turku branch", "Advisers and tellers in Turku."},
		{oulu, "Oulu branch", "Advisers and tellers in Oulu."},
		{contactCentre, "Contact centre", "Answers the phone for all branches."},
		{digital, "Digital services", "Builds and runs the web bank and the web pages."},
	}
}

func surveyRows() []row {
	return []row{
		{homeLoanKey, "Home loan", "Asked at each step of the home-loan journey."},
		{service, "Everyday service", "Asked after everyday business."},
		{relationship, "Relationship", "Asked of customers about the bank as a whole."},
		{staffPulse, "Staff pulse", "Asked of the staff every month."},
		{staffQuarter, "Staff quarterly", "Asked of the staff every quarter."},
	}
}
