-- The register of decisions: one row per action, appended and never changed.
--
-- shian_hash is a function of the program: whoever writes without it is stopped by the
-- insert trigger, and whoever drops the triggers leaves a tally that does not agree.

pragma application_id = 1936220526;
pragma user_version = 1;

create table entry (
    seq integer primary key,
    idempotency_key text not null unique check (length(idempotency_key) between 1 and 200),
    case_id text not null check (length(case_id) > 0),
    action text not null,
    happened_on text not null check (happened_on = date(happened_on)),
    recorded_at text not null check (length(recorded_at) >= 19),
    actor text not null check (length(trim(actor)) > 0),
    role text not null,
    reason text not null check (length(trim(reason)) > 0),
    body text not null check (json_valid(body)),
    explanation text check (explanation is null or json_valid(explanation)),
    previous_hash text not null check (length(previous_hash) = 64),
    hash text not null unique check (length(hash) = 64)
) strict;

create index entry_case on entry (case_id, seq);

create table tally (
    one integer primary key check (one = 1),
    entries integer not null,
    head text not null
) strict;

insert into tally (one, entries, head)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

create trigger entry_follows before insert on entry
begin
    select raise(abort, 'register: an entry must follow the last one')
    where new.seq is not (select entries + 1 from tally)
        or new.previous_hash is not (select head from tally)
        or exists (select 1 from entry where seq >= new.seq)
        or exists (select 1 from entry where idempotency_key = new.idempotency_key)
        or new.hash is not shian_hash(
            new.seq, new.idempotency_key, new.case_id, new.action, new.happened_on,
            new.recorded_at, new.actor, new.role, new.reason, new.body,
            new.explanation, new.previous_hash
        );
end;

create trigger entry_is_counted after insert on entry
begin
    update tally set entries = new.seq, head = new.hash;
end;

create trigger entry_is_not_changed before update on entry
begin
    select raise(abort, 'register: an entry is never changed');
end;

create trigger entry_is_not_removed before delete on entry
begin
    select raise(abort, 'register: an entry is never removed');
end;

create trigger tally_is_not_removed before delete on tally
begin
    select raise(abort, 'register: the tally is never removed');
end;

create trigger tally_follows before update on tally
begin
    select raise(abort, 'register: the tally follows the entries')
    where new.entries is not old.entries + 1
        or new.head is not (select hash from entry where seq = new.entries);
end;
