-- The warehouse of Shian: the one source of its schema.
--
-- raw      what was accepted, every version of every row, with where it came from
-- staging  views: the version of each row that counts now
-- mart     the current facts, one table per noun; features read these
-- output   what the pipelines write: runs, scores, reasons, plans, quarantine
--
-- Conventions, relied on by features.schema and held by tests:
--   * running this file twice changes nothing;
--   * a table comment reads 'One row per ... | Chinese | key: columns';
--   * a column comment reads 'Chinese | English | unit', where the unit may be
--     'code LIST' (values come from mart.code) or 'codes LIST' (joined by +);
--   * a check constraint stands on one line and its name is the quarantine rule;
--   * keys are checked by the loader, not by an index: MERGE without an index is
--     three times cheaper, and an index would double the file.

create schema if not exists raw;
create schema if not exists staging;
create schema if not exists mart;
create schema if not exists output;

create table if not exists mart.schema_version (
    version integer not null,
);
comment on table mart.schema_version is 'One row per warehouse: the version of this file that made it. | 本库结构版本 | key: version';
comment on column mart.schema_version.version is '结构版本 | Version of this file | version';
insert into mart.schema_version
select 3
where not exists (from mart.schema_version);

create table if not exists mart.business (
    business_id varchar not null,
    valid_from date not null,
    valid_to date,
    recorded_at date not null,
    usci varchar,
    usci_flag varchar,
    licence_no varchar,
    licence_flag varchar,
    name varchar not null,
    business_type varchar not null,
    subtype varchar,
    legal_form varchar,
    chain_code varchar,
    street_code varchar,
    address varchar,
    lon double,
    lat double,
    opened_on date,
    closed_on date,
    declared_risk smallint,
    source_category varchar,
    is_special_food boolean,
    constraint valid_period_positive check (valid_to is null or valid_to > valid_from),
    constraint closed_after_opened check (closed_on is null or opened_on is null or closed_on >= opened_on),
    constraint declared_risk_in_range check (declared_risk is null or declared_risk between 1 and 9),
    constraint lon_in_range check (lon is null or lon between -180 and 180),
    constraint lat_in_range check (lat is null or lat between -90 and 90),
    constraint coordinates_complete check ((lon is null) = (lat is null)),
);
comment on table mart.business is 'One row per business and validity period. | 经营者及其有效期 | key: business_id, valid_from';
comment on column mart.business.business_id is '经营者编号 | Business the row is about |';
comment on column mart.business.valid_from is '有效期起 | First day these attributes hold | day';
comment on column mart.business.valid_to is '有效期止（空为现行） | Day after the last day these attributes hold; empty while current | day';
comment on column mart.business.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.business.usci is '统一社会信用代码 | Unified social credit identifier (GB 32100-2015) |';
comment on column mart.business.usci_flag is '统一社会信用代码校验 | Outcome of the identifier check: ok, whitelisted, missing or what failed |';
comment on column mart.business.licence_no is '许可证编号 | Food business (JY) or production (SC) licence number |';
comment on column mart.business.licence_flag is '许可证编号校验 | Outcome of the licence number check |';
comment on column mart.business.name is '名称 | Name as registered |';
comment on column mart.business.business_type is '业态大类 | Type: producer, seller, catering, canteen, market | code business_type';
comment on column mart.business.subtype is '业态细类 | Subtype, for instance school_canteen or central_kitchen | code subtype';
comment on column mart.business.legal_form is '主体类型 | Enterprise, individual business, cooperative or institution | code legal_form';
comment on column mart.business.chain_code is '连锁或同一业主代码 | Brand or owner shared by several premises; empty for a single shop |';
comment on column mart.business.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column mart.business.address is '地址 | Address of the premises |';
comment on column mart.business.lon is '经度 | Longitude, WGS-84 | degree';
comment on column mart.business.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column mart.business.opened_on is '开业日 | Day of opening or of the first licence | day';
comment on column mart.business.closed_on is '注销或停业日 | Day of closing; empty while trading | day';
comment on column mart.business.declared_risk is '来源自报风险类别 | Risk class the source itself gives, larger is riskier | class';
comment on column mart.business.source_category is '来源自报类别 | Category the source itself gives, for instance a cuisine |';
comment on column mart.business.is_special_food is '是否特殊食品生产者 | Makes health food, infant formula or food for special medical purposes |';

create table if not exists mart.static_factor (
    business_id varchar not null,
    factor varchar not null,
    value_code varchar not null,
    value_number double,
    valid_from date not null,
    recorded_at date not null,
    constraint value_not_negative check (value_number is null or value_number >= 0),
);
comment on table mart.static_factor is 'One row per business, static risk factor, value and start of validity. | 经营者静态风险因素 | key: business_id, factor, value_code, valid_from';
comment on column mart.static_factor.business_id is '经营者编号 | Business the row is about |';
comment on column mart.static_factor.factor is '静态因素 | Factor of the static tables, named as in models/law | code static_factor';
comment on column mart.static_factor.value_code is '取值代码（数值型填 -） | Category of the factor, for instance food category 0504; - for counts |';
comment on column mart.static_factor.value_number is '取值 | Amount of the factor | as the table says';
comment on column mart.static_factor.valid_from is '有效期起 | First day the value holds | day';
comment on column mart.static_factor.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.inspection (
    inspection_id varchar not null,
    business_id varchar not null,
    inspected_on date not null,
    recorded_at date not null,
    purpose varchar not null,
    level varchar,
    office_id varchar,
    inspector_id varchar,
    second_inspector_id varchar,
    is_full_checklist boolean,
    items_checked integer,
    key_failed integer,
    general_failed integer,
    minor_failed integer,
    checklist_points double,
    source_score double,
    result_code varchar,
    is_serious boolean,
    is_refused boolean,
    inclusion_probability double,
    constraint inspected_not_after_record check (recorded_at >= inspected_on),
    constraint counts_not_negative check (least(coalesce(items_checked, 0), coalesce(key_failed, 0), coalesce(general_failed, 0), coalesce(minor_failed, 0)) >= 0),
    constraint checklist_points_in_range check (checklist_points is null or checklist_points between 0 and 60),
    constraint inclusion_probability_in_range check (inclusion_probability is null or (inclusion_probability > 0 and inclusion_probability <= 1)),
    constraint two_different_inspectors check (second_inspector_id is null or inspector_id is null or second_inspector_id <> inspector_id),
);
comment on table mart.inspection is 'One row per inspection of one business on one day. | 一次监督检查 | key: inspection_id';
comment on column mart.inspection.inspection_id is '检查编号 | Number of the inspection |';
comment on column mart.inspection.business_id is '经营者编号 | Business the row is about |';
comment on column mart.inspection.inspected_on is '检查日 | Day of the inspection | day';
comment on column mart.inspection.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.inspection.purpose is '检查类型 | Why the visit was made | code purpose';
comment on column mart.inspection.level is '检查机关层级 | Level of the inspecting authority | code level';
comment on column mart.inspection.office_id is '市场监管所 | Office that inspected |';
comment on column mart.inspection.inspector_id is '主检查员 | Lead inspector, or the source''s inspector group; never used to score a business |';
comment on column mart.inspection.second_inspector_id is '副检查员 | Second inspector |';
comment on column mart.inspection.is_full_checklist is '是否全项目检查 | All items of the checklist were inspected |';
comment on column mart.inspection.items_checked is '检查项目数 | Items inspected | item';
comment on column mart.inspection.key_failed is '重点项目不合格数 | Key items found non-conforming | item';
comment on column mart.inspection.general_failed is '一般项目不合格数 | General items found non-conforming | item';
comment on column mart.inspection.minor_failed is '轻微问题数 | Minor findings, where the source keeps them apart | item';
comment on column mart.inspection.checklist_points is '动态风险分（检查表） | Dynamic points of a scored checklist, 0 to 60; empty when not scored | point';
comment on column mart.inspection.source_score is '来源得分（越高越差） | Score the source itself gives, larger is worse | point';
comment on column mart.inspection.result_code is '检查结果 | What followed from the visit | code result';
comment on column mart.inspection.is_serious is '是否严重不合格 | At least one key item failed, or an order to stop or to investigate; empty when the result is unknown |';
comment on column mart.inspection.is_refused is '是否拒绝检查 | The business refused, evaded or obstructed the inspection |';
comment on column mart.inspection.inclusion_probability is '抽取概率 | Probability with which the draw chose the business; empty for targeted visits | share';

create table if not exists mart.inspection_item (
    inspection_id varchar not null,
    item_code varchar not null,
    severity varchar not null,
    occurrences integer not null,
    is_corrected boolean,
    constraint occurrences_positive check (occurrences >= 1),
);
comment on table mart.inspection_item is 'One row per item found non-conforming at an inspection. | 检查中发现的不合格项目 | key: inspection_id, item_code';
comment on column mart.inspection_item.inspection_id is '检查编号 | Inspection the item belongs to |';
comment on column mart.inspection_item.item_code is '项目代码 | Checklist item or violation code |';
comment on column mart.inspection_item.severity is '项目类别 | Key, general or minor item | code item_severity';
comment on column mart.inspection_item.occurrences is '次数 | Times the item was found at this visit | count';
comment on column mart.inspection_item.is_corrected is '是否当场改正 | Corrected on the spot |';

create table if not exists mart.complaint (
    complaint_id varchar not null,
    business_id varchar,
    received_on date not null,
    recorded_at date not null,
    kind varchar not null,
    category varchar,
    text varchar,
    street_code varchar,
    lon double,
    lat double,
    is_verified boolean,
    verified_on date,
    constraint received_not_after_record check (recorded_at >= received_on),
    constraint verified_after_received check (verified_on is null or verified_on >= received_on),
    constraint lon_in_range check (lon is null or lon between -180 and 180),
    constraint lat_in_range check (lat is null or lat between -90 and 90),
    constraint coordinates_complete check ((lon is null) = (lat is null)),
);
comment on table mart.complaint is 'One row per complaint or report. | 一件投诉或举报 | key: complaint_id';
comment on column mart.complaint.complaint_id is '投诉举报编号 | Number of the complaint or report |';
comment on column mart.complaint.business_id is '经营者编号 | Business complained of, when known |';
comment on column mart.complaint.received_on is '收到日 | Day it was received | day';
comment on column mart.complaint.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.complaint.kind is '投诉或举报 | Consumer complaint or report of a breach | code complaint_kind';
comment on column mart.complaint.category is '问题类别 | What it is about | code complaint_category';
comment on column mart.complaint.text is '内容（已去除个人信息） | Text with personal data removed |';
comment on column mart.complaint.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column mart.complaint.lon is '经度 | Longitude, WGS-84 | degree';
comment on column mart.complaint.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column mart.complaint.is_verified is '是否查实 | Verification found a breach; empty while open |';
comment on column mart.complaint.verified_on is '核查日 | Day the verification ended | day';

create table if not exists mart.sampling_result (
    sample_id varchar not null,
    business_id varchar not null,
    sampled_on date not null,
    recorded_at date not null,
    programme varchar not null,
    level varchar not null,
    food_class varchar,
    food_name varchar,
    sampler_id varchar,
    laboratory_id varchar,
    is_failed boolean not null,
    failed_item varchar,
    reinspection varchar,
    final_on date,
    disposed_on date,
    constraint sampled_not_after_record check (recorded_at >= sampled_on),
    constraint final_after_sampled check (final_on is null or final_on >= sampled_on),
    constraint disposed_after_sampled check (disposed_on is null or disposed_on >= sampled_on),
);
comment on table mart.sampling_result is 'One row per sample of food with its test. | 一批次抽检 | key: sample_id';
comment on column mart.sampling_result.sample_id is '样品编号 | Number of the sample |';
comment on column mart.sampling_result.business_id is '经营者编号 | Business the row is about |';
comment on column mart.sampling_result.sampled_on is '抽样日 | Day of sampling | day';
comment on column mart.sampling_result.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.sampling_result.programme is '抽检性质 | Supervision, evaluation or monitoring | code programme';
comment on column mart.sampling_result.level is '任务层级 | Level of the authority that ordered it | code level';
comment on column mart.sampling_result.food_class is '食品大类 | Food class 01 to 32 | code food_class';
comment on column mart.sampling_result.food_name is '样品名称 | Name of the food |';
comment on column mart.sampling_result.sampler_id is '抽样人员 | Officer who sampled |';
comment on column mart.sampling_result.laboratory_id is '检验机构 | Laboratory that tested |';
comment on column mart.sampling_result.is_failed is '是否不合格 | The laboratory found it non-conforming |';
comment on column mart.sampling_result.failed_item is '不合格项目 | Item that failed |';
comment on column mart.sampling_result.reinspection is '复检状态 | State of the re-inspection of the sample | code reinspection';
comment on column mart.sampling_result.final_on is '结论确定日 | Day the result became final; empty while it can still be challenged | day';
comment on column mart.sampling_result.disposed_on is '核查处置完成日 | Day disposal was completed | day';

create table if not exists mart.penalty (
    penalty_id varchar not null,
    business_id varchar not null,
    decided_on date not null,
    recorded_at date not null,
    document_no varchar,
    act varchar,
    law_article varchar,
    kinds varchar not null,
    discretion_grade varchar,
    procedure varchar,
    fine_yuan decimal(14,2),
    confiscated_yuan decimal(14,2),
    goods_value_yuan decimal(14,2),
    duration_days integer,
    is_intentional boolean,
    has_bad_social_effect boolean,
    withdrawn_on date,
    withdrawal varchar,
    constraint decided_not_after_record check (recorded_at >= decided_on),
    constraint amounts_not_negative check (least(coalesce(fine_yuan, 0), coalesce(confiscated_yuan, 0), coalesce(goods_value_yuan, 0), coalesce(duration_days, 0)) >= 0),
    constraint withdrawn_after_decided check (withdrawn_on is null or withdrawn_on >= decided_on),
    constraint withdrawal_is_dated check ((withdrawn_on is null) = (withdrawal is null)),
);
comment on table mart.penalty is 'One row per administrative penalty decision. | 一件行政处罚决定 | key: penalty_id';
comment on column mart.penalty.penalty_id is '处罚编号 | Number of the case |';
comment on column mart.penalty.business_id is '经营者编号 | Business the row is about |';
comment on column mart.penalty.decided_on is '决定日 | Day of the decision | day';
comment on column mart.penalty.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.penalty.document_no is '决定书文号 | Number of the written decision |';
comment on column mart.penalty.act is '违法行为 | What was done |';
comment on column mart.penalty.law_article is '处罚依据 | Law and article, for instance fsl:123 |';
comment on column mart.penalty.kinds is '处罚种类（以 + 连接） | Kinds of penalty joined by +, for instance fine+confiscation | codes penalty_kind';
comment on column mart.penalty.discretion_grade is '裁量等级 | Degree of discretion | code discretion';
comment on column mart.penalty.procedure is '程序 | Simple or ordinary procedure | code procedure';
comment on column mart.penalty.fine_yuan is '罚款金额 | Fine | yuan';
comment on column mart.penalty.confiscated_yuan is '没收金额 | Confiscated | yuan';
comment on column mart.penalty.goods_value_yuan is '货值金额 | Value of the goods | yuan';
comment on column mart.penalty.duration_days is '违法持续天数 | How long the breach lasted | day';
comment on column mart.penalty.is_intentional is '是否故意 | Committed on purpose, as found in the decision |';
comment on column mart.penalty.has_bad_social_effect is '是否造成不良社会影响 | Bad social effect, as found in the decision |';
comment on column mart.penalty.withdrawn_on is '撤销或修复日 | Day it was annulled or repaired; it counts no more from then on | day';
comment on column mart.penalty.withdrawal is '撤销或修复 | Annulled or repaired | code withdrawal';

create table if not exists mart.incident (
    incident_id varchar not null,
    business_id varchar,
    occurred_on date not null,
    recorded_at date not null,
    kind varchar not null,
    cases integer,
    deaths integer,
    is_confirmed boolean,
    street_code varchar,
    constraint occurred_not_after_record check (recorded_at >= occurred_on),
    constraint cases_not_negative check (least(coalesce(cases, 0), coalesce(deaths, 0)) >= 0),
);
comment on table mart.incident is 'One row per food safety incident. | 一起食品安全事件 | key: incident_id';
comment on column mart.incident.incident_id is '事件编号 | Number of the incident |';
comment on column mart.incident.business_id is '经营者编号 | Business held responsible, when known |';
comment on column mart.incident.occurred_on is '发生日 | Day it happened | day';
comment on column mart.incident.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.incident.kind is '事件类型 | Kind of incident | code incident_kind';
comment on column mart.incident.cases is '发病人数 | People taken ill | person';
comment on column mart.incident.deaths is '死亡人数 | Deaths | person';
comment on column mart.incident.is_confirmed is '是否确认 | Confirmed by investigation |';
comment on column mart.incident.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';

