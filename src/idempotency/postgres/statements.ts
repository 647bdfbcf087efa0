/** Only the database's clock is used, because the replicas' clocks may differ. */
export const NOW = 'clock_timestamp()'

export const ms = (parameter: string) => `${parameter}::bigint * interval '1 millisecond'`

const KEY = 'group_id = $1 and plugin = $2 and event_id = $3'
const HELD = `${KEY} and owner = $4 and fence = $5::bigint`

export const KEY_COLUMNS = 'group_id, plugin, event_id'

/**
 * Claims those of several different keys that are free: new, released, or with an expired lease. Also
 * returns the completed ones, without writing them. No row for a key means that another owner has the
 * claim, or had it when the statement began. All statements lock their rows in key order, so that two
 * of them cannot deadlock.
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
 * Makes one mark within a transaction, if the claim is still held. Also returns a row if this claim's
 * mark is already made, because the first response may have been lost. $1-3 key, $4 owner, $5 fence,
 * $6 format.
 */
export const COMPLETE = {
  name: 'complete',
  text: `with done as (
    update inventory_events_marks
      set state = 'completed', completed_at = ${NOW}, lease_expires_at = null,
        format = $6::smallint
      where ${HELD} and state = 'leased' returning 1
  )
  select 1 from done union all
  select 1 from inventory_events_marks where ${HELD} and state = 'completed'`,
}

/**
 * The claims that are still held, locked in key order. A locking lateral query looks up its rows one
 * by one and so always uses the index. A join planned while the table was new would scan the whole
 * table until the next `analyze`.
 * $1 group, $2 plugins, $3 ids, $4 owner, $5 fences.
 */
export const LOCKED = `ours as (
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

/** Updates the leased rows by `on conflict`, which uses the index; a plain update would join. */
const changed = (set: string) => `changed as (
    insert into inventory_events_marks (${KEY_COLUMNS}, fingerprint, state, fence, owner)
    select ${KEY_COLUMNS}, fingerprint, state, fence, owner from ours where state = 'leased'
    on conflict (${KEY_COLUMNS}) do update set ${set}
  )`

/**
 * Like `COMPLETE`, for many marks of one format. Returns the fences of held claims. Values as in
 * `LOCKED`, $6 format.
 */
export const COMPLETE_MANY = {
  name: 'complete many',
  text: `with ${LOCKED}, ${changed(`state = 'completed', completed_at = ${NOW}, lease_expires_at = null, format = $6::smallint`)}
  select fence::text from ours`,
}

/** Not prepared, because it joins and so must be planned each time; it is rare. Values as in `LOCKED`. */
export const RELEASE = {
  text: `with ${LOCKED}
  delete from inventory_events_marks m using ours
    where m.group_id = $1 and m.plugin = ours.plugin and m.event_id = ours.event_id
      and m.state = 'leased'`,
}

/** Renews leases. Returns the fences that are still held. Values as in `LOCKED`, $6 lease in ms. */
export const RENEW = {
  name: 'renew',
  text: `with ${LOCKED}, ${changed(`lease_expires_at = ${NOW} + ${ms('$6')}`)}
  select fence::text from ours where state = 'leased'`,
}

/**
 * Sets a transaction's limits and returns whether the claim is still held. While a statement runs, the
 * server checks its client connection (Postgres 14 and newer), so that a client that was cut off does
 * not keep its locks.
 * $1-3 key, $4 owner, $5 fence, $6 limit of a statement and $7 of idleness in ms.
 */
export const ENTER = {
  name: 'enter',
  text: `select set_config('statement_timeout', $6, true),
    set_config('idle_in_transaction_session_timeout', $7, true),
    set_config('client_connection_check_interval', '500', true),
    exists (select from inventory_events_marks where ${HELD} and state = 'leased') as is_ours`,
}

/** Reads the rows of events, of any owner. $1 group, $2 ids, $3 time to live in ms. */
export const FIND = {
  name: 'find',
  text: `select plugin, event_id, fingerprint, state, owner, format, lease_expires_at, completed_at,
      coalesce(completed_at <= ${NOW} - ${ms('$3')}, false) as is_expired
    from inventory_events_marks where group_id = $1 and event_id = any($2::text[])`,
}

/**
 * Deletes some of the rows older than the time to live, of a group and of its replays, whose groups no
 * process is left to sweep. The names of groups are found by one step in the index for each.
 * $1 group, $2 ms, $3 maximum rows, $4 what the names of its replays' groups begin with.
 */
export const SWEEP = {
  name: 'sweep',
  text: `with recursive groups as (
    (select group_id from inventory_events_marks order by group_id limit 1)
    union all
    select (select m.group_id from inventory_events_marks m where m.group_id > g.group_id
        order by m.group_id limit 1)
      from groups g where g.group_id is not null
  )
  delete from inventory_events_marks where ctid = any (array(
    select ctid from inventory_events_marks
      where group_id in (select group_id from groups where group_id = $1 or starts_with(group_id, $4))
        and coalesce(completed_at, lease_expires_at) <= ${NOW} - ${ms('$2')}
      limit $3::int for update skip locked))`,
}

/**
 * Copies some of a plugin's marks to another group, in the order of their ids, and returns the last id.
 * $1 the group, $2 the other group, $3 plugin, $4 the id to continue after, $5 maximum rows.
 */
export const COPY = {
  text: `with page as (
    select event_id, fingerprint, owner, completed_at, format from inventory_events_marks
      where group_id = $1 and plugin = $3 and event_id > $4 and state = 'completed'
      order by event_id limit $5::int
  ), copied as (
    insert into inventory_events_marks
      (${KEY_COLUMNS}, fingerprint, state, owner, completed_at, format)
    select $2, $3, event_id, fingerprint, 'completed', owner, completed_at, format from page
    on conflict (${KEY_COLUMNS}) do nothing
  )
  select max(event_id) as last, count(*)::int as marks from page`,
}
