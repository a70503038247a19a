-- Accounts and sessions of the review workbench; the register of decisions is another file.
--
-- Passwords are argon2 hashes, session tokens SHA-256 of what the browser holds: who
-- reads this file can sign in as nobody.

pragma application_id = 1936220513;
pragma user_version = 1;

create table account (
    login text primary key check (length(login) between 2 and 32),
    person text not null check (length(trim(person)) > 0),
    person_key text not null unique,
    role text not null,
    office text not null,
    language text not null default 'zh',
    password_hash text not null,
    is_initial integer not null,
    initial_until text,
    is_locked integer not null default 0,
    failures integer not null default 0,
    locked_until text,
    created_at text not null
) strict;

create table session (
    token_hash text primary key check (length(token_hash) = 64),
    login text not null references account (login),
    csrf text not null,
    created_at text not null,
    seen_at text not null
) strict;

create index session_login on session (login);

-- Which explanation a person had open on which day; an act freezes that very one.
create table opened (
    login text not null references account (login),
    business_id text not null,
    day text not null,
    mark text not null,
    opened_at text not null,
    primary key (login, business_id, day)
) strict;

-- What happened to accounts: appended only, for whoever must find out later.
create table event (
    seq integer primary key,
    at text not null,
    login text not null,
    what text not null,
    by text not null
) strict;

create trigger event_is_not_changed before update on event
begin
    select raise(abort, 'accounts: an event is never changed');
end;

create trigger event_is_not_removed before delete on event
begin
    select raise(abort, 'accounts: an event is never removed');
end;