create table if not exists mart.certificate (
    certificate_id varchar not null,
    business_id varchar not null,
    kind varchar not null,
    valid_from date not null,
    valid_to date,
    recorded_at date not null,
    constraint certificate_period_positive check (valid_to is null or valid_to >= valid_from),
);
comment on table mart.certificate is 'One row per certificate or award of a business. | 一份认证或奖项 | key: certificate_id';
comment on column mart.certificate.certificate_id is '证书编号 | Number of the certificate |';
comment on column mart.certificate.business_id is '经营者编号 | Business the row is about |';
comment on column mart.certificate.kind is '证书种类 | HACCP, GMP, ISO 22000, ISO 9001 or a government quality award | code certificate_kind';
comment on column mart.certificate.valid_from is '有效期起 | First day of validity | day';
comment on column mart.certificate.valid_to is '有效期止 | Last day of validity | day';
comment on column mart.certificate.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.kitchen_connection (
    business_id varchar not null,
    first_on date not null,
    last_on date not null,
    is_online boolean not null,
    recorded_at date not null,
    constraint span_within_a_month check (last_on >= first_on and last_on - first_on < 31),
    constraint span_recorded_when_over check (recorded_at >= last_on),
);
comment on table mart.kitchen_connection is 'One row per business and span of business days on which its sunshine kitchen was all online or all offline; days of no business are in no span. | 经营者阳光厨房逐日在线情况（状态相同的连续营业日合为一行；不营业的日子不列） | key: business_id, first_on';
comment on column mart.kitchen_connection.business_id is '经营者编号 | Business the row is about |';
comment on column mart.kitchen_connection.first_on is '起始日 | First day of the span | day';
comment on column mart.kitchen_connection.last_on is '截止日 | Last day of the span, itself in it | day';
comment on column mart.kitchen_connection.is_online is '是否在线 | Whether the kitchen was online on these days |';
comment on column mart.kitchen_connection.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.insurance_policy (
    policy_id varchar not null,
    business_id varchar not null,
    kind varchar not null,
    valid_from date not null,
    valid_to date not null,
    recorded_at date not null,
    constraint policy_period_positive check (valid_to >= valid_from),
);
comment on table mart.insurance_policy is 'One row per food safety liability policy of a business. | 一份食品安全责任保险 | key: policy_id';
comment on column mart.insurance_policy.policy_id is '保单号 | Number of the policy |';
comment on column mart.insurance_policy.business_id is '经营者编号 | Business the row is about |';
comment on column mart.insurance_policy.kind is '险种 | Public-interest or commercial liability | code insurance_kind';
comment on column mart.insurance_policy.valid_from is '起保日 | First day of cover | day';
comment on column mart.insurance_policy.valid_to is '终保日 | Last day of cover | day';
comment on column mart.insurance_policy.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.training_event (
    event_id varchar not null,
    business_id varchar,
    held_on date not null,
    recorded_at date not null,
    kind varchar not null,
    street_code varchar,
    community varchar,
    is_passed boolean,
    constraint held_not_after_record check (recorded_at >= held_on),
);
comment on table mart.training_event is 'One row per training, skill check or publicity event. | 一次培训、考核或科普活动 | key: event_id';
comment on column mart.training_event.event_id is '活动编号 | Number of the event |';
comment on column mart.training_event.business_id is '经营者编号 | Business concerned, when it is about one |';
comment on column mart.training_event.held_on is '举办日 | Day it was held | day';
comment on column mart.training_event.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.training_event.kind is '活动类型 | Skill check, training or community publicity | code training_kind';
comment on column mart.training_event.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column mart.training_event.community is '社区（与单位表名称一致） | Community, by its name in mart.unit |';
comment on column mart.training_event.is_passed is '是否合格 | Skill check passed |';

create table if not exists mart.inspector (
    inspector_id varchar not null,
    office_id varchar not null,
    joined_on date,
    left_on date,
    qualifications varchar,
    constraint left_after_joined check (left_on is null or joined_on is null or left_on >= joined_on),
);
comment on table mart.inspector is 'One row per inspector. | 一名执法检查人员 | key: inspector_id';
comment on column mart.inspector.inspector_id is '检查员编号 | Number of the inspector; no name is kept |';
comment on column mart.inspector.office_id is '所属市场监管所 | Office |';
comment on column mart.inspector.joined_on is '入职日 | First day | day';
comment on column mart.inspector.left_on is '离岗日 | Day after the last day | day';
comment on column mart.inspector.qualifications is '检查资质（以 + 连接） | Qualified for, joined by +, for instance producer+catering |';

create table if not exists mart.inspector_leave (
    inspector_id varchar not null,
    first_on date not null,
    last_on date not null,
    recorded_at date not null,
    constraint leave_period_positive check (last_on >= first_on),
);
comment on table mart.inspector_leave is 'One row per period in which an inspector is away: leave, training, sent elsewhere. | 检查员一次请假、培训或外派 | key: inspector_id, first_on';
comment on column mart.inspector_leave.inspector_id is '检查员编号 | Inspector who is away |';
comment on column mart.inspector_leave.first_on is '首日 | First day away | day';
comment on column mart.inspector_leave.last_on is '末日 | Last day away | day';
comment on column mart.inspector_leave.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.office (
    office_id varchar not null,
    name varchar not null,
    street_code varchar,
);
comment on table mart.office is 'One row per market supervision office. | 一个市场监管所 | key: office_id';
comment on column mart.office.office_id is '市场监管所编号 | Number of the office |';
comment on column mart.office.name is '名称 | Name of the office |';
comment on column mart.office.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';

create table if not exists mart.conflict_of_interest (
    inspector_id varchar not null,
    business_id varchar not null,
    reason varchar not null,
    valid_from date not null,
    valid_to date,
    constraint conflict_period_positive check (valid_to is null or valid_to >= valid_from),
);
comment on table mart.conflict_of_interest is 'One row per inspector and business that must not meet. | 检查员与经营者的回避关系 | key: inspector_id, business_id';
comment on column mart.conflict_of_interest.inspector_id is '检查员编号 | Inspector who must withdraw |';
comment on column mart.conflict_of_interest.business_id is '经营者编号 | Business the row is about |';
comment on column mart.conflict_of_interest.reason is '回避事由 | Why | code conflict_reason';
comment on column mart.conflict_of_interest.valid_from is '起 | First day | day';
comment on column mart.conflict_of_interest.valid_to is '止 | Last day; empty while open | day';

create table if not exists mart.street (
    street_code varchar not null,
    name varchar not null,
    lon double,
    lat double,
    population integer,
    constraint lon_in_range check (lon is null or lon between -180 and 180),
    constraint lat_in_range check (lat is null or lat between -90 and 90),
    constraint coordinates_complete check ((lon is null) = (lat is null)),
    constraint population_not_negative check (population is null or population >= 0),
);
comment on table mart.street is 'One row per street (subdistrict). | 一个街道 | key: street_code';
comment on column mart.street.street_code is '街道代码 | Statistical code of the street |';
comment on column mart.street.name is '街道名称 | Name of the street |';
comment on column mart.street.lon is '经度 | Longitude, WGS-84 | degree';
comment on column mart.street.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column mart.street.population is '常住人口 | Resident population | person';

create table if not exists mart.roster_entry (
    business_id varchar not null,
    roster varchar not null,
    valid_from date not null,
    valid_to date,
    amount double,
    document varchar,
    recorded_at date not null,
    constraint roster_period_positive check (valid_to is null or valid_to > valid_from),
    constraint amount_not_negative check (amount is null or amount >= 0),
);
comment on table mart.roster_entry is 'One row per business and official roster it stands on. | 经营者列入的官方名册 | key: business_id, roster, valid_from';
comment on column mart.roster_entry.business_id is '经营者编号 | Business the row is about |';
comment on column mart.roster_entry.roster is '名册 | Roster of another department: producers above the statistical scale, care homes with their beds, caterers in tourist spots | code roster';
comment on column mart.roster_entry.valid_from is '列入日 | First day on the roster | day';
comment on column mart.roster_entry.valid_to is '移出日（空为现行） | Day after the last day on it; empty while current | day';
comment on column mart.roster_entry.amount is '数量（养老机构填床位数） | Amount the roster states: beds of a care home | as the roster says';
comment on column mart.roster_entry.document is '来源文件 | Document it was taken from |';
comment on column mart.roster_entry.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.handled_food (
    business_id varchar not null,
    category varchar not null,
    valid_from date not null,
    valid_to date,
    recorded_at date not null,
    constraint handled_period_positive check (valid_to is null or valid_to > valid_from),
);
comment on table mart.handled_food is 'One row per business and main food category it deals in. | 经营者经营的主要食品品种 | key: business_id, category, valid_from';
comment on column mart.handled_food.business_id is '经营者编号 | Business the row is about |';
comment on column mart.handled_food.category is '主要食品品种 | Category of the traceability indicator | code trace_category';
comment on column mart.handled_food.valid_from is '有效期起 | First day it deals in it | day';
comment on column mart.handled_food.valid_to is '有效期止（空为现行） | Day after the last day; empty while current | day';
comment on column mart.handled_food.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.trace_upload (
    business_id varchar not null,
    category varchar not null,
    month date not null,
    batches integer not null,
    platform varchar not null,
    recorded_at date not null,
    constraint month_is_first_day check (day(month) = 1),
    constraint batches_not_negative check (batches >= 0),
);
comment on table mart.trace_upload is 'One row per business, food category and month of traceability uploads. | 经营者每月追溯信息上传 | key: business_id, category, month';
comment on column mart.trace_upload.business_id is '经营者编号 | Business the row is about |';
comment on column mart.trace_upload.category is '主要食品品种 | Category of the traceability indicator | code trace_category';
comment on column mart.trace_upload.month is '月份（当月首日） | First day of the month | day';
comment on column mart.trace_upload.batches is '有效上传批次 | Batches uploaded and accepted by the platform | count';
comment on column mart.trace_upload.platform is '平台 | Platform they were uploaded to | code trace_platform';
comment on column mart.trace_upload.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.unit (
    unit_id varchar not null,
    kind varchar not null,
    name varchar not null,
    street_code varchar,
    size integer,
    valid_from date not null,
    valid_to date,
    recorded_at date not null,
    constraint unit_period_positive check (valid_to is null or valid_to > valid_from),
    constraint size_not_negative check (size is null or size >= 0),
);
comment on table mart.unit is 'One row per place the plan counts that is no food business: community, village or school. | 规划计数的非经营单位（社区、村、学校） | key: unit_id';
comment on column mart.unit.unit_id is '单位编号 | Number of the unit: statistical or school code |';
comment on column mart.unit.kind is '单位类型 | Community, village, or kind of school | code unit_kind';
comment on column mart.unit.name is '名称 | Name of the unit |';
comment on column mart.unit.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column mart.unit.size is '人数（学校填学生数） | People it holds: pupils of a school | person';
comment on column mart.unit.valid_from is '设立日 | First day it exists | day';
comment on column mart.unit.valid_to is '撤销日（空为现行） | Day after the last day; empty while it exists | day';
comment on column mart.unit.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.school_lesson (
    lesson_id varchar not null,
    unit_id varchar not null,
    held_on date not null,
    recorded_at date not null,
    lessons integer not null,
    pupils integer,
    topic varchar,
    constraint held_not_after_record check (recorded_at >= held_on),
    constraint lessons_positive check (lessons >= 1),
);
comment on table mart.school_lesson is 'One row per food education lesson of a school. | 一次学校食育课程 | key: lesson_id';
comment on column mart.school_lesson.lesson_id is '课程编号 | Number of the lesson |';
comment on column mart.school_lesson.unit_id is '学校编号 | School of mart.unit that held it |';
comment on column mart.school_lesson.held_on is '授课日 | Day it was held | day';
comment on column mart.school_lesson.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.school_lesson.lessons is '课时数 | Lessons held that day | count';
comment on column mart.school_lesson.pupils is '参加学生数 | Pupils who took part | person';
comment on column mart.school_lesson.topic is '主题 | What it was about |';

create table if not exists mart.health_sample (
    sample_id varchar not null,
    sampled_on date not null,
    recorded_at date not null,
    street_code varchar,
    food_name varchar,
    hazard varchar,
    is_above_limit boolean,
    constraint sampled_not_after_record check (recorded_at >= sampled_on),
);
comment on table mart.health_sample is 'One row per sample of the health system''s food risk monitoring. | 卫健系统的一件食品安全风险监测样品 | key: sample_id';
comment on column mart.health_sample.sample_id is '样品编号 | Number of the sample |';
comment on column mart.health_sample.sampled_on is '采样日 | Day of sampling | day';
comment on column mart.health_sample.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.health_sample.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column mart.health_sample.food_name is '样品名称 | Name of the food |';
comment on column mart.health_sample.hazard is '监测内容 | Contaminant or harmful factor looked for |';
comment on column mart.health_sample.is_above_limit is '是否检出异常 | Found above its limit |';

create table if not exists mart.incident_report (
    report_id varchar not null,
    incident_id varchar not null,
    reported_on date not null,
    recorded_at date not null,
    hours_after double not null,
    channel varchar not null,
    is_complete boolean not null,
    constraint reported_not_after_record check (recorded_at >= reported_on),
    constraint hours_not_negative check (hours_after >= 0),
);
comment on table mart.incident_report is 'One row per report of a food safety incident to an authority. | 一次食品安全事件报告 | key: report_id';
comment on column mart.incident_report.report_id is '报告编号 | Number of the report |';
comment on column mart.incident_report.incident_id is '事件编号 | Incident of mart.incident it tells of |';
comment on column mart.incident_report.reported_on is '报告日 | Day it was reported | day';
comment on column mart.incident_report.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.incident_report.hours_after is '知悉至报告的小时数 | Hours from learning of the incident to reporting it | hour';
comment on column mart.incident_report.channel is '报告渠道 | Channel it came through | code report_channel';
comment on column mart.incident_report.is_complete is '内容是否完整 | Holds every item a report must hold |';

create table if not exists mart.lead (
    lead_id varchar not null,
    business_id varchar,
    department varchar not null,
    origin varchar not null,
    found_on date not null,
    recorded_at date not null,
    meets_standard boolean,
    filed_on date,
    closed_on date,
    outcome varchar,
    extended_to date,
    constraint found_not_after_record check (recorded_at >= found_on),
    constraint filed_after_found check (filed_on is null or filed_on >= found_on),
    constraint closed_after_filed check (closed_on is null or (filed_on is not null and closed_on >= filed_on)),
);
comment on table mart.lead is 'One row per lead of a food safety breach, with what became of it. | 一条食品违法案件线索及办理情况 | key: lead_id';
comment on column mart.lead.lead_id is '线索编号 | Number of the lead |';
comment on column mart.lead.business_id is '经营者编号 | Business concerned, when known |';
comment on column mart.lead.department is '办理部门 | Department that handles it | code lead_department';
comment on column mart.lead.origin is '线索来源 | Where it came from | code lead_origin';
comment on column mart.lead.found_on is '发现日 | Day it was found or received | day';
comment on column mart.lead.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.lead.meets_standard is '是否符合立案标准 | Meets the standard for opening a case; empty while not decided |';
comment on column mart.lead.filed_on is '立案日 | Day a case was opened; empty while none is | day';
comment on column mart.lead.closed_on is '办结日 | Day of the decision, transfer or lawful closure | day';
comment on column mart.lead.outcome is '办理结果 | How it ended | code lead_outcome';
comment on column mart.lead.extended_to is '经批准延长至 | Day up to which the term was extended with approval | day';

