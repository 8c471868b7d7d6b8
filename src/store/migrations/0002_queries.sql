-- Up Migration

-- The candidates of a path in a document (query contract 5.1); null stands for a missing value, also among the parts of
-- a path, where no key can equal it. `unfolded`: an array at the end of the path counts by its elements and as itself.
create function redress.candidates(value jsonb, path text[], unfolded boolean) returns jsonb[]
language plpgsql immutable parallel safe as $$
declare
  last constant int := cardinality(path);
  element jsonb;
  index int := 0;
  found jsonb[] := '{}';
begin
  for i in 1 .. last loop
    case jsonb_typeof(value)
      when 'object' then
        value := value -> path[i];
        if value is null then return array[null::jsonb]; end if;
      when 'array' then
        for element in select jsonb_array_elements(value) loop
          if jsonb_typeof(element) = 'object' then
            found := found || redress.candidates(element, path[i:], unfolded);
          end if;
          if path[i] = index::text then
            -- Taken by its position an element is what it is, even an array.
            if i = last then
              found := array_append(found, element);
            elsif jsonb_typeof(element) in ('object', 'array') then
              found := found || redress.candidates(element, path[i + 1:], unfolded);
            end if;
          end if;
          index := index + 1;
        end loop;
        return found;
      else
        return array[null::jsonb];
    end case;
  end loop;
  if unfolded and jsonb_typeof(value) = 'array' then
    return array(select jsonb_array_elements(value)) || array[value];
  end if;
  return array[value];
end
$$;

-- A value as a list of tokens whose order is the order of values (query contract 5.2, 8): classes first, strings by their
-- bytes, arrays element by element, objects member by member in the order of their keys.
create type redress.token as (rank smallint, number numeric, string text collate "C");

create function redress.token_rank(value jsonb) returns smallint
language sql immutable parallel safe
return case jsonb_typeof(value)
  when 'number' then 2 when 'string' then 3 when 'object' then 4 when 'array' then 5 when 'boolean' then 6 else 1
end;

create function redress.tokens(value jsonb) returns redress.token[]
language plpgsql immutable parallel safe as $$
declare
  rank constant smallint := redress.token_rank(value);
  -- Comes before everything, so that a shorter list is smaller.
  the_end constant redress.token := row(-1, null, null);
  found redress.token[];
  key text;
  member jsonb;
