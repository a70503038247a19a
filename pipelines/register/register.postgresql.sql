-- The register of decisions on a server: one row per action, appended and never changed.
--
-- The same rows, hashes and rules as in register.sqlite.sql. The server works the hash out
-- itself: JSON as Python writes it, which is how to_json writes text. Whoever drops the
-- triggers leaves a tally that does not agree, and a head exported before shows the rest.

create table entry (
    seq bigint primary key,
    idempotency_key text not null unique check (length(idempotency_key) between 1 and 200),
    case_id text not null check (length(case_id) > 0),
    action text not null,
    happened_on text not null check (happened_on = to_char(happened_on::date, 'YYYY-MM-DD')),
    recorded_at text not null check (length(recorded_at) >= 19),
    actor text not null check (length(trim(actor)) > 0),
    role text not null,
    reason text not null check (length(trim(reason)) > 0),
    body text not null check (body::json is not null),
    explanation text check (explanation is null or explanation::json is not null),
    previous_hash text not null check (length(previous_hash) = 64),
    hash text not null unique check (length(hash) = 64)
);

create index entry_case on entry (case_id, seq);

create table tally (
    one integer primary key check (one = 1),
    entries bigint not null,
    head text not null
);

insert into tally (one, entries, head)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

create function shian_hash(e entry) returns text language sql stable as $$
    select encode(sha256(convert_to(concat(
        '[', e.seq, ',', to_json(e.idempotency_key), ',', to_json(e.case_id), ',',
        to_json(e.action), ',', to_json(e.happened_on), ',', to_json(e.recorded_at), ',',
        to_json(e.actor), ',', to_json(e.role), ',', to_json(e.reason), ',',
        to_json(e.body), ',', coalesce(to_json(e.explanation)::text, 'null'), ',',
        to_json(e.previous_hash), ']'
    ), 'UTF8')), 'hex')
$$;

-- Runs as the owner, so that officers need no right to write the tally.
create function entry_follows() returns trigger language plpgsql security definer
set search_path from current as $$
declare last record;
begin
    -- One writer at a time, also one who does not ask for the lock.
    perform pg_advisory_xact_lock(1936220526);
    select entries, head into last from tally;
    if new.seq is distinct from last.entries + 1
        or new.previous_hash is distinct from last.head
        or exists (select 1 from entry where seq >= new.seq)
        or new.hash is distinct from shian_hash(new)
    then
        raise exception 'register: an entry must follow the last one';
    end if;
    return new;
end $$;

create function entry_is_counted() returns trigger language plpgsql security definer
set search_path from current as $$
begin
    update tally set entries = new.seq, head = new.hash;
    return null;
end $$;

create function nothing_is_changed() returns trigger language plpgsql as $$
begin
    raise exception 'register: % is never changed or removed', tg_table_name;
end $$;

create function tally_follows() returns trigger language plpgsql security definer
set search_path from current as $$
begin
    if new.entries is distinct from old.entries + 1
        or new.head is distinct from (select hash from entry where seq = new.entries)
    then
        raise exception 'register: the tally follows the entries';
    end if;
    return new;
end $$;

create trigger entry_follows before insert on entry
for each row execute function entry_follows();

create trigger entry_is_counted after insert on entry
for each row execute function entry_is_counted();

create trigger entry_is_not_changed before update or delete on entry
for each row execute function nothing_is_changed();

create trigger entry_is_not_emptied before truncate on entry
for each statement execute function nothing_is_changed();

create trigger tally_follows before update on tally
for each row execute function tally_follows();

create trigger tally_is_not_removed before delete on tally
for each row execute function nothing_is_changed();

create trigger tally_is_not_emptied before truncate on tally
for each statement execute function nothing_is_changed();