create table if not exists mart.street_assessment (
    street_code varchar not null,
    dimension varchar not null,
    assessed_on date not null,
    recorded_at date not null,
    points double not null,
    document varchar,
    constraint assessed_not_after_record check (recorded_at >= assessed_on),
    constraint points_in_range check (points between 0 and 100),
);
comment on table mart.street_assessment is 'One row per street, dimension and day of an assessment of its food safety office. | 街道食安办分项评价 | key: street_code, dimension, assessed_on';
comment on column mart.street_assessment.street_code is '街道代码 | Street whose office was assessed |';
comment on column mart.street_assessment.dimension is '评价维度 | Dimension of the assessment | code office_dimension';
comment on column mart.street_assessment.assessed_on is '评价日 | Day of the review on site | day';
comment on column mart.street_assessment.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.street_assessment.points is '得分 | Points given, 0 to 100 for each dimension | point';
comment on column mart.street_assessment.document is '来源文件 | Document it was taken from |';

create table if not exists mart.reported_figure (
    figure varchar not null,
    area varchar not null,
    year integer not null,
    amount double not null,
    document varchar not null,
    recorded_at date not null,
    constraint figure_not_negative check (amount >= 0),
);
comment on table mart.reported_figure is 'One row per figure another department reports, by area and year. | 其他部门报送的数字 | key: figure, area, year';
comment on column mart.reported_figure.figure is '数字名称 | What it counts or measures | code reported_figure';
comment on column mart.reported_figure.area is '区域（全区填 district，否则填街道代码） | Area: district, or the code of a street |';
comment on column mart.reported_figure.year is '年度 | Year it is of; of a stock its end | year';
comment on column mart.reported_figure.amount is '数值 | The figure | as its name says';
comment on column mart.reported_figure.document is '来源文件 | Document it was taken from |';
comment on column mart.reported_figure.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';

create table if not exists mart.grade_decision (
    business_id varchar not null,
    ground varchar not null,
    decided_on date not null,
    recorded_at date not null,
    grade_year integer not null,
    shift smallint not null,
    officer varchar not null,
    reason varchar not null,
    constraint decided_not_after_record check (recorded_at >= decided_on),
    constraint shift_in_range check (shift between -1 and 2),
);
comment on table mart.grade_decision is 'One row per officer''s decision on raising or lowering a risk grade. | 一项上调或下调等级的决定 | key: business_id, ground, decided_on';
comment on column mart.grade_decision.business_id is '经营者编号 | Business the row is about |';
comment on column mart.grade_decision.ground is '情形编号 | Ground of the Measures, for instance R29-2 |';
comment on column mart.grade_decision.decided_on is '决定日 | Day of the decision | day';
comment on column mart.grade_decision.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column mart.grade_decision.grade_year is '适用年度 | Year whose grade it changes | year';
comment on column mart.grade_decision.shift is '调整级数（0 为不调整） | Grades up (positive) or down (negative); 0 declines the recommendation | grade';
comment on column mart.grade_decision.officer is '决定人 | Officer who decided |';
comment on column mart.grade_decision.reason is '理由 | Reason given |';

create table if not exists mart.code (
    kind varchar not null,
    code varchar not null,
    zh varchar not null,
    en varchar not null,
);
comment on table mart.code is 'One row per code list entry. | 一个代码 | key: kind, code';
comment on column mart.code.kind is '代码表 | Code list |';
comment on column mart.code.code is '代码 | Code |';
comment on column mart.code.zh is '中文 | Chinese label |';
comment on column mart.code.en is '英文 | English label |';

create table if not exists output.run (
    run_id varchar not null,
    kind varchar not null,
    as_of date not null,
    model_version varchar,
    law_version varchar not null,
    code_version varchar not null,
    data_fingerprint varchar not null,
    businesses integer not null,
    parameters varchar not null,
);
comment on table output.run is 'One row per run that wrote output. | 一次运行 | key: run_id';
comment on column output.run.run_id is '运行编号 | Hash of everything that went into the run |';
comment on column output.run.kind is '运行类型 | score, plan, worklist, draw, sample_plan, alerts or indicators |';
comment on column output.run.as_of is '数据截止日 | Only facts recorded before this day were used | day';
comment on column output.run.model_version is '模型版本 | Model and version |';
comment on column output.run.law_version is '规则版本 | Hash of the rules in models/law |';
comment on column output.run.code_version is '程序版本 | Version of the program |';
comment on column output.run.data_fingerprint is '数据指纹 | Hash of the facts used |';
comment on column output.run.businesses is '经营者数 | Businesses in the run | business';
comment on column output.run.parameters is '参数（JSON） | Parameters as JSON |';

create table if not exists output.score (
    run_id varchar not null,
    business_id varchar not null,
    as_of date not null,
    business_type varchar not null,
    street_code varchar,
    static_points double,
    static_tier varchar,
    checklist_points double,
    model_points double,
    dynamic_points double,
    basis varchar not null,
    total_points double not null,
    grade_by_points varchar not null,
    recommended_shift smallint not null,
    decided_shift smallint not null,
    risk_grade varchar not null,
    visits_per_year double not null,
    is_key_supervision boolean not null,
    is_provisional boolean not null,
    is_new_business boolean not null,
    is_near_edge boolean not null,
    probability double not null,
    probability_lower double not null,
    probability_upper double not null,
    credit_score double,
    credit_class varchar,
    credit_basis varchar,
    notes varchar not null,
    notes_en varchar,
    constraint risk_grade_known check (risk_grade in ('A', 'B', 'C', 'D')),
    constraint probability_in_interval check (probability between probability_lower and probability_upper),
);
comment on table output.score is 'One row per business in a score run. | 评分运行中的一个经营者 | key: run_id, business_id';
comment on column output.score.run_id is '运行编号 | Run that wrote the row |';
comment on column output.score.business_id is '经营者编号 | Business the row is about |';
comment on column output.score.as_of is '数据截止日 | Only facts recorded before this day were used | day';
comment on column output.score.business_type is '业态大类 | Type on that day | code business_type';
comment on column output.score.street_code is '街道代码 | Street on that day |';
comment on column output.score.static_points is '静态风险分 | Static points, 0 to 40 | point';
comment on column output.score.static_tier is '静态风险档 | Static tier I to IV, where the table gives one |';
comment on column output.score.checklist_points is '动态风险分（检查表） | Dynamic points of the last scored checklist, 0 to 60 | point';
comment on column output.score.model_points is '动态风险分（模型） | Dynamic points from the probability, 0 to 60 | point';
comment on column output.score.dynamic_points is '动态风险分（采用） | Dynamic points that count, 0 to 60 | point';
comment on column output.score.basis is '动态分依据 | Which dynamic points count: checklist, model, static_only | code basis';
comment on column output.score.total_points is '总分 | Static plus dynamic points, larger is riskier | point';
comment on column output.score.grade_by_points is '按分定级 | Grade by points before any adjustment |';
comment on column output.score.recommended_shift is '建议调整级数 | Grades the rules recommend to raise or lower | grade';
comment on column output.score.decided_shift is '决定调整级数 | Grades an officer decided to raise or lower | grade';
comment on column output.score.risk_grade is '风险等级 | Risk grade A to D |';
comment on column output.score.visits_per_year is '年检查频次 | Visits a year that follow from grade and legal floor | visit per year';
comment on column output.score.is_key_supervision is '是否重点监管 | Key supervision under order 49 article 22 |';
comment on column output.score.is_provisional is '是否暂定 | Some rule or value behind the grade is uncertain or missing |';
comment on column output.score.is_new_business is '是否新开办 | Graded from static points alone as a new business |';
comment on column output.score.is_near_edge is '是否临界 | The interval of the points crosses a grade edge |';
comment on column output.score.probability is '严重不合格概率 | Calibrated probability of a serious finding at the next visit | share';
comment on column output.score.probability_lower is '概率下限（该户自身概率的90%区间） | Lower end of the 90% interval of the chance of the business itself | share';
comment on column output.score.probability_upper is '概率上限（该户自身概率的90%区间） | Upper end of the 90% interval of the chance of the business itself | share';
comment on column output.score.credit_score is '信用分（越高越好） | Credit score; enterprises only | point';
comment on column output.score.credit_class is '信用风险分类 | Credit class A to D; enterprises only |';
comment on column output.score.credit_basis is '信用评分依据 | What the credit score rests on, or why there is none | code credit_basis';
comment on column output.score.notes is '说明 | What is provisional or missing, in Chinese |';
comment on column output.score.notes_en is '说明（英文） | What is provisional or missing, in English |';

create table if not exists output.reason (
    run_id varchar not null,
    business_id varchar not null,
    rank smallint not null,
    source varchar not null,
    code varchar not null,
    contribution double not null,
    article varchar,
    text_zh varchar not null,
    text_en varchar not null,
);
comment on table output.reason is 'One row per reason of a score. | 评分的一条理由 | key: run_id, business_id, rank';
comment on column output.reason.run_id is '运行编号 | Run that wrote the row |';
comment on column output.reason.business_id is '经营者编号 | Business the row is about |';
comment on column output.reason.rank is '序号 | 1 is the strongest |';
comment on column output.reason.source is '来源 | law or model |';
comment on column output.reason.code is '特征或情形编号 | Feature, family or ground |';
comment on column output.reason.contribution is '贡献 | Points for law, log-odds for the model | point or log-odds';
comment on column output.reason.article is '条款 | Instrument and article |';
comment on column output.reason.text_zh is '中文理由 | Sentence in Chinese |';
comment on column output.reason.text_en is '英文理由 | Sentence in English |';

create table if not exists output.plan (
    run_id varchar not null,
    visit_id varchar not null,
    business_id varchar not null,
    visit_no smallint not null,
    requirement varchar not null,
    serves varchar not null,
    campaign varchar,
    purpose varchar not null,
    legal_basis varchar not null,
    checklist varchar not null,
    week_starting date not null,
    earliest_on date not null,
    due_on date not null,
    office_id varchar,
    street_code varchar,
    inspector_id varchar,
    second_inspector_id varchar,
    minutes double not null,
    travel_minutes double not null,
    probability double not null,
    harm double not null,
    is_random boolean not null,
    inclusion_probability double,
    constraint plan_window_positive check (due_on >= earliest_on),
    constraint plan_two_different_inspectors check (second_inspector_id is null or inspector_id is null or second_inspector_id <> inspector_id),
    constraint plan_inclusion_in_range check (inclusion_probability is null or (inclusion_probability > 0 and inclusion_probability <= 1)),
);
comment on table output.plan is 'One row per planned visit. | 一次计划检查 | key: run_id, visit_id';
comment on column output.plan.run_id is '运行编号 | Run that wrote the row |';
comment on column output.plan.visit_id is '检查任务编号 | Number of the visit: hash of business, requirement, number and year, the same in every run |';
comment on column output.plan.business_id is '经营者编号 | Business the row is about |';
comment on column output.plan.visit_no is '第几次 | Number of the visit in the plan, by date | visit';
comment on column output.plan.requirement is '检查要求 | The strongest requirement the visit meets | code plan_requirement';
comment on column output.plan.serves is '同时满足的要求 | Every requirement the visit meets, joined by + | codes plan_requirement';
comment on column output.plan.campaign is '专项行动编号 | Rule of the campaign it belongs to, for instance plan.campaign.exam; empty when none |';
comment on column output.plan.purpose is '检查类型 | Why | code purpose';
comment on column output.plan.legal_basis is '依据 | Instrument and article |';
comment on column output.plan.checklist is '检查表 | Checklist to bring | code checklist';
comment on column output.plan.week_starting is '计划周（周一） | Monday of the planned week | day';
comment on column output.plan.earliest_on is '最早日 | First lawful day | day';
comment on column output.plan.due_on is '最迟日 | Last lawful day | day';
comment on column output.plan.office_id is '市场监管所 | Office |';
comment on column output.plan.street_code is '街道代码 | Street |';
comment on column output.plan.inspector_id is '主检查员 | First inspector |';
comment on column output.plan.second_inspector_id is '副检查员 | Second inspector |';
comment on column output.plan.minutes is '现场用时 | Time on the premises | minute';
comment on column output.plan.travel_minutes is '路途用时估计 | Estimated share of the way | minute';
comment on column output.plan.probability is '严重不合格概率 | Calibrated probability of a serious finding, from the score run | share';
comment on column output.plan.harm is '危害权重 | Weight of the harm that a serious problem could do | weight';
comment on column output.plan.is_random is '是否随机 | Chosen by chance alone |';
comment on column output.plan.inclusion_probability is '抽取概率 | Probability with which chance chose the business; empty for targeted visits | share';

create table if not exists output.plan_shortage (
    run_id varchar not null,
    office_id varchar not null,
    month date not null,
    person_days_needed double not null,
    person_days_available double not null,
    person_days_missing double not null,
    visits_dropped integer not null,
    requirement varchar,
    constraint person_days_not_negative check (least(person_days_needed, person_days_available, person_days_missing) >= 0),
);
comment on table output.plan_shortage is 'One row per office and month of a plan: what it needs, has and misses. | 计划中一个所一个月的人力需求与缺口 | key: run_id, office_id, month';
comment on column output.plan_shortage.run_id is '运行编号 | Run that wrote the row |';
comment on column output.plan_shortage.office_id is '市场监管所 | Office |';
comment on column output.plan_shortage.month is '月份（当月首日） | First day of the month | day';
comment on column output.plan_shortage.person_days_needed is '需要人日 | Person-days of planned and of dropped visits | day';
comment on column output.plan_shortage.person_days_available is '可用人日 | Person-days for planned visits after leave and reserve | day';
comment on column output.plan_shortage.person_days_missing is '缺口人日 | Person-days of the visits dropped, spread over their lawful days | day';
comment on column output.plan_shortage.visits_dropped is '未排检查 | Visits dropped whose last lawful day lies in the month | visit';
comment on column output.plan_shortage.requirement is '首先落空的要求 | The weightiest requirement of a visit dropped; empty when none is | code plan_requirement';

create table if not exists output.worklist (
    run_id varchar not null,
    plan_run_id varchar,
    visit_id varchar not null,
    business_id varchar not null,
    visit_on date not null,
    position integer not null,
    inspector_id varchar,
    second_inspector_id varchar,
    office_id varchar,
    purpose varchar not null,
    source varchar not null,
    reason varchar not null,
    reason_en varchar not null,
    legal_basis varchar not null,
    checklist varchar not null,
    due_on date not null,
    is_overdue boolean not null,
    minutes double not null,
    travel_minutes double not null,
    inclusion_probability double,
    constraint position_positive check (position >= 1),
);
comment on table output.worklist is 'One row per visit of a weekly worklist: who goes where on which day, in which order. | 周工作单中的一次检查 | key: run_id, visit_id';
comment on column output.worklist.run_id is '运行编号 | Run that wrote the row |';
comment on column output.worklist.plan_run_id is '计划运行编号 | Plan it was made from; empty for the visits of a draw |';
comment on column output.worklist.visit_id is '检查任务编号 | Number of the visit; the inspection loaded from the filled sheet bears it |';
comment on column output.worklist.business_id is '经营者编号 | Business the row is about |';
comment on column output.worklist.visit_on is '检查日 | Day of the visit | day';
comment on column output.worklist.position is '当日顺序 | Place in the order of the pair on that day | visit';
comment on column output.worklist.inspector_id is '主检查员 | First inspector |';
comment on column output.worklist.second_inspector_id is '副检查员 | Second inspector |';
comment on column output.worklist.office_id is '市场监管所 | Office |';
comment on column output.worklist.purpose is '检查类型 | Why | code purpose';
comment on column output.worklist.source is '任务来源 | The plan, a draw, or a fact that became known since the plan | code worklist_source';
comment on column output.worklist.reason is '事由 | Why the business is visited, in Chinese |';
comment on column output.worklist.reason_en is '事由（英文） | Why the business is visited, in English |';
comment on column output.worklist.legal_basis is '依据 | Instrument and article |';
comment on column output.worklist.checklist is '检查表 | Checklist to bring | code checklist';
comment on column output.worklist.due_on is '最迟日 | Last lawful day | day';
comment on column output.worklist.is_overdue is '是否逾期 | The last lawful day lies before the visit | boolean';
comment on column output.worklist.minutes is '现场用时 | Time on the premises | minute';
comment on column output.worklist.travel_minutes is '路途用时 | Way from the office or the visit before | minute';
comment on column output.worklist.inclusion_probability is '抽取概率 | Probability with which chance chose the business; empty for targeted visits | share';

