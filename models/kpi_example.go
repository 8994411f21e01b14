package models

import "github.com/mittari/mittari/models/score"

// ExampleKPIs are definitions that can be stored as they are, by key. The
// currency is an example, too.
func ExampleKPIs() []KPI {
	const euro, days, customer, employee = "EUR", "d", "{customer}", "{employee}"
	higher, lower := score.Higher, score.Lower
	return []KPI{
		{Key: "absence", Kind: EmployeeKPI, Unit: RatioUnit, Better: lower, AddsUp: ByMean, Name: "Absence",
			Description: "Working time lost to illness, as a share; the size is the number of employees."},
		{Key: "acquisition", Kind: CustomerKPI, Unit: customer, Better: higher, AddsUp: BySum, Name: "New customers",
			Description: "Customers won in the period."},
		{Key: "acquisition_cost", Kind: FinancialKPI, Unit: euro, Better: lower, AddsUp: ByMean, Name: "Cost of a new customer",
			Description: "Marketing and sales for each customer won; the size is the number of customers won."},
		{Key: "churn", Kind: CustomerKPI, Unit: RatioUnit, Better: lower, AddsUp: ByMean, YesNo: true, Name: "Churn",
			Description: "Whether a customer left in the period; of a group, the share who did with its number of customers as the size."},
		{Key: "conversion", Kind: OperationalKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, Name: "Conversion",
			Description: "Of those who came to a step of a journey, the share who went on to the next, by touchpoint; the size is how many came."},
		{Key: "customers", Kind: CustomerKPI, Unit: customer, Better: higher, AddsUp: ByLast, Name: "Customers",
			Description: "Customers at the end of the period."},
		{Key: "efficiency", Kind: FinancialKPI, Unit: RatioUnit, Better: lower, AddsUp: ByMean, Name: "Cost/income ratio",
			Description: "Costs as a share of income; the size is the income."},
		{Key: "engagement", Kind: EmployeeKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, Name: "Engagement",
			Description: "Share of employees who are engaged; the size is the number who were asked."},
		{Key: "lead_time", Kind: OperationalKPI, Unit: days, Better: lower, AddsUp: ByMean, Name: "Lead time",
			Description: "From order to delivery; the size is the number of deliveries."},
		{Key: "lifetime_value", Kind: FinancialKPI, Unit: euro, Better: higher, AddsUp: ByMean, Name: "Lifetime value",
			Description: "What a customer is expected to bring over the years; the size is the number of customers."},
		{Key: "profitability", Kind: FinancialKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, Name: "Operating margin",
			Description: "Operating profit as a share of revenue; the size is the revenue."},
		{Key: "retention", Kind: CustomerKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, YesNo: true, Name: "Retention",
			Description: "Whether a customer stayed through the period; of a group, the share who did with its number of customers as the size."},
		{Key: "revenue", Kind: FinancialKPI, Unit: euro, Better: higher, AddsUp: BySum, Name: "Revenue",
			Description: "Net sales of the period."},
		{Key: "revenue_growth", Kind: FinancialKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, Name: "Revenue growth per customer",
			Description: "Change of the revenue per customer against the year before; the size is the number of customers."},
		{Key: "revenue_per_customer", Kind: FinancialKPI, Unit: euro, Better: higher, AddsUp: ByMean, Name: "Revenue per customer",
			Description: "Net sales for each customer; the size is the number of customers."},
		{Key: "sales_growth", Kind: FinancialKPI, Unit: RatioUnit, Better: higher, AddsUp: ByMean, Name: "Sales growth per customer",
			Description: "Change of what a customer orders against the year before; the size is the number of customers."},
		{Key: "staff", Kind: EmployeeKPI, Unit: employee, Better: higher, AddsUp: ByLast, Name: "Staff",
			Description: "Employees at the end of the period."},
		{Key: "turnover", Kind: EmployeeKPI, Unit: RatioUnit, Better: lower, AddsUp: ByMean, Name: "Staff turnover",
			Description: "Share of employees who left in the period; the size is the number of employees."},
	}
}
