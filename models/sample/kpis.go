package sample

import (
	"slices"
	"strings"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/score"
)

// The keys of the bank's KPIs.
const (
	absence     = "absence"
	acquisition = "acquisition"
	conversion  = "conversion"
	costs       = "costs"
	customers   = "customers"
	engagement  = "engagement"
	margin      = "profitability"
	retention   = "retention"
	revenue     = "revenue"
	staff       = "staff"
)

// KPIs are the definitions of all figures that the bank has, by key. Their times are not set.
func (b *Bank) KPIs() []models.KPI {
	kpis := []models.KPI{{Key: costs, Name: "Costs", Description: "All costs of the bank in the period.",
		Kind: models.FinancialKPI, Unit: "EUR", Better: score.Lower, AddsUp: models.BySum}}
	for _, k := range models.ExampleKPIs() {
		switch k.Key {
		case absence, acquisition, conversion, customers, engagement, margin, retention, revenue, staff:
			kpis = append(kpis, k)
		}
	}
	slices.SortFunc(kpis, func(x, y models.KPI) int { return strings.Compare(x.Key, y.Key) })
	return kpis
}

// KPITargets are what some of the KPIs are to reach in each month, for more than a year now.
func (b *Bank) KPITargets() []models.KPITarget {
	from := models.YearLength.Start(b.last - 365)
	company := func(kpi string, value float64, owner string) models.KPITarget {
		return models.KPITarget{KPI: kpi, Period: models.MonthLength, Level: models.CompanyLevel, Value: value, From: from, Owner: owner}
	}
	targets := []models.KPITarget{
		company(absence, 0.04, "human-resources"), company(engagement, 0.7, "human-resources"),
		company(retention, 0.99, "retail-banking"), company(revenue, 1_050_000, "retail-banking"), company(costs, 650_000, "finance"),
	}
	for _, t := range b.teams {
		targets = append(targets, models.KPITarget{KPI: engagement, Period: models.MonthLength, Level: "team", Key: t.key, Value: 0.65, From: from, Owner: t.key})
	}
	return append(targets, models.KPITarget{KPI: conversion, Period: models.MonthLength, Level: "touchpoint", Key: meeting, Value: 0.8, From: from, Owner: "home-loans"})
}