create table if not exists output.worklist_change (
    run_id varchar not null,
    visit_id varchar not null,
    change varchar not null,
    business_id varchar not null,
    before varchar,
    after varchar,
    why varchar not null,
    why_en varchar not null,
);
comment on table output.worklist_change is 'One row per change of a weekly worklist against what people were told before. | 周工作单相对此前告知的一处变动 | key: run_id, visit_id, change';
comment on column output.worklist_change.run_id is '运行编号 | Run that wrote the row |';
comment on column output.worklist_change.visit_id is '检查任务编号 | Number of the visit |';
comment on column output.worklist_change.change is '变动 | What changed | code worklist_change';
comment on column output.worklist_change.business_id is '经营者编号 | Business the row is about |';
comment on column output.worklist_change.before is '原安排 | What people were told |';
comment on column output.worklist_change.after is '现安排 | What holds now |';
comment on column output.worklist_change.why is '原因 | Why, in Chinese |';
comment on column output.worklist_change.why_en is '原因（英文） | Why, in English |';

create table if not exists output.draw (
    run_id varchar not null,
    business_id varchar not null,
    stratum varchar not null,
    inclusion_probability double not null,
    draw_order integer not null,
    inspector_id varchar,
    second_inspector_id varchar,
);
comment on table output.draw is 'One row per business drawn in a double-random draw. | 双随机抽中的一个对象 | key: run_id, business_id';
comment on column output.draw.run_id is '运行编号 | Run that wrote the row |';
comment on column output.draw.business_id is '经营者编号 | Business the row is about |';
comment on column output.draw.stratum is '层 | Stratum of the draw |';
comment on column output.draw.inclusion_probability is '抽取概率 | Probability of being drawn | share';
comment on column output.draw.draw_order is '抽取序号 | Order in which it was drawn |';
comment on column output.draw.inspector_id is '主检查员 | Lead inspector drawn |';
comment on column output.draw.second_inspector_id is '副检查员 | Second inspector drawn |';

create table if not exists output.sample_plan (
    run_id varchar not null,
    batch_no varchar not null,
    programme varchar not null,
    business_id varchar not null,
    street_code varchar not null,
    office_id varchar,
    stratum varchar not null,
    inclusion_probability double not null,
    reason varchar not null,
    food_class varchar not null,
    variety varchar not null,
    items varchar not null,
    sample_month date not null,
    expected_failure double not null,
    cost_yuan integer not null,
    sampler_id varchar not null,
    second_sampler_id varchar not null,
    constraint sample_inclusion_in_range check (inclusion_probability > 0 and inclusion_probability <= 1),
    constraint expected_failure_in_range check (expected_failure between 0 and 1),
);
comment on table output.sample_plan is 'One row per batch of a sampling plan; the laboratory is on no table. | 抽检计划中的一个批次（不含检验机构） | key: run_id, batch_no';
comment on column output.sample_plan.run_id is '运行编号 | Run that wrote the row |';
comment on column output.sample_plan.batch_no is '批次编号 | Number of the batch in the plan: S supervision, E evaluation, M monitoring |';
comment on column output.sample_plan.programme is '抽检性质 | Supervision, evaluation or market risk monitoring; never the health system''s | code programme';
comment on column output.sample_plan.business_id is '经营者编号 | Business to be sampled |';
comment on column output.sample_plan.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column output.sample_plan.office_id is '市场监管所 | Office |';
comment on column output.sample_plan.stratum is '层 | Stratum of the draw: street, and for evaluation the band of expected failure |';
comment on column output.sample_plan.inclusion_probability is '抽取概率 | Probability with which the draw chose the business for the batch | share';
comment on column output.sample_plan.reason is '抽中事由 | Why the business is in the plan | code sample_reason';
comment on column output.sample_plan.food_class is '食品大类 | Food class to be bought | code food_class';
comment on column output.sample_plan.variety is '品种代码 | Variety to be bought, as models/law names it |';
comment on column output.sample_plan.items is '检验项目（以 + 连接） | Items or factors to be tested, joined by + |';
comment on column output.sample_plan.sample_month is '抽样月份（当月首日） | First day of the month in which it is taken | day';
comment on column output.sample_plan.expected_failure is '预计不合格概率 | Probability with which the batch is expected to fail | share';
comment on column output.sample_plan.cost_yuan is '费用 | Price of the food and of its test | yuan';
comment on column output.sample_plan.sampler_id is '抽样人员 | Officer drawn to take it |';
comment on column output.sample_plan.second_sampler_id is '第二抽样人员 | Second officer drawn to take it |';

create table if not exists output.alert (
    run_id varchar not null,
    alert_id varchar not null,
    raised_on date not null,
    level varchar not null,
    raised_level varchar not null,
    kind varchar not null,
    signal varchar not null,
    signal_en varchar not null,
    business_id varchar,
    businesses varchar not null,
    street_code varchar,
    category varchar,
    state varchar not null,
    owner varchar,
    owner_role varchar not null,
    due_on date not null,
    due_at varchar not null,
    is_overdue boolean not null,
    missing varchar not null,
);
comment on table output.alert is 'One row per open alert of the risk loop, as it stood at a run. | 一条未闭环的风险预警（内部使用，不得发布） | key: run_id, alert_id';
comment on column output.alert.run_id is '运行编号 | Run that wrote the row |';
comment on column output.alert.alert_id is '预警编号 | Number of the alert, also in the book of alerts |';
comment on column output.alert.raised_on is '预警日 | Day it was raised | day';
comment on column output.alert.level is '内部等级（逾期上调后） | Internal level now, raised by every term missed; never published | code alert_level';
comment on column output.alert.raised_level is '预警时等级 | Worst level at which it was signalled | code alert_level';
comment on column output.alert.kind is '信号类型 | Kind of signal | code alert_kind';
comment on column output.alert.signal is '信号 | What was seen, in Chinese |';
comment on column output.alert.signal_en is '信号（英文） | What was seen, in English |';
comment on column output.alert.business_id is '经营者编号 | Business concerned, where it is a single one |';
comment on column output.alert.businesses is '涉及经营者（以 + 连接） | Businesses concerned, joined by + |';
comment on column output.alert.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column output.alert.category is '投诉举报类别 | Category of the complaints, for a cluster | code complaint_category';
comment on column output.alert.state is '状态 | Raised, or taken by its owner | code alert_state';
comment on column output.alert.owner is '接办人 | Who took it; empty while nobody has |';
comment on column output.alert.owner_role is '责任人层级 | Role that answers for it at its level |';
comment on column output.alert.due_on is '处置期限 | Day by which the next step is due | day';
comment on column output.alert.due_at is '处置期限（时刻） | Moment by which the next step is due |';
comment on column output.alert.is_overdue is '是否逾期 | The next step is late |';
comment on column output.alert.missing is '闭环尚缺（以 + 连接） | What it lacks before it may close: cause, control, recheck; joined by + |';

create table if not exists output.indicator_value (
    run_id varchar not null,
    indicator_no smallint not null,
    as_of date not null,
    year integer not null,
    period_from date not null,
    period_to date not null,
    numerator double not null,
    denominator double not null,
    value double,
    lower double,
    upper double,
    target double not null,
    comparison varchar not null,
    is_met boolean,
    missing double not null,
    gaps integer not null,
    forecast_day date not null,
    forecast double,
    forecast_lower double,
    forecast_upper double,
    constraint comparison_known check (comparison in ('>', '>=')),
    constraint interval_holds_value check (lower is null or value between lower and upper),
);
comment on table output.indicator_value is 'One row per indicator of the plan on a day. | 规划指标在某日的取值 | key: run_id, indicator_no';
comment on column output.indicator_value.run_id is '运行编号 | Run that wrote the row |';
comment on column output.indicator_value.indicator_no is '指标序号 | 1 to 14 |';
comment on column output.indicator_value.as_of is '数据截止日 | Only facts recorded before this day were used | day';
comment on column output.indicator_value.year is '考核年度 | Year the value is of | year';
comment on column output.indicator_value.period_from is '统计期起 | First day the numerator counts | day';
comment on column output.indicator_value.period_to is '统计期止（不含） | Day after the last day it counts | day';
comment on column output.indicator_value.numerator is '分子 | Numerator | as defined';
comment on column output.indicator_value.denominator is '分母 | Denominator; zero makes the indicator not applicable | as defined';
comment on column output.indicator_value.value is '指标值（空为不适用） | Value; empty when not applicable | as defined';
comment on column output.indicator_value.lower is '区间下限（仅抽样指标） | Lower end of the 95% interval of a sample | as defined';
comment on column output.indicator_value.upper is '区间上限（仅抽样指标） | Upper end of the 95% interval of a sample | as defined';
comment on column output.indicator_value.target is '目标值 | Target | as defined';
comment on column output.indicator_value.comparison is '比较方式 | How the value must compare with the target: > or >= |';
comment on column output.indicator_value.is_met is '是否达标（空为不适用） | Target met; empty when not applicable |';
comment on column output.indicator_value.missing is '距目标差额 | How much the numerator lacks for the target | as defined';
comment on column output.indicator_value.gaps is '差距清单条数 | Rows of the gap list | row';
comment on column output.indicator_value.forecast_day is '预测日 | Day after the year, of which the forecast is | day';
comment on column output.indicator_value.forecast is '年末预测 | Value expected at the end of the year | as defined';
comment on column output.indicator_value.forecast_lower is '预测下限 | Lower end of the 90% forecast interval | as defined';
comment on column output.indicator_value.forecast_upper is '预测上限 | Upper end of the 90% forecast interval | as defined';

create table if not exists output.indicator_trend (
    run_id varchar not null,
    indicator_no smallint not null,
    until date not null,
    numerator double not null,
    denominator double not null,
    value double,
);
comment on table output.indicator_trend is 'One row per indicator and quarter end: the year up to it, or the state on it, as known then. | 规划指标各季末取值 | key: run_id, indicator_no, until';
comment on column output.indicator_trend.run_id is '运行编号 | Run that wrote the row |';
comment on column output.indicator_trend.indicator_no is '指标序号 | 1 to 14 |';
comment on column output.indicator_trend.until is '截至（不含） | Day after the quarter; only what was recorded before it counts | day';
comment on column output.indicator_trend.numerator is '分子 | Numerator | as defined';
comment on column output.indicator_trend.denominator is '分母 | Denominator | as defined';
comment on column output.indicator_trend.value is '指标值（空为不适用） | Value; empty when not applicable | as defined';

create table if not exists output.indicator_gap (
    run_id varchar not null,
    indicator_no smallint not null,
    unit_id varchar not null,
    name varchar not null,
    street_code varchar,
    missing double not null,
    why_zh varchar not null,
    why_en varchar not null,
);
comment on table output.indicator_gap is 'One row per business, street, school or case that stands between an indicator and its target. | 指标差距清单 | key: run_id, indicator_no, unit_id';
comment on column output.indicator_gap.run_id is '运行编号 | Run that wrote the row |';
comment on column output.indicator_gap.indicator_no is '指标序号 | 1 to 14 |';
comment on column output.indicator_gap.unit_id is '编号 | Business, street, school, sample or case |';
comment on column output.indicator_gap.name is '名称 | Name |';
comment on column output.indicator_gap.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column output.indicator_gap.missing is '差额 | How much it lacks | as defined';
comment on column output.indicator_gap.why_zh is '原因 | Why it is a gap, in Chinese |';
comment on column output.indicator_gap.why_en is '原因（英文） | Why it is a gap, in English |';

create table if not exists output.quarantine (
    file_id varchar not null,
    line bigint not null,
    table_name varchar not null,
    rule varchar not null,
    column_name varchar not null,
    offending_value varchar,
    batch_id bigint not null,
);
comment on table output.quarantine is 'One row per source row that was not loaded. | 一条未入库的来源记录 | key: file_id, line, table_name, rule, column_name';
comment on column output.quarantine.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column output.quarantine.line is '行号 | Line or row in the file, header is 1 | line';
comment on column output.quarantine.table_name is '目标表 | Table it was meant for |';
comment on column output.quarantine.rule is '规则 | Name of the rule that failed |';
comment on column output.quarantine.column_name is '列 | Column at fault; empty when the row as a whole is |';
comment on column output.quarantine.offending_value is '问题取值 | Value as it came, cut to 200 characters |';
comment on column output.quarantine.batch_id is '批次 | Load batch that first saw it |';

create table if not exists raw.batch (
    batch_id bigint not null,
    source varchar not null,
    mapping varchar not null,
    mapping_hash varchar not null,
    loaded_on date not null,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_updated bigint not null,
    rows_unchanged bigint not null,
    rows_quarantined bigint not null,
    constraint every_row_is_accounted_for check (rows_read = rows_loaded + rows_updated + rows_unchanged + rows_quarantined),
);
comment on table raw.batch is 'One row per load batch. | 一次载入批次 | key: batch_id';
comment on column raw.batch.batch_id is '批次 | Number of the batch |';
comment on column raw.batch.source is '来源 | Folder or file loaded |';
comment on column raw.batch.mapping is '映射 | Name of the mapping |';
comment on column raw.batch.mapping_hash is '映射指纹 | SHA-256 of the mapping file |';
comment on column raw.batch.loaded_on is '载入日 | Day of loading, as given | day';
comment on column raw.batch.rows_read is '读取行数 | Rows read | row';
comment on column raw.batch.rows_loaded is '新增行数 | Rows new | row';
comment on column raw.batch.rows_updated is '更正行数 | Rows that superseded another | row';
comment on column raw.batch.rows_unchanged is '未变行数 | Rows already known | row';
comment on column raw.batch.rows_quarantined is '隔离行数 | Rows set aside | row';

create table if not exists raw.file (
    batch_id bigint not null,
    file_id varchar not null,
    path varchar not null,
    table_name varchar not null,
    bytes bigint not null,
    rows_read bigint not null,
);
comment on table raw.file is 'One row per file of a load batch. | 批次中的一个文件 | key: batch_id, file_id, table_name';
comment on column raw.file.batch_id is '批次 | Load batch |';
comment on column raw.file.file_id is '文件指纹 | SHA-256 of the file |';
comment on column raw.file.path is '文件名 | Name of the file within the source |';
comment on column raw.file.table_name is '目标表 | Table it feeds |';
comment on column raw.file.bytes is '字节数 | Size | byte';
comment on column raw.file.rows_read is '读取行数 | Rows read | row';

-- What officers read: every score with the business as it was known on its day.

create or replace view output.scored_business as
with known as (
    select
        score.run_id,
        score.business_id,
        business.name,
        business.subtype,
        business.legal_form,
        business.usci,
        business.licence_no,
        business.address,
    from output.score
    join mart.business
        on score.business_id = business.business_id
        and business.recorded_at < score.as_of
        and business.valid_from <= score.as_of
    qualify row_number() over (
        partition by score.run_id, score.business_id
        order by business.valid_from desc, business.recorded_at desc
    ) = 1
),

told as (
    select
        run_id,
        business_id,
        max(text_zh) filter (where rank = 1) as reason_1_zh,
        max(text_zh) filter (where rank = 2) as reason_2_zh,
        max(text_zh) filter (where rank = 3) as reason_3_zh,
        max(text_zh) filter (where rank = 4) as reason_4_zh,
        max(text_en) filter (where rank = 1) as reason_1_en,
        max(text_en) filter (where rank = 2) as reason_2_en,
        max(text_en) filter (where rank = 3) as reason_3_en,
        max(text_en) filter (where rank = 4) as reason_4_en,
    from output.reason
    group by run_id, business_id
)

select
    score.*,
    known.* exclude (run_id, business_id),
    coalesce(street.name, score.street_code) as street,
    told.* exclude (run_id, business_id),
from output.score
left join known on score.run_id = known.run_id and score.business_id = known.business_id
left join mart.street on score.street_code = street.street_code
left join told on score.run_id = told.run_id and score.business_id = told.business_id;
comment on view output.scored_business is 'One row per business in a score run, with its name, place and reasons. | 评分运行中的一个经营者（含名称、地点和理由） | key: run_id, business_id';

-- Every accepted version of every mart row, and the view of those that count now. Rows are
-- only ever appended, so the row last appended is the version loaded last.

