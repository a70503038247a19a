-- What tests/features/triage.toml declares, in SQL and with nothing of ours: one row per
-- business, day and window, first aggregated, then imputed over the rows of the same day.
with
visit as (
    select
        inspection_id, business_id, inspection_date, critical_count, serious_count,
        minor_count, 1 as one, result,
        risk_class_at_inspection as risk,
        nullif(facility_type_at_inspection, '') as facility,
    from inspection
),

span (window_name, reach) as (
    values ('1mo', interval '1 month'), ('3mo', interval '3 months'),
        ('6mo', interval '6 months'), ('1y', interval '1 year'), ('all', null)
),

cohort as (
    select distinct business_id, as_of
    from visit join day on inspection_date < as_of
),

aggregated as (
    select
        cohort.business_id, as_of, window_name,
        count(inspection_id) as "visits",
        sum(one) as "ever",
        sum(critical_count) as "critical_sum",
        avg(critical_count) as "critical_avg",
        max((critical_count > 0)::integer) as "critical_any",
        sum(serious_count) as "serious_sum",
        avg(serious_count) as "serious_avg",
        sum(minor_count) as "minor_sum",
        avg(minor_count) as "minor_avg",
        min(minor_count) as "minor_min",
        max(minor_count) as "minor_max",
        stddev_samp(minor_count) as "minor_std",
        count(distinct result) as "results",
        sum((result = 'Pass')::integer) as "result_Pass_sum",
        sum((result = 'Pass w/ Conditions')::integer) as "result_Pass w/ Conditions_sum",
        sum((result = 'Fail')::integer) as "result_Fail_sum",
        sum((result is null)::integer) filter (inspection_id is not null) as "result_NULL_sum",
        avg((result = 'Pass')::integer) as "result_Pass_avg",
        avg((result = 'Pass w/ Conditions')::integer) as "result_Pass w/ Conditions_avg",
        avg((result = 'Fail')::integer) as "result_Fail_avg",
        avg((result is null)::integer) filter (inspection_id is not null) as "result_NULL_avg",
        sum((risk = 'Risk 1 (High)')::integer) as "risk_Risk 1 (High)_sum",
        sum((risk = 'Risk 2 (Medium)')::integer) as "risk_Risk 2 (Medium)_sum",
        sum((risk = 'Risk 3 (Low)')::integer) as "risk_Risk 3 (Low)_sum",
        sum((risk is null)::integer) filter (inspection_id is not null) as "risk_NULL_sum",
        avg((risk = 'Risk 1 (High)')::integer) as "risk_Risk 1 (High)_avg",
        avg((risk = 'Risk 2 (Medium)')::integer) as "risk_Risk 2 (Medium)_avg",
        avg((risk = 'Risk 3 (Low)')::integer) as "risk_Risk 3 (Low)_avg",
        avg((risk is null)::integer) filter (inspection_id is not null) as "risk_NULL_avg",
        sum((facility = 'Restaurant')::integer) as "facility_Restaurant_sum",
        sum((facility = 'School')::integer) as "facility_School_sum",
        sum((facility = 'Grocery Store')::integer) as "facility_Grocery Store_sum",
        sum((facility = 'Bakery')::integer) as "facility_Bakery_sum",
        sum((facility = 'Daycare (2 - 6 Years)')::integer) as "facility_Daycare (2 - 6 Years)_sum",
        sum((facility is null)::integer) filter (inspection_id is not null) as "facility_NULL_sum",
        avg((facility = 'Restaurant')::integer) as "facility_Restaurant_avg",
        avg((facility = 'School')::integer) as "facility_School_avg",
        avg((facility = 'Grocery Store')::integer) as "facility_Grocery Store_avg",
        avg((facility = 'Bakery')::integer) as "facility_Bakery_avg",
        avg((facility = 'Daycare (2 - 6 Years)')::integer) as "facility_Daycare (2 - 6 Years)_avg",
        avg((facility is null)::integer) filter (inspection_id is not null) as "facility_NULL_avg",
    from cohort cross join span
    left join visit
        on visit.business_id = cohort.business_id
        and inspection_date < as_of
        and (reach is null or inspection_date >= as_of - reach)
    group by all
)