begin
  case jsonb_typeof(value)
    when 'number' then
      return array[row(rank, value::numeric, null)::redress.token];
    when 'string' then
      return array[row(rank, null, value #>> '{}')::redress.token];
    when 'boolean' then
      return array[row(rank, value::boolean::int, null)::redress.token];
    when 'array' then
      found := array[row(rank, null, null)::redress.token];
      for member in select jsonb_array_elements(value) loop
        found := found || redress.tokens(member);
      end loop;
      return array_append(found, the_end);
    when 'object' then
      found := array[row(rank, null, null)::redress.token];
      for key, member in select each.key, each.value from jsonb_each(value) as each order by each.key collate "C" loop
        found := array_append(found, row(redress.token_rank(member), null, key)::redress.token);
        found := found || redress.tokens(member);
      end loop;
      return array_append(found, the_end);
    else
      return array[row(rank, null, null)::redress.token];
  end case;
end
$$;

-- What a document is sorted by (query contract 8): of several candidates the smallest, or the largest; nothing is null, and
-- an empty array comes before it.
create function redress.sort_key(document jsonb, path text[], largest boolean) returns redress.token[]
language plpgsql immutable parallel safe as $$
declare
  candidates constant jsonb[] := redress.candidates(document, path, false);
  candidate jsonb;
  element jsonb;
  tokens redress.token[];
  best redress.token[];
begin
  foreach candidate in array candidates loop
    if candidate = '[]' then
      tokens := array[row(0, null, null)::redress.token];
      if best is null or (tokens > best) = largest then best := tokens; end if;
    elsif jsonb_typeof(candidate) = 'array' then
      for element in select jsonb_array_elements(candidate) loop
        tokens := redress.tokens(element);
        if best is null or (tokens > best) = largest then best := tokens; end if;
      end loop;
    else
      tokens := redress.tokens(candidate);
      if best is null or (tokens > best) = largest then best := tokens; end if;
    end if;
  end loop;
  return coalesce(best, redress.tokens(null));
end
$$;

-- The functions of the generated columns are in PL/pgSQL on purpose: functions in SQL would be inlined, and the expressions
-- of generated columns are planned anew with every statement that writes a row.

-- A text that an index can hold; null where it is something else.
create function redress.text_at(document jsonb, path text[]) returns text
language plpgsql immutable parallel safe as $$
declare
  value constant jsonb := document #> path;
begin
  return case when jsonb_typeof(value) = 'string' and octet_length(value #>> '{}') <= 512 then value #>> '{}' end;
end
$$;

create function redress.boolean_at(document jsonb, path text[]) returns boolean
language plpgsql immutable parallel safe as $$
declare
  value constant jsonb := document #> path;
begin
  return case when jsonb_typeof(value) = 'boolean' then value::boolean end;
end
$$;

-- An integer that a double holds exactly.
create function redress.integer_at(document jsonb, path text[]) returns bigint
language plpgsql immutable parallel safe as $$
declare
  value constant jsonb := document #> path;
  number numeric;
begin
  if jsonb_typeof(value) = 'number' then
    number := value::numeric;
    if abs(number) < 9007199254740992 and number % 1 = 0 then return number::bigint; end if;
  end if;
  return null;
end
$$;

-- In the order of their bytes, so that they sort as the texts do. In an index they take four bytes, all alike.
create type redress.execution_status as enum ('FAILED', 'PREPARED', 'SUCCEEDED');
create type redress.recoverable_type as enum ('RECOVERABLE', 'UNKNOWN', 'UNRECOVERABLE');

create function redress.status_of(document jsonb) returns redress.execution_status
language plpgsql immutable parallel safe as $$
begin
  return case document #> '{state,status}'
    when '"FAILED"' then 'FAILED'::redress.execution_status
    when '"PREPARED"' then 'PREPARED'::redress.execution_status
    when '"SUCCEEDED"' then 'SUCCEEDED'::redress.execution_status
  end;
end
$$;

create function redress.recoverable_of(document jsonb) returns redress.recoverable_type
language plpgsql immutable parallel safe as $$
begin
  return case document #> '{state,recoverable}'
    when '"RECOVERABLE"' then 'RECOVERABLE'::redress.recoverable_type
    when '"UNKNOWN"' then 'UNKNOWN'::redress.recoverable_type
    when '"UNRECOVERABLE"' then 'UNRECOVERABLE'::redress.recoverable_type
  end;
end
$$;

-- Whether a snapshot is as this service writes it, so that conditions on the paths below may be asked of columns. What is
-- not regular is looked into document by document.
create function redress.is_regular(document jsonb) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return coalesce(
    document -> 'tenantId' = '"(0)"'
    and jsonb_typeof(document -> 'ownerId') = 'string'
    and jsonb_typeof(document -> 'spaceId') = 'string'
    and jsonb_typeof(document -> 'deleted') = 'boolean'
    and redress.status_of(document) is not null
    and redress.recoverable_of(document) is not null
    and jsonb_typeof(document #> '{state,isRetryable}') = 'boolean'
    and jsonb_typeof(document #> '{state,isBelowRetryThreshold}') = 'boolean'
    and redress.integer_at(document, '{state,executeAt}') is not null
    and redress.integer_at(document, '{state,retryState,retries}') is not null
    and redress.integer_at(document, '{state,retryState,retryAt}') is not null
    and redress.integer_at(document, '{state,retryState,timeoutAt}') is not null
    and redress.integer_at(document, '{state,retryState,nextRetryAt}') is not null
    and redress.text_at(document, '{state,eventId,id}') is not null
    and redress.integer_at(document, '{state,eventId,version}') is not null
    and redress.text_at(document, '{state,eventId,aggregateId,aggregateId}') is not null
    and redress.text_at(document, '{state,eventId,aggregateId,contextName}') is not null
    and redress.text_at(document, '{state,eventId,aggregateId,aggregateName}') is not null
    and redress.text_at(document, '{state,function,contextName}') is not null
    and redress.text_at(document, '{state,function,processorName}') is not null,
    false
  );
end
$$;

alter table redress.snapshot
  add column regular boolean not null generated always as (redress.is_regular(document)) stored,
  add column deleted boolean generated always as (redress.boolean_at(document, '{deleted}')) stored,
  add column status redress.execution_status generated always as (redress.status_of(document)) stored,
  add column recoverable redress.recoverable_type generated always as (redress.recoverable_of(document)) stored,
  add column is_retryable boolean generated always as (redress.boolean_at(document, '{state,isRetryable}')) stored,
  add column is_below_retry_threshold boolean
    generated always as (redress.boolean_at(document, '{state,isBelowRetryThreshold}')) stored,
  add column timeout_at bigint generated always as (redress.integer_at(document, '{state,retryState,timeoutAt}')) stored,
  add column next_retry_at bigint
    generated always as (redress.integer_at(document, '{state,retryState,nextRetryAt}')) stored,
  add column event_id text collate "C" generated always as (redress.text_at(document, '{state,eventId,id}')) stored,
  add column event_aggregate_id text collate "C"
    generated always as (redress.text_at(document, '{state,eventId,aggregateId,aggregateId}')) stored,
  add column event_context_name text collate "C"
    generated always as (redress.text_at(document, '{state,eventId,aggregateId,contextName}')) stored,
  add column event_aggregate_name text collate "C"
    generated always as (redress.text_at(document, '{state,eventId,aggregateId,aggregateName}')) stored,
  add column function_context_name text collate "C"
    generated always as (redress.text_at(document, '{state,function,contextName}')) stored,
  add column processor_name text collate "C"
    generated always as (redress.text_at(document, '{state,function,processorName}')) stored;

-- The tabs of the dashboards, newest first: one scan per status finds its rows in the order of their ids, and what tells
-- the tabs apart is decided inside the index. A row is in one of the three.
create index snapshot_failed on redress.snapshot
  (aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular and status = 'FAILED';
create index snapshot_prepared on redress.snapshot
  (aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular and status = 'PREPARED';
create index snapshot_succeeded on redress.snapshot (aggregate_id, deleted) where regular and status = 'SUCCEEDED';

-- The same behind each search field that has few values. The other two lead to few rows by themselves.
create index snapshot_event_context_name on redress.snapshot
  (event_context_name, status, aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular;
create index snapshot_event_aggregate_name on redress.snapshot
  (event_aggregate_name, status, aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular;
create index snapshot_function_context_name on redress.snapshot
  (function_context_name, status, aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular;
create index snapshot_processor_name on redress.snapshot
  (processor_name, status, aggregate_id, recoverable, deleted, is_retryable, is_below_retry_threshold, timeout_at, next_retry_at)
  where regular;
create index snapshot_event_id on redress.snapshot (event_id, status, aggregate_id) where regular;
create index snapshot_event_aggregate_id on redress.snapshot (event_aggregate_id, status, aggregate_id) where regular;

-- Practically empty: what was written by hand.
create index snapshot_irregular on redress.snapshot (aggregate_id) where not regular;

-- Down Migration

drop index redress.snapshot_irregular, redress.snapshot_event_aggregate_id, redress.snapshot_event_id,
  redress.snapshot_processor_name, redress.snapshot_function_context_name, redress.snapshot_event_aggregate_name,
  redress.snapshot_event_context_name, redress.snapshot_succeeded, redress.snapshot_prepared, redress.snapshot_failed;
alter table redress.snapshot
  drop column regular, drop column deleted, drop column status, drop column recoverable, drop column is_retryable,
  drop column is_below_retry_threshold, drop column timeout_at, drop column next_retry_at, drop column event_id,
  drop column event_aggregate_id, drop column event_context_name, drop column event_aggregate_name,
  drop column function_context_name, drop column processor_name;
drop function redress.is_regular, redress.recoverable_of, redress.status_of, redress.integer_at, redress.boolean_at, redress.text_at, redress.sort_key,
  redress.tokens, redress.token_rank, redress.candidates;
drop type redress.recoverable_type, redress.execution_status, redress.token;