create table if not exists raw.business as from mart.business with no data;
alter table raw.business add column if not exists batch_id bigint;
alter table raw.business add column if not exists file_id varchar;
alter table raw.business add column if not exists line bigint;
alter table raw.business add column if not exists row_hash varchar;
comment on table raw.business is 'One row per accepted version: business and validity period. | 经营者及其有效期（含历次版本） | key: business_id, valid_from, batch_id';
comment on column raw.business.business_id is '经营者编号 | Business the row is about |';
comment on column raw.business.valid_from is '有效期起 | First day these attributes hold | day';
comment on column raw.business.valid_to is '有效期止（空为现行） | Day after the last day these attributes hold; empty while current | day';
comment on column raw.business.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.business.usci is '统一社会信用代码 | Unified social credit identifier (GB 32100-2015) |';
comment on column raw.business.usci_flag is '统一社会信用代码校验 | Outcome of the identifier check: ok, whitelisted, missing or what failed |';
comment on column raw.business.licence_no is '许可证编号 | Food business (JY) or production (SC) licence number |';
comment on column raw.business.licence_flag is '许可证编号校验 | Outcome of the licence number check |';
comment on column raw.business.name is '名称 | Name as registered |';
comment on column raw.business.business_type is '业态大类 | Type: producer, seller, catering, canteen, market | code business_type';
comment on column raw.business.subtype is '业态细类 | Subtype, for instance school_canteen or central_kitchen | code subtype';
comment on column raw.business.legal_form is '主体类型 | Enterprise, individual business, cooperative or institution | code legal_form';
comment on column raw.business.chain_code is '连锁或同一业主代码 | Brand or owner shared by several premises; empty for a single shop |';
comment on column raw.business.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.business.address is '地址 | Address of the premises |';
comment on column raw.business.lon is '经度 | Longitude, WGS-84 | degree';
comment on column raw.business.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column raw.business.opened_on is '开业日 | Day of opening or of the first licence | day';
comment on column raw.business.closed_on is '注销或停业日 | Day of closing; empty while trading | day';
comment on column raw.business.declared_risk is '来源自报风险类别 | Risk class the source itself gives, larger is riskier | class';
comment on column raw.business.source_category is '来源自报类别 | Category the source itself gives, for instance a cuisine |';
comment on column raw.business.is_special_food is '是否特殊食品生产者 | Makes health food, infant formula or food for special medical purposes |';
comment on column raw.business.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.business.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.business.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.business.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.business as
select * exclude (batch_id, file_id, line, row_hash)
from raw.business
qualify row_number() over (partition by business_id, valid_from order by rowid desc) = 1;
comment on view staging.business is 'One row per business and validity period: the latest accepted version. | 经营者及其有效期（现行版本） | key: business_id, valid_from';

create table if not exists raw.static_factor as from mart.static_factor with no data;
alter table raw.static_factor add column if not exists batch_id bigint;
alter table raw.static_factor add column if not exists file_id varchar;
alter table raw.static_factor add column if not exists line bigint;
alter table raw.static_factor add column if not exists row_hash varchar;
comment on table raw.static_factor is 'One row per accepted version: business, static risk factor, value and start of validity. | 经营者静态风险因素（含历次版本） | key: business_id, factor, value_code, valid_from, batch_id';
comment on column raw.static_factor.business_id is '经营者编号 | Business the row is about |';
comment on column raw.static_factor.factor is '静态因素 | Factor of the static tables, named as in models/law | code static_factor';
comment on column raw.static_factor.value_code is '取值代码（数值型填 -） | Category of the factor, for instance food category 0504; - for counts |';
comment on column raw.static_factor.value_number is '取值 | Amount of the factor | as the table says';
comment on column raw.static_factor.valid_from is '有效期起 | First day the value holds | day';
comment on column raw.static_factor.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.static_factor.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.static_factor.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.static_factor.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.static_factor.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.static_factor as
select * exclude (batch_id, file_id, line, row_hash)
from raw.static_factor
qualify row_number() over (partition by business_id, factor, value_code, valid_from order by rowid desc) = 1;
comment on view staging.static_factor is 'One row per business, static risk factor, value and start of validity: the latest accepted version. | 经营者静态风险因素（现行版本） | key: business_id, factor, value_code, valid_from';

create table if not exists raw.inspection as from mart.inspection with no data;
alter table raw.inspection add column if not exists batch_id bigint;
alter table raw.inspection add column if not exists file_id varchar;
alter table raw.inspection add column if not exists line bigint;
alter table raw.inspection add column if not exists row_hash varchar;
comment on table raw.inspection is 'One row per accepted version: inspection of one business on one day. | 一次监督检查（含历次版本） | key: inspection_id, batch_id';
comment on column raw.inspection.inspection_id is '检查编号 | Number of the inspection |';
comment on column raw.inspection.business_id is '经营者编号 | Business the row is about |';
comment on column raw.inspection.inspected_on is '检查日 | Day of the inspection | day';
comment on column raw.inspection.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.inspection.purpose is '检查类型 | Why the visit was made | code purpose';
comment on column raw.inspection.level is '检查机关层级 | Level of the inspecting authority | code level';
comment on column raw.inspection.office_id is '市场监管所 | Office that inspected |';
comment on column raw.inspection.inspector_id is '主检查员 | Lead inspector, or the source''s inspector group; never used to score a business |';
comment on column raw.inspection.second_inspector_id is '副检查员 | Second inspector |';
comment on column raw.inspection.is_full_checklist is '是否全项目检查 | All items of the checklist were inspected |';
comment on column raw.inspection.items_checked is '检查项目数 | Items inspected | item';
comment on column raw.inspection.key_failed is '重点项目不合格数 | Key items found non-conforming | item';
comment on column raw.inspection.general_failed is '一般项目不合格数 | General items found non-conforming | item';
comment on column raw.inspection.minor_failed is '轻微问题数 | Minor findings, where the source keeps them apart | item';
comment on column raw.inspection.checklist_points is '动态风险分（检查表） | Dynamic points of a scored checklist, 0 to 60; empty when not scored | point';
comment on column raw.inspection.source_score is '来源得分（越高越差） | Score the source itself gives, larger is worse | point';
comment on column raw.inspection.result_code is '检查结果 | What followed from the visit | code result';
comment on column raw.inspection.is_serious is '是否严重不合格 | At least one key item failed, or an order to stop or to investigate; empty when the result is unknown |';
comment on column raw.inspection.is_refused is '是否拒绝检查 | The business refused, evaded or obstructed the inspection |';
comment on column raw.inspection.inclusion_probability is '抽取概率 | Probability with which the draw chose the business; empty for targeted visits | share';
comment on column raw.inspection.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.inspection.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.inspection.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.inspection.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.inspection as
select * exclude (batch_id, file_id, line, row_hash)
from raw.inspection
qualify row_number() over (partition by inspection_id order by rowid desc) = 1;
comment on view staging.inspection is 'One row per inspection of one business on one day: the latest accepted version. | 一次监督检查（现行版本） | key: inspection_id';

create table if not exists raw.inspection_item as from mart.inspection_item with no data;
alter table raw.inspection_item add column if not exists batch_id bigint;
alter table raw.inspection_item add column if not exists file_id varchar;
alter table raw.inspection_item add column if not exists line bigint;
alter table raw.inspection_item add column if not exists row_hash varchar;
comment on table raw.inspection_item is 'One row per accepted version: item found non-conforming at an inspection. | 检查中发现的不合格项目（含历次版本） | key: inspection_id, item_code, batch_id';
comment on column raw.inspection_item.inspection_id is '检查编号 | Inspection the item belongs to |';
comment on column raw.inspection_item.item_code is '项目代码 | Checklist item or violation code |';
comment on column raw.inspection_item.severity is '项目类别 | Key, general or minor item | code item_severity';
comment on column raw.inspection_item.occurrences is '次数 | Times the item was found at this visit | count';
comment on column raw.inspection_item.is_corrected is '是否当场改正 | Corrected on the spot |';
comment on column raw.inspection_item.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.inspection_item.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.inspection_item.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.inspection_item.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.inspection_item as
select * exclude (batch_id, file_id, line, row_hash)
from raw.inspection_item
qualify row_number() over (partition by inspection_id, item_code order by rowid desc) = 1;
comment on view staging.inspection_item is 'One row per item found non-conforming at an inspection: the latest accepted version. | 检查中发现的不合格项目（现行版本） | key: inspection_id, item_code';

create table if not exists raw.complaint as from mart.complaint with no data;
alter table raw.complaint add column if not exists batch_id bigint;
alter table raw.complaint add column if not exists file_id varchar;
alter table raw.complaint add column if not exists line bigint;
alter table raw.complaint add column if not exists row_hash varchar;
comment on table raw.complaint is 'One row per accepted version: complaint or report. | 一件投诉或举报（含历次版本） | key: complaint_id, batch_id';
comment on column raw.complaint.complaint_id is '投诉举报编号 | Number of the complaint or report |';
comment on column raw.complaint.business_id is '经营者编号 | Business complained of, when known |';
comment on column raw.complaint.received_on is '收到日 | Day it was received | day';
comment on column raw.complaint.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.complaint.kind is '投诉或举报 | Consumer complaint or report of a breach | code complaint_kind';
comment on column raw.complaint.category is '问题类别 | What it is about | code complaint_category';
comment on column raw.complaint.text is '内容（已去除个人信息） | Text with personal data removed |';
comment on column raw.complaint.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.complaint.lon is '经度 | Longitude, WGS-84 | degree';
comment on column raw.complaint.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column raw.complaint.is_verified is '是否查实 | Verification found a breach; empty while open |';
comment on column raw.complaint.verified_on is '核查日 | Day the verification ended | day';
comment on column raw.complaint.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.complaint.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.complaint.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.complaint.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.complaint as
select * exclude (batch_id, file_id, line, row_hash)
from raw.complaint
qualify row_number() over (partition by complaint_id order by rowid desc) = 1;
comment on view staging.complaint is 'One row per complaint or report: the latest accepted version. | 一件投诉或举报（现行版本） | key: complaint_id';

create table if not exists raw.sampling_result as from mart.sampling_result with no data;
alter table raw.sampling_result add column if not exists batch_id bigint;
alter table raw.sampling_result add column if not exists file_id varchar;
alter table raw.sampling_result add column if not exists line bigint;
alter table raw.sampling_result add column if not exists row_hash varchar;
comment on table raw.sampling_result is 'One row per accepted version: sample of food with its test. | 一批次抽检（含历次版本） | key: sample_id, batch_id';
comment on column raw.sampling_result.sample_id is '样品编号 | Number of the sample |';
comment on column raw.sampling_result.business_id is '经营者编号 | Business the row is about |';
comment on column raw.sampling_result.sampled_on is '抽样日 | Day of sampling | day';
comment on column raw.sampling_result.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.sampling_result.programme is '抽检性质 | Supervision, evaluation or monitoring | code programme';
comment on column raw.sampling_result.level is '任务层级 | Level of the authority that ordered it | code level';
comment on column raw.sampling_result.food_class is '食品大类 | Food class 01 to 32 | code food_class';
comment on column raw.sampling_result.food_name is '样品名称 | Name of the food |';
comment on column raw.sampling_result.sampler_id is '抽样人员 | Officer who sampled |';
comment on column raw.sampling_result.laboratory_id is '检验机构 | Laboratory that tested |';
comment on column raw.sampling_result.is_failed is '是否不合格 | The laboratory found it non-conforming |';
comment on column raw.sampling_result.failed_item is '不合格项目 | Item that failed |';
comment on column raw.sampling_result.reinspection is '复检状态 | State of the re-inspection of the sample | code reinspection';
comment on column raw.sampling_result.final_on is '结论确定日 | Day the result became final; empty while it can still be challenged | day';
comment on column raw.sampling_result.disposed_on is '核查处置完成日 | Day disposal was completed | day';
comment on column raw.sampling_result.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.sampling_result.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.sampling_result.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.sampling_result.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.sampling_result as
select * exclude (batch_id, file_id, line, row_hash)
from raw.sampling_result
qualify row_number() over (partition by sample_id order by rowid desc) = 1;
comment on view staging.sampling_result is 'One row per sample of food with its test: the latest accepted version. | 一批次抽检（现行版本） | key: sample_id';

create table if not exists raw.penalty as from mart.penalty with no data;
alter table raw.penalty add column if not exists batch_id bigint;
alter table raw.penalty add column if not exists file_id varchar;
alter table raw.penalty add column if not exists line bigint;
alter table raw.penalty add column if not exists row_hash varchar;
comment on table raw.penalty is 'One row per accepted version: administrative penalty decision. | 一件行政处罚决定（含历次版本） | key: penalty_id, batch_id';
comment on column raw.penalty.penalty_id is '处罚编号 | Number of the case |';
comment on column raw.penalty.business_id is '经营者编号 | Business the row is about |';
comment on column raw.penalty.decided_on is '决定日 | Day of the decision | day';
comment on column raw.penalty.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.penalty.document_no is '决定书文号 | Number of the written decision |';
comment on column raw.penalty.act is '违法行为 | What was done |';
comment on column raw.penalty.law_article is '处罚依据 | Law and article, for instance fsl:123 |';
comment on column raw.penalty.kinds is '处罚种类（以 + 连接） | Kinds of penalty joined by +, for instance fine+confiscation | codes penalty_kind';
comment on column raw.penalty.discretion_grade is '裁量等级 | Degree of discretion | code discretion';
comment on column raw.penalty.procedure is '程序 | Simple or ordinary procedure | code procedure';
comment on column raw.penalty.fine_yuan is '罚款金额 | Fine | yuan';
comment on column raw.penalty.confiscated_yuan is '没收金额 | Confiscated | yuan';
comment on column raw.penalty.goods_value_yuan is '货值金额 | Value of the goods | yuan';
comment on column raw.penalty.duration_days is '违法持续天数 | How long the breach lasted | day';
comment on column raw.penalty.is_intentional is '是否故意 | Committed on purpose, as found in the decision |';
comment on column raw.penalty.has_bad_social_effect is '是否造成不良社会影响 | Bad social effect, as found in the decision |';
comment on column raw.penalty.withdrawn_on is '撤销或修复日 | Day it was annulled or repaired; it counts no more from then on | day';
comment on column raw.penalty.withdrawal is '撤销或修复 | Annulled or repaired | code withdrawal';
comment on column raw.penalty.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.penalty.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.penalty.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.penalty.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.penalty as
select * exclude (batch_id, file_id, line, row_hash)
from raw.penalty
qualify row_number() over (partition by penalty_id order by rowid desc) = 1;
comment on view staging.penalty is 'One row per administrative penalty decision: the latest accepted version. | 一件行政处罚决定（现行版本） | key: penalty_id';

create table if not exists raw.incident as from mart.incident with no data;
alter table raw.incident add column if not exists batch_id bigint;
alter table raw.incident add column if not exists file_id varchar;
alter table raw.incident add column if not exists line bigint;
alter table raw.incident add column if not exists row_hash varchar;
comment on table raw.incident is 'One row per accepted version: food safety incident. | 一起食品安全事件（含历次版本） | key: incident_id, batch_id';
comment on column raw.incident.incident_id is '事件编号 | Number of the incident |';
comment on column raw.incident.business_id is '经营者编号 | Business held responsible, when known |';
comment on column raw.incident.occurred_on is '发生日 | Day it happened | day';
comment on column raw.incident.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.incident.kind is '事件类型 | Kind of incident | code incident_kind';
comment on column raw.incident.cases is '发病人数 | People taken ill | person';
comment on column raw.incident.deaths is '死亡人数 | Deaths | person';
comment on column raw.incident.is_confirmed is '是否确认 | Confirmed by investigation |';
comment on column raw.incident.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.incident.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.incident.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.incident.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.incident.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.incident as
select * exclude (batch_id, file_id, line, row_hash)
from raw.incident
qualify row_number() over (partition by incident_id order by rowid desc) = 1;
comment on view staging.incident is 'One row per food safety incident: the latest accepted version. | 一起食品安全事件（现行版本） | key: incident_id';

