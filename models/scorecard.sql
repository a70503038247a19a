-- Scores every row of `matrix` (business_id, as_of, one column per feature) by the
-- frozen table `scorecard`: what everybody starts from, less the points lost.
with measured as (
    select business_id, as_of, feature, value
    from matrix
    unpivot include nulls (
        value for feature in (columns(* exclude (business_id, as_of)))
    )
),

matched as (
    select
        measured.business_id,
        measured.as_of,
        scorecard.points_lost,
    from measured
    join scorecard on measured.feature = scorecard.feature
    where case scorecard.kind
        when 'missing' then measured.value is null
        when 'special' then measured.value = scorecard.up_to
        else measured.value > scorecard.above and measured.value <= scorecard.up_to
    end
    -- A special code lies inside some range too; its own bin goes before.
    qualify row_number() over (
        partition by measured.business_id, measured.as_of, measured.feature
        order by scorecard.kind = 'range'
    ) = 1
)

select
    matched.business_id,
    matched.as_of,
    -(select points_lost from scorecard where kind = 'highest')
    - sum(matched.points_lost) as credit_score,
from matched
group by matched.business_id, matched.as_of
order by matched.business_id, matched.as_of
