/** The database's clock alone decides: those of the replicas may differ. */
const NOW = 'clock_timestamp()'

const ms = (parameter: string) => `${parameter}::bigint * interval '1 millisecond'`

const KEY = 'group_id = $1 and plugin = $2 and event_id = $3'
const OURS = `${KEY} and owner = $4 and fence = $5::bigint`

const KEY_COLUMNS = 'group_id, plugin, event_id'

/**
 * Takes of different keys those that are free: new, released, or held by an owner whose lease ran out;
 * and tells which are completed, without writing anything. No row at all: another owner is at it, or
 * was when the statement began. Rows are taken in the order of their keys, in every statement that
 * takes many: so two never wait for each other.
 * $1 group, $2 plugins, $3 ids, $4 owner, $5 fingerprints, $6 lease and $7 time to live in ms.
 */
export const CLAIM = {
  name: 'claim',
  text: `with asked as (
    select plugin, event_id, fingerprint, (
      select m.fingerprint from inventory_events_marks m
        where m.group_id = $1 and m.plugin = each.plugin and m.event_id = each.event_id
          and m.completed_at > ${NOW} - ${ms('$7')}) as completed
    from unnest($2::text[], $3::text[], $5::text[]) as each (plugin, event_id, fingerprint)
  ), claimed as (
    insert into inventory_events_marks as m
      (${KEY_COLUMNS}, owner, fingerprint, state, lease_expires_at)
    select $1, plugin, event_id, $4, fingerprint, 'leased', ${NOW} + ${ms('$6')}
      from asked where completed is null order by plugin, event_id
    on conflict (${KEY_COLUMNS}) do update
      set owner = excluded.owner, fingerprint = excluded.fingerprint, state = 'leased',
        fence = default, lease_expires_at = excluded.lease_expires_at, completed_at = null
      where m.lease_expires_at <= ${NOW} or m.completed_at <= ${NOW} - ${ms('$7')}
    returning plugin, event_id, fence
  )
  select plugin, event_id as "eventId", fence::text, null as completed from claimed
  union all
  select plugin, event_id, null, completed from asked where completed is not null`,
}

/**
 * Makes the mark, if the claim is still ours. Says so again if it was ours to make and is made: the
 * first answer may have been lost. For one, within a transaction. $1-3 key, $4 owner, $5 fence.
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

/**
 * Those of the claims that are ours, locked in the order of their keys. The rows of a lateral query
 * that locks are looked up one by one, so always by the index: planned while the table was new, a
 * join would read all of it until the next `analyze`.
 * $1 group, $2 plugins, $3 ids, $4 owner, $5 fences.
 */
const LOCKED = `ours as (
    select locked.* from (
      select distinct plugin, event_id, fence
        from unnest($2::text[], $3::text[], $5::bigint[]) as each (plugin, event_id, fence)
        order by plugin, event_id
    ) asked, lateral (
      select * from inventory_events_marks m
        where m.group_id = $1 and m.plugin = asked.plugin and m.event_id = asked.event_id
          and m.owner = $4 and m.fence = asked.fence
        for no key update
    ) locked
  )`

/** An update of what is leased, as an insert that meets its row each time: an update would join. */
const changed = (set: string) => `changed as (
    insert into inventory_events_marks (${KEY_COLUMNS}, fingerprint, state, fence, owner)
    select ${KEY_COLUMNS}, fingerprint, state, fence, owner from ours where state = 'leased'
    on conflict (${KEY_COLUMNS}) do update set ${set}
  )`

/** As `COMPLETE`, for many: answers the fences of those that were ours. Values as in `LOCKED`. */
export const COMPLETE_MANY = {
  name: 'complete many',
  text: `with ${LOCKED}, ${changed(`state = 'completed', completed_at = ${NOW}, lease_expires_at = null`)}
  select fence::text from ours`,
}

/** Planned anew each time, as it joins; it is rare. Values as in `LOCKED`. */
export const RELEASE = {
  text: `with ${LOCKED}
  delete from inventory_events_marks m using ours
    where m.group_id = $1 and m.plugin = ours.plugin and m.event_id = ours.event_id
      and m.state = 'leased'`,
}

/** Answers the fences that are still ours. Values as in `LOCKED`, $6 lease in ms. */
export const RENEW = {
  name: 'renew',
  text: `with ${LOCKED}, ${changed(`lease_expires_at = ${NOW} + ${ms('$6')}`)}
  select fence::text from ours where state = 'leased'`,
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