create table if not exists raw.certificate as from mart.certificate with no data;
alter table raw.certificate add column if not exists batch_id bigint;
alter table raw.certificate add column if not exists file_id varchar;
alter table raw.certificate add column if not exists line bigint;
alter table raw.certificate add column if not exists row_hash varchar;
comment on table raw.certificate is 'One row per accepted version: certificate or award of a business. | 一份认证或奖项（含历次版本） | key: certificate_id, batch_id';
comment on column raw.certificate.certificate_id is '证书编号 | Number of the certificate |';
comment on column raw.certificate.business_id is '经营者编号 | Business the row is about |';
comment on column raw.certificate.kind is '证书种类 | HACCP, GMP, ISO 22000, ISO 9001 or a government quality award | code certificate_kind';
comment on column raw.certificate.valid_from is '有效期起 | First day of validity | day';
comment on column raw.certificate.valid_to is '有效期止 | Last day of validity | day';
comment on column raw.certificate.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.certificate.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.certificate.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.certificate.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.certificate.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.certificate as
select * exclude (batch_id, file_id, line, row_hash)
from raw.certificate
qualify row_number() over (partition by certificate_id order by rowid desc) = 1;
comment on view staging.certificate is 'One row per certificate or award of a business: the latest accepted version. | 一份认证或奖项（现行版本） | key: certificate_id';

create table if not exists raw.kitchen_connection as from mart.kitchen_connection with no data;
alter table raw.kitchen_connection add column if not exists batch_id bigint;
alter table raw.kitchen_connection add column if not exists file_id varchar;
alter table raw.kitchen_connection add column if not exists line bigint;
alter table raw.kitchen_connection add column if not exists row_hash varchar;
comment on table raw.kitchen_connection is 'One row per accepted version: business and span of days of sunshine kitchen connection. | 经营者阳光厨房逐日在线情况（含历次版本） | key: business_id, first_on, batch_id';
comment on column raw.kitchen_connection.business_id is '经营者编号 | Business the row is about |';
comment on column raw.kitchen_connection.first_on is '起始日 | First day of the span | day';
comment on column raw.kitchen_connection.last_on is '截止日 | Last day of the span, itself in it | day';
comment on column raw.kitchen_connection.is_online is '是否在线 | Whether the kitchen was online on these days |';
comment on column raw.kitchen_connection.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.kitchen_connection.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.kitchen_connection.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.kitchen_connection.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.kitchen_connection.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.kitchen_connection as
select * exclude (batch_id, file_id, line, row_hash)
from raw.kitchen_connection
qualify row_number() over (partition by business_id, first_on order by rowid desc) = 1;
comment on view staging.kitchen_connection is 'One row per business and span of days of sunshine kitchen connection: the latest accepted version. | 经营者阳光厨房逐日在线情况（现行版本） | key: business_id, first_on';

create table if not exists raw.insurance_policy as from mart.insurance_policy with no data;
alter table raw.insurance_policy add column if not exists batch_id bigint;
alter table raw.insurance_policy add column if not exists file_id varchar;
alter table raw.insurance_policy add column if not exists line bigint;
alter table raw.insurance_policy add column if not exists row_hash varchar;
comment on table raw.insurance_policy is 'One row per accepted version: food safety liability policy of a business. | 一份食品安全责任保险（含历次版本） | key: policy_id, batch_id';
comment on column raw.insurance_policy.policy_id is '保单号 | Number of the policy |';
comment on column raw.insurance_policy.business_id is '经营者编号 | Business the row is about |';
comment on column raw.insurance_policy.kind is '险种 | Public-interest or commercial liability | code insurance_kind';
comment on column raw.insurance_policy.valid_from is '起保日 | First day of cover | day';
comment on column raw.insurance_policy.valid_to is '终保日 | Last day of cover | day';
comment on column raw.insurance_policy.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.insurance_policy.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.insurance_policy.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.insurance_policy.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.insurance_policy.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.insurance_policy as
select * exclude (batch_id, file_id, line, row_hash)
from raw.insurance_policy
qualify row_number() over (partition by policy_id order by rowid desc) = 1;
comment on view staging.insurance_policy is 'One row per food safety liability policy of a business: the latest accepted version. | 一份食品安全责任保险（现行版本） | key: policy_id';

create table if not exists raw.training_event as from mart.training_event with no data;
alter table raw.training_event add column if not exists batch_id bigint;
alter table raw.training_event add column if not exists file_id varchar;
alter table raw.training_event add column if not exists line bigint;
alter table raw.training_event add column if not exists row_hash varchar;
comment on table raw.training_event is 'One row per accepted version: training, skill check or publicity event. | 一次培训、考核或科普活动（含历次版本） | key: event_id, batch_id';
comment on column raw.training_event.event_id is '活动编号 | Number of the event |';
comment on column raw.training_event.business_id is '经营者编号 | Business concerned, when it is about one |';
comment on column raw.training_event.held_on is '举办日 | Day it was held | day';
comment on column raw.training_event.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.training_event.kind is '活动类型 | Skill check, training or community publicity | code training_kind';
comment on column raw.training_event.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.training_event.community is '社区（与单位表名称一致） | Community, by its name in mart.unit |';
comment on column raw.training_event.is_passed is '是否合格 | Skill check passed |';
comment on column raw.training_event.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.training_event.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.training_event.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.training_event.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.training_event as
select * exclude (batch_id, file_id, line, row_hash)
from raw.training_event
qualify row_number() over (partition by event_id order by rowid desc) = 1;
comment on view staging.training_event is 'One row per training, skill check or publicity event: the latest accepted version. | 一次培训、考核或科普活动（现行版本） | key: event_id';

create table if not exists raw.inspector as from mart.inspector with no data;
alter table raw.inspector add column if not exists batch_id bigint;
alter table raw.inspector add column if not exists file_id varchar;
alter table raw.inspector add column if not exists line bigint;
alter table raw.inspector add column if not exists row_hash varchar;
comment on table raw.inspector is 'One row per accepted version: inspector. | 一名执法检查人员（含历次版本） | key: inspector_id, batch_id';
comment on column raw.inspector.inspector_id is '检查员编号 | Number of the inspector; no name is kept |';
comment on column raw.inspector.office_id is '所属市场监管所 | Office |';
comment on column raw.inspector.joined_on is '入职日 | First day | day';
comment on column raw.inspector.left_on is '离岗日 | Day after the last day | day';
comment on column raw.inspector.qualifications is '检查资质（以 + 连接） | Qualified for, joined by +, for instance producer+catering |';
comment on column raw.inspector.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.inspector.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.inspector.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.inspector.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.inspector as
select * exclude (batch_id, file_id, line, row_hash)
from raw.inspector
qualify row_number() over (partition by inspector_id order by rowid desc) = 1;
comment on view staging.inspector is 'One row per inspector: the latest accepted version. | 一名执法检查人员（现行版本） | key: inspector_id';

create table if not exists raw.inspector_leave as from mart.inspector_leave with no data;
alter table raw.inspector_leave add column if not exists batch_id bigint;
alter table raw.inspector_leave add column if not exists file_id varchar;
alter table raw.inspector_leave add column if not exists line bigint;
alter table raw.inspector_leave add column if not exists row_hash varchar;
comment on table raw.inspector_leave is 'One row per accepted version: period in which an inspector is away. | 检查员一次请假、培训或外派（含历次版本） | key: inspector_id, first_on, batch_id';
comment on column raw.inspector_leave.inspector_id is '检查员编号 | Inspector who is away |';
comment on column raw.inspector_leave.first_on is '首日 | First day away | day';
comment on column raw.inspector_leave.last_on is '末日 | Last day away | day';
comment on column raw.inspector_leave.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.inspector_leave.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.inspector_leave.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.inspector_leave.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.inspector_leave.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.inspector_leave as
select * exclude (batch_id, file_id, line, row_hash)
from raw.inspector_leave
qualify row_number() over (partition by inspector_id, first_on order by rowid desc) = 1;
comment on view staging.inspector_leave is 'One row per period in which an inspector is away: the latest accepted version. | 检查员一次请假、培训或外派（现行版本） | key: inspector_id, first_on';

create table if not exists raw.office as from mart.office with no data;
alter table raw.office add column if not exists batch_id bigint;
alter table raw.office add column if not exists file_id varchar;
alter table raw.office add column if not exists line bigint;
alter table raw.office add column if not exists row_hash varchar;
comment on table raw.office is 'One row per accepted version: market supervision office. | 一个市场监管所（含历次版本） | key: office_id, batch_id';
comment on column raw.office.office_id is '市场监管所编号 | Number of the office |';
comment on column raw.office.name is '名称 | Name of the office |';
comment on column raw.office.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.office.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.office.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.office.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.office.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.office as
select * exclude (batch_id, file_id, line, row_hash)
from raw.office
qualify row_number() over (partition by office_id order by rowid desc) = 1;
comment on view staging.office is 'One row per market supervision office: the latest accepted version. | 一个市场监管所（现行版本） | key: office_id';

create table if not exists raw.conflict_of_interest as from mart.conflict_of_interest with no data;
alter table raw.conflict_of_interest add column if not exists batch_id bigint;
alter table raw.conflict_of_interest add column if not exists file_id varchar;
alter table raw.conflict_of_interest add column if not exists line bigint;
alter table raw.conflict_of_interest add column if not exists row_hash varchar;
comment on table raw.conflict_of_interest is 'One row per accepted version: inspector and business that must not meet. | 检查员与经营者的回避关系（含历次版本） | key: inspector_id, business_id, batch_id';
comment on column raw.conflict_of_interest.inspector_id is '检查员编号 | Inspector who must withdraw |';
comment on column raw.conflict_of_interest.business_id is '经营者编号 | Business the row is about |';
comment on column raw.conflict_of_interest.reason is '回避事由 | Why | code conflict_reason';
comment on column raw.conflict_of_interest.valid_from is '起 | First day | day';
comment on column raw.conflict_of_interest.valid_to is '止 | Last day; empty while open | day';
comment on column raw.conflict_of_interest.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.conflict_of_interest.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.conflict_of_interest.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.conflict_of_interest.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.conflict_of_interest as
select * exclude (batch_id, file_id, line, row_hash)
from raw.conflict_of_interest
qualify row_number() over (partition by inspector_id, business_id order by rowid desc) = 1;
comment on view staging.conflict_of_interest is 'One row per inspector and business that must not meet: the latest accepted version. | 检查员与经营者的回避关系（现行版本） | key: inspector_id, business_id';

create table if not exists raw.street as from mart.street with no data;
alter table raw.street add column if not exists batch_id bigint;
alter table raw.street add column if not exists file_id varchar;
alter table raw.street add column if not exists line bigint;
alter table raw.street add column if not exists row_hash varchar;
comment on table raw.street is 'One row per accepted version: street (subdistrict). | 一个街道（含历次版本） | key: street_code, batch_id';
comment on column raw.street.street_code is '街道代码 | Statistical code of the street |';
comment on column raw.street.name is '街道名称 | Name of the street |';
comment on column raw.street.lon is '经度 | Longitude, WGS-84 | degree';
comment on column raw.street.lat is '纬度 | Latitude, WGS-84 | degree';
comment on column raw.street.population is '常住人口 | Resident population | person';
comment on column raw.street.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.street.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.street.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.street.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.street as
select * exclude (batch_id, file_id, line, row_hash)
from raw.street
qualify row_number() over (partition by street_code order by rowid desc) = 1;
comment on view staging.street is 'One row per street (subdistrict): the latest accepted version. | 一个街道（现行版本） | key: street_code';

create table if not exists raw.roster_entry as from mart.roster_entry with no data;
alter table raw.roster_entry add column if not exists batch_id bigint;
alter table raw.roster_entry add column if not exists file_id varchar;
alter table raw.roster_entry add column if not exists line bigint;
alter table raw.roster_entry add column if not exists row_hash varchar;
comment on table raw.roster_entry is 'One row per accepted version: business and official roster it stands on. | 经营者列入的官方名册（含历次版本） | key: business_id, roster, valid_from, batch_id';
comment on column raw.roster_entry.business_id is '经营者编号 | Business the row is about |';
comment on column raw.roster_entry.roster is '名册 | Roster of another department: producers above the statistical scale, care homes with their beds, caterers in tourist spots | code roster';
comment on column raw.roster_entry.valid_from is '列入日 | First day on the roster | day';
comment on column raw.roster_entry.valid_to is '移出日（空为现行） | Day after the last day on it; empty while current | day';
comment on column raw.roster_entry.amount is '数量（养老机构填床位数） | Amount the roster states: beds of a care home | as the roster says';
comment on column raw.roster_entry.document is '来源文件 | Document it was taken from |';
comment on column raw.roster_entry.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.roster_entry.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.roster_entry.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.roster_entry.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.roster_entry.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.roster_entry as
select * exclude (batch_id, file_id, line, row_hash)
from raw.roster_entry
qualify row_number() over (partition by business_id, roster, valid_from order by rowid desc) = 1;
comment on view staging.roster_entry is 'One row per business and official roster it stands on: the latest accepted version. | 经营者列入的官方名册（现行版本） | key: business_id, roster, valid_from';

create table if not exists raw.handled_food as from mart.handled_food with no data;
alter table raw.handled_food add column if not exists batch_id bigint;
alter table raw.handled_food add column if not exists file_id varchar;
alter table raw.handled_food add column if not exists line bigint;
alter table raw.handled_food add column if not exists row_hash varchar;
comment on table raw.handled_food is 'One row per accepted version: business and main food category it deals in. | 经营者经营的主要食品品种（含历次版本） | key: business_id, category, valid_from, batch_id';
comment on column raw.handled_food.business_id is '经营者编号 | Business the row is about |';
comment on column raw.handled_food.category is '主要食品品种 | Category of the traceability indicator | code trace_category';
comment on column raw.handled_food.valid_from is '有效期起 | First day it deals in it | day';
comment on column raw.handled_food.valid_to is '有效期止（空为现行） | Day after the last day; empty while current | day';
comment on column raw.handled_food.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.handled_food.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.handled_food.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.handled_food.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.handled_food.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.handled_food as
select * exclude (batch_id, file_id, line, row_hash)
from raw.handled_food
qualify row_number() over (partition by business_id, category, valid_from order by rowid desc) = 1;
comment on view staging.handled_food is 'One row per business and main food category it deals in: the latest accepted version. | 经营者经营的主要食品品种（现行版本） | key: business_id, category, valid_from';

create table if not exists raw.trace_upload as from mart.trace_upload with no data;
alter table raw.trace_upload add column if not exists batch_id bigint;
alter table raw.trace_upload add column if not exists file_id varchar;
alter table raw.trace_upload add column if not exists line bigint;
alter table raw.trace_upload add column if not exists row_hash varchar;
comment on table raw.trace_upload is 'One row per accepted version: business, food category and month of traceability uploads. | 经营者每月追溯信息上传（含历次版本） | key: business_id, category, month, batch_id';
comment on column raw.trace_upload.business_id is '经营者编号 | Business the row is about |';
comment on column raw.trace_upload.category is '主要食品品种 | Category of the traceability indicator | code trace_category';
comment on column raw.trace_upload.month is '月份（当月首日） | First day of the month | day';
comment on column raw.trace_upload.batches is '有效上传批次 | Batches uploaded and accepted by the platform | count';
comment on column raw.trace_upload.platform is '平台 | Platform they were uploaded to | code trace_platform';
comment on column raw.trace_upload.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.trace_upload.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.trace_upload.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.trace_upload.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.trace_upload.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.trace_upload as
select * exclude (batch_id, file_id, line, row_hash)
from raw.trace_upload
qualify row_number() over (partition by business_id, category, month order by rowid desc) = 1;
comment on view staging.trace_upload is 'One row per business, food category and month of traceability uploads: the latest accepted version. | 经营者每月追溯信息上传（现行版本） | key: business_id, category, month';

create table if not exists raw.unit as from mart.unit with no data;
alter table raw.unit add column if not exists batch_id bigint;
alter table raw.unit add column if not exists file_id varchar;
alter table raw.unit add column if not exists line bigint;
alter table raw.unit add column if not exists row_hash varchar;
comment on table raw.unit is 'One row per accepted version: place the plan counts that is no food business: community, village or school. | 规划计数的非经营单位（社区、村、学校）（含历次版本） | key: unit_id, batch_id';
comment on column raw.unit.unit_id is '单位编号 | Number of the unit: statistical or school code |';
comment on column raw.unit.kind is '单位类型 | Community, village, or kind of school | code unit_kind';
comment on column raw.unit.name is '名称 | Name of the unit |';
comment on column raw.unit.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.unit.size is '人数（学校填学生数） | People it holds: pupils of a school | person';
comment on column raw.unit.valid_from is '设立日 | First day it exists | day';
comment on column raw.unit.valid_to is '撤销日（空为现行） | Day after the last day; empty while it exists | day';
comment on column raw.unit.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.unit.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.unit.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.unit.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.unit.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.unit as
select * exclude (batch_id, file_id, line, row_hash)
from raw.unit
qualify row_number() over (partition by unit_id order by rowid desc) = 1;
comment on view staging.unit is 'One row per place the plan counts that is no food business: community, village or school: the latest accepted version. | 规划计数的非经营单位（社区、村、学校）（现行版本） | key: unit_id';

