package api

// The OpenAPI document openapi/openapi.json is written by `go generate ./openapi`
// from the annotations here and above the handlers, and from the structs they
// name. In an annotation {kind}, {kinds}, {Kind} and {Kinds} stand for each of
// models.Kinds, and a parameter {dimension} for each of models.Dimensions.
// What every route may answer (no key, a body that is too large, a server that
// is busy) is added to it by its security and its body.
//
// @title			Mittari
// @version		0.1.0
// @license.name	Apache-2.0
// @license.url	https://www.apache.org/licenses/LICENSE-2.0.html
// @accept			json
// @produce		json
//
// @tag.name			responses
// @tag.description	What customers and employees answered: store it, one by one or in bulk, read it, correct it, erase it.
// @tag.name			invitations
// @tag.description	Who was asked, by number or by person: what response rates are reckoned by, and what keeps people from being asked too often.
// @tag.name			sources
// @tag.description	Webhooks of survey tools that send responses: who sends, how payloads are read, and those that could not be.
// @tag.name			scores
// @tag.description	Scores with their sample size, standard error and interval, for the company or by touchpoint, segment, channel, team, survey or journey.
// @tag.name			metrics
// @tag.description	The questions' measures: a scale, its cut points and the way it is condensed into a score. NPS, CSAT, CES and others are there from the start; a workspace can define its own.
// @tag.name			catalog
// @tag.description	Names and descriptions of the keys that responses carry, and journeys as ordered touchpoints. A key that a response is the first to use is added by itself. PUT is repeatable, so that a pipeline can declare the whole catalog at each run.
// @tag.name			kpis
// @tag.description	Financial, employee, operational and customer figures that stand beside the scores: define them, record what they were, and read what they add up to for groups and periods.
// @tag.name			analysis
// @tag.description	What goes with what: scores and figures lined up in one table, what a promoter is worth, and how people's minds change.
// @tag.name			people
// @tag.description	All that is stored of one person: tell it, erase it.
// @tag.name			webhooks
// @tag.description	Where events are sent, signed, what became of each, and how to send one again.
// @tag.name			access
// @tag.description	Keys and workspaces. A key belongs to one workspace and never sees another one's data.
// @tag.name			server
// @tag.description	The server itself; no key is needed.
