/** The database's clock alone decides: those of the replicas may differ. */
const NOW = 'clock_timestamp()'

const ms = (parameter: string) => `${parameter}::bigint * interval '1 millisecond'`

const KEY = 'group_id = $1 and plugin = $2 and event_id = $3'
const OURS = `${KEY} and owner = $4 and fence = $5::bigint`

/**
 * Takes what is free: new, released, or held by an owner whose lease ran out; or tells what is there.
 * No row at all: the owner changed in this very moment.
 * $1-3 key, $4 owner, $5 fingerprint, $6 lease and $7 time to live in ms.
 */
export const CLAIM = {
  name: 'claim',
  text: `with claimed as (
    insert into inventory_events_marks as m
      (group_id, plugin, event_id, owner, fingerprint, state, lease_expires_at)
    values ($1, $2, $3, $4, $5, 'leased', ${NOW} + ${ms('$6')})
    on conflict (group_id, plugin, event_id) do update
      set owner = excluded.owner, fingerprint = excluded.fingerprint, state = 'leased',
        fence = default, lease_expires_at = excluded.lease_expires_at, completed_at = null
      where m.lease_expires_at <= ${NOW} or m.completed_at <= ${NOW} - ${ms('$7')}
    returning fence
  )
  select 'claimed' as state, fence::text, null as fingerprint from claimed
  union all
  select state, null, fingerprint from inventory_events_marks
    where ${KEY} and not exists (select from claimed)`,
}

/**
 * Makes the mark, if the claim is still ours. Says so again if it was ours to make and is made: the
 * first answer may have been lost. $1-3 key, $4 owner, $5 fence.
 */
export const COMPLETE = {
  name: 'complete',
  text: `with done as (
    update inventory_events_marks
      set state = 'completed', completed_at = ${NOW}, lease_expires_at = null
      where ${OURS} and state = 'leased' returning 1
  )
  select 1 from done union all
  select 1 from inventory_events_marks where ${OURS} and state = 'completed'`,
}

/** $1-3 key, $4 owner, $5 fence. */
export const RELEASE = {
  name: 'release',
  text: `delete from inventory_events_marks where ${OURS} and state = 'leased'`,
}

/** Answers the fences that are still ours. $1 group, $2 plugins, $3 ids, $4 owner, $5 fences, $6 ms. */
export const RENEW = {
  name: 'renew',
  text: `update inventory_events_marks m
    set lease_expires_at = ${NOW} + ${ms('$6')}
    from unnest($2::text[], $3::text[], $5::bigint[]) as held (plugin, event_id, fence)
    where m.group_id = $1 and m.plugin = held.plugin and m.event_id = held.event_id
      and m.owner = $4 and m.fence = held.fence and m.state = 'leased'
    returning m.fence::text`,
}

/**
 * Sets the limits of a transaction and says whether the claim is ours. The server looks for its client
 * while a statement runs (Postgres 14 and newer): one that was cut off must not go on holding locks.
 * $1-3 key, $4 owner, $5 fence, $6 limit of a statement and $7 of idleness in ms.
 */
export const ENTER = {
  name: 'enter',
  text: `select set_config('statement_timeout', $6, true),
    set_config('idle_in_transaction_session_timeout', $7, true),
    set_config('client_connection_check_interval', '500', true),
    exists (select from inventory_events_marks where ${OURS} and state = 'leased') as is_ours`,
}

/** What is kept of events, whoever asks. $1 group, $2 ids, $3 time to live in ms. */
export const FIND = {
  name: 'find',
  text: `select plugin, event_id, fingerprint, state, owner, lease_expires_at, completed_at,
      coalesce(completed_at <= ${NOW} - ${ms('$3')}, false) as is_expired
    from inventory_events_marks where group_id = $1 and event_id = any($2::text[])`,
}

/** Deletes some of what is older than the time to live. $1 group, $2 ms, $3 rows at most. */
export const SWEEP = {
  name: 'sweep',
  text: `delete from inventory_events_marks where ctid = any (array(
    select ctid from inventory_events_marks
      where group_id = $1 and coalesce(completed_at, lease_expires_at) <= ${NOW} - ${ms('$2')}
      limit $3::int for update skip locked))`,
}