create table if not exists raw.school_lesson as from mart.school_lesson with no data;
alter table raw.school_lesson add column if not exists batch_id bigint;
alter table raw.school_lesson add column if not exists file_id varchar;
alter table raw.school_lesson add column if not exists line bigint;
alter table raw.school_lesson add column if not exists row_hash varchar;
comment on table raw.school_lesson is 'One row per accepted version: food education lesson of a school. | 一次学校食育课程（含历次版本） | key: lesson_id, batch_id';
comment on column raw.school_lesson.lesson_id is '课程编号 | Number of the lesson |';
comment on column raw.school_lesson.unit_id is '学校编号 | School of mart.unit that held it |';
comment on column raw.school_lesson.held_on is '授课日 | Day it was held | day';
comment on column raw.school_lesson.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.school_lesson.lessons is '课时数 | Lessons held that day | count';
comment on column raw.school_lesson.pupils is '参加学生数 | Pupils who took part | person';
comment on column raw.school_lesson.topic is '主题 | What it was about |';
comment on column raw.school_lesson.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.school_lesson.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.school_lesson.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.school_lesson.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.school_lesson as
select * exclude (batch_id, file_id, line, row_hash)
from raw.school_lesson
qualify row_number() over (partition by lesson_id order by rowid desc) = 1;
comment on view staging.school_lesson is 'One row per food education lesson of a school: the latest accepted version. | 一次学校食育课程（现行版本） | key: lesson_id';

create table if not exists raw.health_sample as from mart.health_sample with no data;
alter table raw.health_sample add column if not exists batch_id bigint;
alter table raw.health_sample add column if not exists file_id varchar;
alter table raw.health_sample add column if not exists line bigint;
alter table raw.health_sample add column if not exists row_hash varchar;
comment on table raw.health_sample is 'One row per accepted version: sample of the health system''s food risk monitoring. | 卫健系统的一件食品安全风险监测样品（含历次版本） | key: sample_id, batch_id';
comment on column raw.health_sample.sample_id is '样品编号 | Number of the sample |';
comment on column raw.health_sample.sampled_on is '采样日 | Day of sampling | day';
comment on column raw.health_sample.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.health_sample.street_code is '街道代码 | Street (12-digit statistical code, or the source''s own area) |';
comment on column raw.health_sample.food_name is '样品名称 | Name of the food |';
comment on column raw.health_sample.hazard is '监测内容 | Contaminant or harmful factor looked for |';
comment on column raw.health_sample.is_above_limit is '是否检出异常 | Found above its limit |';
comment on column raw.health_sample.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.health_sample.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.health_sample.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.health_sample.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.health_sample as
select * exclude (batch_id, file_id, line, row_hash)
from raw.health_sample
qualify row_number() over (partition by sample_id order by rowid desc) = 1;
comment on view staging.health_sample is 'One row per sample of the health system''s food risk monitoring: the latest accepted version. | 卫健系统的一件食品安全风险监测样品（现行版本） | key: sample_id';

create table if not exists raw.incident_report as from mart.incident_report with no data;
alter table raw.incident_report add column if not exists batch_id bigint;
alter table raw.incident_report add column if not exists file_id varchar;
alter table raw.incident_report add column if not exists line bigint;
alter table raw.incident_report add column if not exists row_hash varchar;
comment on table raw.incident_report is 'One row per accepted version: report of a food safety incident to an authority. | 一次食品安全事件报告（含历次版本） | key: report_id, batch_id';
comment on column raw.incident_report.report_id is '报告编号 | Number of the report |';
comment on column raw.incident_report.incident_id is '事件编号 | Incident of mart.incident it tells of |';
comment on column raw.incident_report.reported_on is '报告日 | Day it was reported | day';
comment on column raw.incident_report.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.incident_report.hours_after is '知悉至报告的小时数 | Hours from learning of the incident to reporting it | hour';
comment on column raw.incident_report.channel is '报告渠道 | Channel it came through | code report_channel';
comment on column raw.incident_report.is_complete is '内容是否完整 | Holds every item a report must hold |';
comment on column raw.incident_report.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.incident_report.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.incident_report.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.incident_report.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.incident_report as
select * exclude (batch_id, file_id, line, row_hash)
from raw.incident_report
qualify row_number() over (partition by report_id order by rowid desc) = 1;
comment on view staging.incident_report is 'One row per report of a food safety incident to an authority: the latest accepted version. | 一次食品安全事件报告（现行版本） | key: report_id';

create table if not exists raw.lead as from mart.lead with no data;
alter table raw.lead add column if not exists batch_id bigint;
alter table raw.lead add column if not exists file_id varchar;
alter table raw.lead add column if not exists line bigint;
alter table raw.lead add column if not exists row_hash varchar;
comment on table raw.lead is 'One row per accepted version: lead of a food safety breach, with what became of it. | 一条食品违法案件线索及办理情况（含历次版本） | key: lead_id, batch_id';
comment on column raw.lead.lead_id is '线索编号 | Number of the lead |';
comment on column raw.lead.business_id is '经营者编号 | Business concerned, when known |';
comment on column raw.lead.department is '办理部门 | Department that handles it | code lead_department';
comment on column raw.lead.origin is '线索来源 | Where it came from | code lead_origin';
comment on column raw.lead.found_on is '发现日 | Day it was found or received | day';
comment on column raw.lead.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.lead.meets_standard is '是否符合立案标准 | Meets the standard for opening a case; empty while not decided |';
comment on column raw.lead.filed_on is '立案日 | Day a case was opened; empty while none is | day';
comment on column raw.lead.closed_on is '办结日 | Day of the decision, transfer or lawful closure | day';
comment on column raw.lead.outcome is '办理结果 | How it ended | code lead_outcome';
comment on column raw.lead.extended_to is '经批准延长至 | Day up to which the term was extended with approval | day';
comment on column raw.lead.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.lead.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.lead.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.lead.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.lead as
select * exclude (batch_id, file_id, line, row_hash)
from raw.lead
qualify row_number() over (partition by lead_id order by rowid desc) = 1;
comment on view staging.lead is 'One row per lead of a food safety breach, with what became of it: the latest accepted version. | 一条食品违法案件线索及办理情况（现行版本） | key: lead_id';

create table if not exists raw.street_assessment as from mart.street_assessment with no data;
alter table raw.street_assessment add column if not exists batch_id bigint;
alter table raw.street_assessment add column if not exists file_id varchar;
alter table raw.street_assessment add column if not exists line bigint;
alter table raw.street_assessment add column if not exists row_hash varchar;
comment on table raw.street_assessment is 'One row per accepted version: street, dimension and day of an assessment of its food safety office. | 街道食安办分项评价（含历次版本） | key: street_code, dimension, assessed_on, batch_id';
comment on column raw.street_assessment.street_code is '街道代码 | Street whose office was assessed |';
comment on column raw.street_assessment.dimension is '评价维度 | Dimension of the assessment | code office_dimension';
comment on column raw.street_assessment.assessed_on is '评价日 | Day of the review on site | day';
comment on column raw.street_assessment.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.street_assessment.points is '得分 | Points given, 0 to 100 for each dimension | point';
comment on column raw.street_assessment.document is '来源文件 | Document it was taken from |';
comment on column raw.street_assessment.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.street_assessment.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.street_assessment.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.street_assessment.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.street_assessment as
select * exclude (batch_id, file_id, line, row_hash)
from raw.street_assessment
qualify row_number() over (partition by street_code, dimension, assessed_on order by rowid desc) = 1;
comment on view staging.street_assessment is 'One row per street, dimension and day of an assessment of its food safety office: the latest accepted version. | 街道食安办分项评价（现行版本） | key: street_code, dimension, assessed_on';

create table if not exists raw.reported_figure as from mart.reported_figure with no data;
alter table raw.reported_figure add column if not exists batch_id bigint;
alter table raw.reported_figure add column if not exists file_id varchar;
alter table raw.reported_figure add column if not exists line bigint;
alter table raw.reported_figure add column if not exists row_hash varchar;
comment on table raw.reported_figure is 'One row per accepted version: figure another department reports, by area and year. | 其他部门报送的数字（含历次版本） | key: figure, area, year, batch_id';
comment on column raw.reported_figure.figure is '数字名称 | What it counts or measures | code reported_figure';
comment on column raw.reported_figure.area is '区域（全区填 district，否则填街道代码） | Area: district, or the code of a street |';
comment on column raw.reported_figure.year is '年度 | Year it is of; of a stock its end | year';
comment on column raw.reported_figure.amount is '数值 | The figure | as its name says';
comment on column raw.reported_figure.document is '来源文件 | Document it was taken from |';
comment on column raw.reported_figure.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.reported_figure.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.reported_figure.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.reported_figure.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.reported_figure.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.reported_figure as
select * exclude (batch_id, file_id, line, row_hash)
from raw.reported_figure
qualify row_number() over (partition by figure, area, year order by rowid desc) = 1;
comment on view staging.reported_figure is 'One row per figure another department reports, by area and year: the latest accepted version. | 其他部门报送的数字（现行版本） | key: figure, area, year';

create table if not exists raw.grade_decision as from mart.grade_decision with no data;
alter table raw.grade_decision add column if not exists batch_id bigint;
alter table raw.grade_decision add column if not exists file_id varchar;
alter table raw.grade_decision add column if not exists line bigint;
alter table raw.grade_decision add column if not exists row_hash varchar;
comment on table raw.grade_decision is 'One row per accepted version: officer''s decision on raising or lowering a risk grade. | 一项上调或下调等级的决定（含历次版本） | key: business_id, ground, decided_on, batch_id';
comment on column raw.grade_decision.business_id is '经营者编号 | Business the row is about |';
comment on column raw.grade_decision.ground is '情形编号 | Ground of the Measures, for instance R29-2 |';
comment on column raw.grade_decision.decided_on is '决定日 | Day of the decision | day';
comment on column raw.grade_decision.recorded_at is '记录日（监管部门知悉之日） | Day the fact became known to the regulator | day';
comment on column raw.grade_decision.grade_year is '适用年度 | Year whose grade it changes | year';
comment on column raw.grade_decision.shift is '调整级数（0 为不调整） | Grades up (positive) or down (negative); 0 declines the recommendation | grade';
comment on column raw.grade_decision.officer is '决定人 | Officer who decided |';
comment on column raw.grade_decision.reason is '理由 | Reason given |';
comment on column raw.grade_decision.batch_id is '批次 | Load batch that brought this version |';
comment on column raw.grade_decision.file_id is '文件指纹 | SHA-256 of the source file |';
comment on column raw.grade_decision.line is '行号 | Line in the source file, header is 1 | line';
comment on column raw.grade_decision.row_hash is '内容指纹 | Hash of the facts in the row |';
create or replace view staging.grade_decision as
select * exclude (batch_id, file_id, line, row_hash)
from raw.grade_decision
qualify row_number() over (partition by business_id, ground, decided_on order by rowid desc) = 1;
comment on view staging.grade_decision is 'One row per officer''s decision on raising or lowering a risk grade: the latest accepted version. | 一项上调或下调等级的决定（现行版本） | key: business_id, ground, decided_on';

-- Code lists. Rows, not ENUMs: a list may grow without a rebuild.