select
    business_id, as_of, window_name,
    coalesce("visits", 0) as "visits",
    "ever",
    coalesce("critical_sum", 0) as "critical_sum",
    ("critical_sum" is null)::integer as "critical_imp",
    coalesce("critical_avg", avg("critical_avg") over same_day, 0) as "critical_avg",
    coalesce("critical_any", case when avg("critical_any") over same_day > 0.5 then 1 else 0 end) as "critical_any",
    ("critical_any" is null)::integer as "critical_any_missing",
    coalesce("serious_sum", 1.5) as "serious_sum",
    ("serious_sum" is null)::integer as "serious_sum_missing",
    coalesce("serious_avg", avg("serious_avg") over same_day, 0) as "serious_avg",
    ("serious_avg" is null)::integer as "serious_avg_missing",
    coalesce("minor_sum", 0) as "minor_sum",
    ("minor_sum" is null)::integer as "minor_sum_missing",
    coalesce("minor_avg", 0) as "minor_avg",
    coalesce("minor_min", 0) as "minor_min",
    ("minor_min" is null)::integer as "minor_min_missing",
    coalesce("minor_max", 9) as "minor_max",
    ("minor_max" is null)::integer as "minor_max_missing",
    coalesce("minor_std", avg("minor_std") over same_day, 0) as "minor_std",
    ("minor_std" is null)::integer as "minor_std_missing",
    coalesce("results", 0) as "results",
    coalesce("result_Pass_sum", 0) as "result_Pass_sum",
    coalesce("result_Pass w/ Conditions_sum", 0) as "result_Pass w/ Conditions_sum",
    coalesce("result_Fail_sum", 0) as "result_Fail_sum",
    coalesce("result_NULL_sum", 1) as "result_NULL_sum",
    coalesce("result_Pass_avg", avg("result_Pass_avg") over same_day, 0) as "result_Pass_avg",
    coalesce("result_Pass w/ Conditions_avg", avg("result_Pass w/ Conditions_avg") over same_day, 0) as "result_Pass w/ Conditions_avg",
    coalesce("result_Fail_avg", avg("result_Fail_avg") over same_day, 0) as "result_Fail_avg",
    coalesce("result_NULL_avg", 1) as "result_NULL_avg",
    coalesce("risk_Risk 1 (High)_sum", 0) as "risk_Risk 1 (High)_sum",
    coalesce("risk_Risk 2 (Medium)_sum", 0) as "risk_Risk 2 (Medium)_sum",
    coalesce("risk_Risk 3 (Low)_sum", 0) as "risk_Risk 3 (Low)_sum",
    coalesce("risk_NULL_sum", 1) as "risk_NULL_sum",
    coalesce("risk_Risk 1 (High)_avg", 0) as "risk_Risk 1 (High)_avg",
    coalesce("risk_Risk 2 (Medium)_avg", 0) as "risk_Risk 2 (Medium)_avg",
    coalesce("risk_Risk 3 (Low)_avg", 0) as "risk_Risk 3 (Low)_avg",
    coalesce("risk_NULL_avg", 1) as "risk_NULL_avg",
    coalesce("facility_Restaurant_sum", 1) as "facility_Restaurant_sum",
    coalesce("facility_School_sum", 0) as "facility_School_sum",
    coalesce("facility_Grocery Store_sum", 0) as "facility_Grocery Store_sum",
    coalesce("facility_Bakery_sum", 0) as "facility_Bakery_sum",
    coalesce("facility_Daycare (2 - 6 Years)_sum", 0) as "facility_Daycare (2 - 6 Years)_sum",
    coalesce("facility_NULL_sum", 1) as "facility_NULL_sum",
    coalesce("facility_Restaurant_avg", 0) as "facility_Restaurant_avg",
    coalesce("facility_School_avg", 0) as "facility_School_avg",
    coalesce("facility_Grocery Store_avg", 0) as "facility_Grocery Store_avg",
    coalesce("facility_Bakery_avg", 0) as "facility_Bakery_avg",
    coalesce("facility_Daycare (2 - 6 Years)_avg", 0) as "facility_Daycare (2 - 6 Years)_avg",
    coalesce("facility_NULL_avg", 1) as "facility_NULL_avg",
from aggregated
window same_day as (partition by as_of, window_name)
order by as_of, business_id, window_name