insert into mart.code by name
from (values
    ('business_type', 'producer', '食品生产', 'producer'),
    ('business_type', 'seller', '食品销售', 'seller'),
    ('business_type', 'catering', '餐饮服务', 'catering'),
    ('business_type', 'canteen', '单位食堂', 'canteen'),
    ('business_type', 'market', '农贸市场', 'market'),
    ('subtype', 'food_producer', '食品生产企业', 'food producer'),
    ('subtype', 'health_food_producer', '保健食品生产企业', 'health food producer'),
    ('subtype', 'small_workshop', '食品小作坊', 'small workshop'),
    ('subtype', 'supermarket', '商场超市', 'supermarket'),
    ('subtype', 'convenience', '便利店', 'convenience store'),
    ('subtype', 'small_grocery', '小食杂店', 'small grocery'),
    ('subtype', 'wholesale', '食品批发', 'food wholesaler'),
    ('subtype', 'online_seller', '网络食品销售', 'online seller'),
    ('subtype', 'fresh_food_store', '生鲜专营店', 'fresh food store'),
    ('subtype', 'restaurant_xl', '特大型餐馆', 'very large restaurant'),
    ('subtype', 'restaurant_l', '大型餐馆', 'large restaurant'),
    ('subtype', 'restaurant_m', '中型餐馆', 'medium restaurant'),
    ('subtype', 'restaurant_s', '小型餐馆', 'small restaurant'),
    ('subtype', 'small_catering', '小餐饮店', 'small catering shop'),
    ('subtype', 'snack', '快餐小吃店', 'snack shop'),
    ('subtype', 'drinks', '饮品店', 'drinks shop'),
    ('subtype', 'bakery', '糕点店', 'bakery'),
    ('subtype', 'central_kitchen', '中央厨房', 'central kitchen'),
    ('subtype', 'collective_delivery', '集体用餐配送单位', 'collective meal delivery'),
    ('subtype', 'school_canteen', '学校食堂', 'school canteen'),
    ('subtype', 'kindergarten_canteen', '托幼机构食堂', 'kindergarten canteen'),
    ('subtype', 'eldercare_canteen', '养老机构食堂', 'elder-care canteen'),
    ('subtype', 'hospital_canteen', '医院食堂', 'hospital canteen'),
    ('subtype', 'staff_canteen', '职工食堂', 'staff canteen'),
    ('subtype', 'site_canteen', '工地食堂', 'building-site canteen'),
    ('subtype', 'farm_market', '农贸市场', 'farm produce market'),
    ('subtype', 'wholesale_market', '农产品批发市场', 'farm produce wholesale market'),
    ('subtype', 'rural_banquet', '农村家宴放心厨房', 'rural banquet kitchen'),
    ('subtype', 'other', '其他', 'other'),
    ('legal_form', 'enterprise', '企业', 'enterprise'),
    ('legal_form', 'individual', '个体工商户', 'individual business'),
    ('legal_form', 'cooperative', '农民专业合作社', 'farmers'' cooperative'),
    ('legal_form', 'institution', '机关事业单位', 'institution'),
    ('purpose', 'routine', '日常监督检查', 'daily inspection'),
    ('purpose', 'random', '双随机抽查', 'double-random inspection'),
    ('purpose', 'follow_up', '整改复查', 'follow-up'),
    ('purpose', 'complaint', '投诉举报核查', 'complaint visit'),
    ('purpose', 'flying', '飞行检查', 'flying inspection'),
    ('purpose', 'system', '体系检查', 'system inspection'),
    ('purpose', 'skill', '技能核查', 'skill check'),
    ('purpose', 'licensing', '许可核查', 'licensing visit'),
    ('purpose', 'special', '专项检查', 'special campaign'),
    ('purpose', 'other', '其他', 'other'),
    ('plan_requirement', 'legal_floor', '法定底线：两年一次全项目', 'legal floor: full checklist once in two years'),
    ('plan_requirement', 'new_small', '小微主体登记后一个月内首查', 'first check of a new small business'),
    ('plan_requirement', 'follow_up', '整改复查', 'follow-up due'),
    ('plan_requirement', 'school_term', '学校食堂开学前检查', 'school before term'),
    ('plan_requirement', 'key_supervision', '重点监管', 'key supervision'),
    ('plan_requirement', 'system_inspection', '体系检查', 'system inspection'),
    ('plan_requirement', 'skill_check', '食品安全管理员技能核查', 'skill check of the food safety manager'),
    ('plan_requirement', 'grade_d', '等级频次（D级）', 'visits of grade D'),
    ('plan_requirement', 'grade_c', '等级频次（C级）', 'visits of grade C'),
    ('plan_requirement', 'grade_b', '等级频次（B级）', 'visits of grade B'),
    ('plan_requirement', 'grade_a', '等级频次（A级）', 'visits of grade A'),
    ('plan_requirement', 'campaign', '专项行动', 'campaign'),
    ('plan_requirement', 'random', '随机抽查', 'random visit'),
    ('plan_requirement', 'extra', '增加检查：概率×危害高', 'extra visit: probability x harm is high'),
    ('checklist', 'full', '全项目检查表', 'full checklist'),
    ('checklist', 'full_skill', '全项目检查表和技能核查', 'full checklist and skill check'),
    ('checklist', 'system', '体系检查表', 'system inspection checklist'),
    ('checklist', 'follow_up', '整改复查表', 'follow-up form'),
    ('checklist', 'report', '举报核查记录表', 'record of verifying a report'),
    ('checklist', 'disposal', '不合格食品核查处置表', 'form for disposing of failed food'),
    ('checklist', 'incident', '食品安全事故调查记录', 'record of an incident inquiry'),
    ('worklist_source', 'plan', '年度计划', 'annual plan'),
    ('worklist_source', 'draw', '双随机抽取', 'double-random draw'),
    ('worklist_source', 'report', '举报待核查', 'report to verify'),
    ('worklist_source', 'failed_sample', '抽检不合格待处置', 'failed sample to dispose of'),
    ('worklist_source', 'incident', '食品安全事故或食源性疾病', 'incident or foodborne illness'),
    ('worklist_change', 'added', '新增', 'added'),
    ('worklist_change', 'moved', '改日', 'moved to another day'),
    ('worklist_change', 'restaffed', '换人', 'other inspectors'),
    ('worklist_change', 'postponed', '延后', 'postponed'),
    ('worklist_change', 'removed', '取消', 'removed'),
    ('level', 'district', '区级', 'district'),
    ('level', 'city', '市级', 'city'),
    ('level', 'province', '省级', 'province'),
    ('level', 'nation', '国家级', 'nation'),
    ('result', 'NO_ISSUE', '未发现问题', 'no issue'),
    ('result', 'CORRECT_ON_SPOT', '当场改正', 'corrected on the spot'),
    ('result', 'CORRECT_BY_DATE', '限期改正', 'correct by a date'),
    ('result', 'INVESTIGATE', '立案调查', 'investigate'),
    ('result', 'STOP_NOW', '责令停止', 'stop at once'),
    ('item_severity', 'key', '重点项目', 'key item'),
    ('item_severity', 'general', '一般项目', 'general item'),
    ('item_severity', 'minor', '轻微问题', 'minor finding'),
    ('complaint_kind', 'complaint', '投诉', 'complaint'),
    ('complaint_kind', 'report', '举报', 'report'),
    ('complaint_category', 'foreign_matter', '异物', 'foreign matter'),
    ('complaint_category', 'spoiled', '变质异味', 'spoiled food'),
    ('complaint_category', 'illness', '食后不适', 'illness after eating'),
    ('complaint_category', 'expired', '过期食品', 'expired food'),
    ('complaint_category', 'hygiene', '环境卫生', 'hygiene'),
    ('complaint_category', 'pests', '虫鼠害', 'pests'),
    ('complaint_category', 'licence', '无证或证照', 'licence'),
    ('complaint_category', 'label', '标签标识', 'labelling'),
    ('complaint_category', 'price', '价格计量', 'price or weight'),
    ('complaint_category', 'service', '服务纠纷', 'service'),
    ('complaint_category', 'other', '其他', 'other'),
    ('programme', 'supervision', '监督抽检', 'supervision sampling'),
    ('programme', 'evaluation', '评价性抽检', 'evaluation sampling'),
    ('programme', 'monitoring', '风险监测', 'risk monitoring'),
    ('alert_level', 'blue', '蓝色', 'blue'),
    ('alert_level', 'yellow', '黄色', 'yellow'),
    ('alert_level', 'orange', '橙色', 'orange'),
    ('alert_level', 'red', '红色', 'red'),
    ('alert_kind', 'complaints', '投诉举报聚集', 'cluster of complaints'),
    ('alert_kind', 'incident', '食品安全事件', 'incident'),
    ('alert_kind', 'sample', '抽检不合格', 'failed sample'),
    ('alert_kind', 'same_item', '同一项目多家不合格', 'same item failed at several'),
    ('alert_kind', 'kitchens', '阳光厨房离线', 'kitchens offline'),
    ('alert_state', 'raised', '待接办', 'raised'),
    ('alert_state', 'taken', '处置中', 'taken'),
    ('alert_state', 'closed', '已闭环', 'closed'),
    ('sample_reason', 'certain', '每年必抽', 'sampled every year'),
    ('sample_reason', 'priority', '令15号第10条重点（旅游景区餐饮名册），加权抽取', 'priority of order 15 art. 10 (roster of caterers in tourist spots), drawn with more weight'),
    ('sample_reason', 'risk', '按预计不合格率加权抽取', 'drawn by expected failure'),
    ('sample_reason', 'random', '等概率随机抽取', 'drawn with equal chances'),
    ('sample_reason', 'monitoring', '风险监测', 'risk monitoring'),
    ('reinspection', 'none', '未申请复检', 'none requested'),
    ('reinspection', 'pending', '复检中', 'pending'),
    ('reinspection', 'upheld', '复检维持', 'upheld'),
    ('reinspection', 'overturned', '复检改判合格', 'overturned'),
    ('penalty_kind', 'warning', '警告', 'warning'),
    ('penalty_kind', 'criticism', '通报批评', 'public criticism'),
    ('penalty_kind', 'fine', '罚款', 'fine'),
    ('penalty_kind', 'confiscation', '没收', 'confiscation'),
    ('penalty_kind', 'downgrade', '降低资质等级', 'downgrade'),
    ('penalty_kind', 'revocation', '吊销许可证件', 'revocation'),
    ('penalty_kind', 'restriction', '限制开展生产经营活动', 'restriction of business'),
    ('penalty_kind', 'stop_business', '责令停产停业', 'stop business'),
    ('penalty_kind', 'closure', '责令关闭', 'closure'),
    ('penalty_kind', 'ban', '限制从业', 'ban from the trade'),
    ('discretion', 'mitigated', '减轻处罚', 'mitigated'),
    ('discretion', 'lighter', '从轻处罚', 'lighter'),
    ('discretion', 'ordinary', '一般处罚', 'ordinary'),
    ('discretion', 'heavier', '从重处罚', 'heavier'),
    ('procedure', 'simple', '简易程序', 'simple'),
    ('procedure', 'ordinary', '普通程序', 'ordinary'),
    ('withdrawal', 'annulled', '撤销', 'annulled'),
    ('withdrawal', 'repaired', '信用修复', 'repaired'),
    ('incident_kind', 'foodborne', '食源性疾病', 'foodborne illness'),
    ('incident_kind', 'accident', '食品安全事故', 'food safety accident'),
    ('incident_kind', 'recall_refused', '未按规定召回或停止经营', 'failed to recall or stop'),
    ('certificate_kind', 'HACCP', '危害分析与关键控制点', 'HACCP'),
    ('certificate_kind', 'GMP', '良好生产规范', 'GMP'),
    ('certificate_kind', 'ISO22000', '食品安全管理体系', 'ISO 22000'),
    ('certificate_kind', 'ISO9001', '质量管理体系', 'ISO 9001'),
    ('certificate_kind', 'quality_award_city', '市级政府质量奖', 'city government quality award'),
    ('insurance_kind', 'public_interest', '食安公益险', 'public-interest policy'),
    ('insurance_kind', 'commercial', '食品安全责任险', 'commercial liability'),
    ('training_kind', 'skill_check', '食品安全管理员考核', 'food safety manager check'),
    ('training_kind', 'training', '培训', 'training'),
    ('training_kind', 'publicity', '科普宣教', 'community publicity'),
    ('roster', 'above_scale_producer', '规模以上食品生产企业', 'food producer above the statistical scale'),
    ('roster', 'scenic_caterer', '旅游景区餐饮单位', 'caterer in a tourist spot'),
    ('roster', 'care_home', '养老机构（床位数）', 'care home, with its beds'),
    ('trace_category', 'meat', '肉', 'meat'),
    ('trace_category', 'egg', '蛋', 'eggs'),
    ('trace_category', 'dairy', '奶', 'dairy'),
    ('trace_category', 'rice', '米', 'rice'),
    ('trace_category', 'flour', '面', 'flour'),
    ('trace_category', 'oil', '油', 'edible oil'),
    ('trace_category', 'aquatic', '水产品', 'aquatic products'),
    ('trace_category', 'liquor', '白酒', 'Chinese spirits'),
    ('trace_platform', 'zheshilian', '浙食链', 'Zheshilian'),
    ('trace_platform', 'other', '其他认可的追溯平台', 'another accepted platform'),
    ('unit_kind', 'community', '社区', 'community'),
    ('unit_kind', 'village', '村', 'village'),
    ('unit_kind', 'primary_school', '小学', 'primary school'),
    ('unit_kind', 'middle_school', '初中', 'lower secondary school'),
    ('unit_kind', 'nine_year_school', '九年一贯制学校', 'nine-year school'),
    ('unit_kind', 'high_school', '高中', 'upper secondary school'),
    ('unit_kind', 'kindergarten', '幼儿园', 'kindergarten'),
    ('report_channel', 'direct_system', '网络直报系统', 'direct reporting system'),
    ('report_channel', 'written', '书面报告', 'written report'),
    ('report_channel', 'telephone', '电话报告', 'by telephone'),
    ('report_channel', 'other', '其他', 'other'),
    ('lead_department', 'market', '区市场监管局', 'market supervision'),
    ('lead_department', 'police', '区公安分局', 'police'),
    ('lead_origin', 'inspection', '监督检查', 'inspection'),
    ('lead_origin', 'sampling', '抽检不合格', 'failed sample'),
    ('lead_origin', 'complaint', '投诉举报', 'complaint or report'),
    ('lead_origin', 'transfer', '上级交办或其他部门移送', 'handed over'),
    ('lead_outcome', 'decision', '作出处罚决定', 'decided'),
    ('lead_outcome', 'transferred', '移送', 'transferred'),
    ('lead_outcome', 'closed', '依法结案或不予处罚', 'lawfully closed'),
    ('office_dimension', 'foundation', '强基础', 'foundation'),
    ('office_dimension', 'team', '强队伍', 'team'),
    ('office_dimension', 'mechanism', '强机制', 'mechanism'),
    ('office_dimension', 'support', '强保障', 'support'),
    ('office_dimension', 'management', '强管理', 'management'),
    ('reported_figure', 'resident_population', '年末常住人口（人）', 'resident population at the end of the year'),
    ('reported_figure', 'census_population', '人口普查常住人口（人）', 'resident population of the census'),
    ('reported_figure', 'satisfaction', '公众食品安全满意度（分）', 'public satisfaction with food safety'),
    ('conflict_reason', 'kinship', '亲属关系', 'kinship'),
    ('conflict_reason', 'interest', '利害关系', 'direct interest'),
    ('conflict_reason', 'former_employer', '曾任职', 'former employer'),
    ('conflict_reason', 'other', '其他', 'other'),
    ('credit_basis', 'scorecard', '企业评分卡', 'scorecard of enterprises'),
    ('credit_basis', 'individual', '个体工商户，不作企业信用分类', 'individual business: no enterprise class'),
    ('credit_basis', 'other_form', '非企业或主体类型不明，不作企业信用分类', 'no enterprise, or form unknown: no class'),
    ('credit_basis', 'no_scorecard', '尚无评分卡', 'no scorecard yet'),
    ('basis', 'checklist', '检查表', 'checklist'),
    ('basis', 'model', '模型', 'model'),
    ('basis', 'static_only', '仅静态分', 'static points only'),
    ('food_class', '01', '粮食加工品', 'cereal products'),
    ('food_class', '02', '食用油、油脂及其制品', 'oils and fats'),
    ('food_class', '03', '调味品', 'condiments'),
    ('food_class', '04', '肉制品', 'meat products'),
    ('food_class', '05', '乳制品', 'dairy products'),
    ('food_class', '06', '饮料', 'beverages'),
    ('food_class', '07', '方便食品', 'convenience food'),
    ('food_class', '08', '饼干', 'biscuits'),
    ('food_class', '09', '罐头', 'canned food'),
    ('food_class', '10', '冷冻饮品', 'frozen drinks and ices'),
    ('food_class', '11', '速冻食品', 'quick-frozen food'),
    ('food_class', '12', '薯类和膨化食品', 'potato and puffed food'),
    ('food_class', '13', '糖果制品', 'confectionery'),
    ('food_class', '14', '茶叶及相关制品', 'tea'),
    ('food_class', '15', '酒类', 'alcoholic drinks'),
    ('food_class', '16', '蔬菜制品', 'vegetable products'),
    ('food_class', '17', '水果制品', 'fruit products'),
    ('food_class', '18', '炒货食品及坚果制品', 'roasted nuts and seeds'),
    ('food_class', '19', '蛋制品', 'egg products'),
    ('food_class', '20', '可可及焙烤咖啡产品', 'cocoa and coffee'),
    ('food_class', '21', '食糖', 'sugar'),
    ('food_class', '22', '水产制品', 'aquatic products'),
    ('food_class', '23', '淀粉及淀粉制品', 'starch'),
    ('food_class', '24', '糕点', 'pastry'),
    ('food_class', '25', '豆制品', 'bean products'),
    ('food_class', '26', '蜂产品', 'bee products'),
    ('food_class', '27', '保健食品', 'health food'),
    ('food_class', '28', '特殊医学用途配方食品', 'food for special medical purposes'),
    ('food_class', '29', '婴幼儿配方食品', 'infant formula'),
    ('food_class', '30', '特殊膳食食品', 'special dietary food'),
    ('food_class', '31', '其他食品', 'other food'),
    ('food_class', '32', '食品添加剂', 'food additives'),
    ('food_class', '90', '餐饮食品', 'catering food'),
    ('food_class', '91', '食用农产品', 'edible farm produce'),
    ('static_factor', 'food_category', '食品类别编号', 'producer food category code'),
    ('static_factor', 'area_m2', '经营面积', 'floor area'),
    ('static_factor', 'prepacked_ambient_sku', '预包装常温单品数', 'prepacked ambient items'),
    ('static_factor', 'prepacked_chilled_sku', '预包装冷藏单品数', 'prepacked chilled items'),
    ('static_factor', 'prepacked_frozen_sku', '预包装冷冻单品数', 'prepacked frozen items'),
    ('static_factor', 'bulk_ambient_sku', '散装常温单品数', 'bulk ambient items'),
    ('static_factor', 'bulk_chilled_sku', '散装冷藏单品数', 'bulk chilled items'),
    ('static_factor', 'bulk_frozen_sku', '散装冷冻单品数', 'bulk frozen items'),
    ('static_factor', 'supplier_count', '供货商数', 'suppliers'),
    ('static_factor', 'catering_area_m2', '餐饮经营场所面积', 'catering area'),
    ('static_factor', 'seats', '餐位数', 'seats'),
    ('static_factor', 'canteen_diners', '食堂就餐人数', 'canteen diners'),
    ('static_factor', 'delivery_diners', '集体配送用餐人数', 'collective delivery diners'),
    ('static_factor', 'cold_dish_items', '冷食类单品数', 'cold dishes'),
    ('static_factor', 'cold_dish_perishable', '冷食类含易腐原料', 'cold dishes hold perishables'),
    ('static_factor', 'raw_dish_items', '生食类单品数', 'raw dishes'),
    ('static_factor', 'pastry_items', '糕点类单品数', 'pastries'),
    ('static_factor', 'pastry_perishable', '糕点类含易腐原料', 'pastries hold perishables'),
    ('static_factor', 'hot_dish_items', '热食类单品数', 'hot dishes'),
    ('static_factor', 'hot_dish_perishable', '热食类含易腐原料', 'hot dishes hold perishables'),
    ('static_factor', 'own_drink_items', '自制饮品单品数', 'own drinks'),
    ('static_factor', 'other_made_items', '其他类制售单品数', 'other made items'),
    ('static_factor', 'health_raw_material', '保健食品主要原料', 'health food raw material'),
    ('static_factor', 'health_formula', '保健食品配方', 'health food formula'),
    ('static_factor', 'health_function', '保健食品功能', 'health food function'),
    ('static_factor', 'health_unsuitable', '保健食品不适宜人群', 'health food unsuitable groups'),
    ('static_factor', 'health_storage', '保健食品贮存', 'health food storage')
) entry (kind, code, zh, en)
where not exists (
    from mart.code known
    where known.kind = entry.kind and known.code = entry.code
);
