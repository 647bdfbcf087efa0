import type { Kafka } from 'kafkajs'
import { Backtest } from '../../backtest/backtest.ts'
import type { Event } from '../../event/event.ts'
import type { Kinds } from '../../event/kinds.ts'
import type { SourceRecord } from '../../event/record.ts'
import { resolveRanges } from '../../kafka/reader/offset-ranges.ts'
import { bytesOf } from '../../pipeline/intake/copy-record.ts'
import type { Peek } from '../../pipeline/intake/peek.ts'
import type { PluginDescription } from '../../status/description-record.ts'
import { mayDo, type User } from '../access/roles.ts'
import { seesContent, type VisibleFields } from '../access/visible-fields.ts'
import { Refused } from '../http/route.ts'
import type { RunningSearch } from '../http/stream.ts'
import { EVERYTHING, knownFilters, withWhere } from './described-plugin.ts'
import type { FilterTried } from './filter-tried.ts'
import { readInto } from './read-into.ts'
import { namedFields, readWhere } from './read-where.ts'
import { withoutContent } from './without-content.ts'

export interface FilterParts {
  kafka: Kafka
  topics: readonly string[]
  kinds: Kinds
  visible: VisibleFields
  peek(record: SourceRecord): Peek
}

export interface FilterWish {
  /** JSON, as someone typed it. */
  where: string
  /** With whose filters it is compared; null to try it alone. */
  plugin: PluginDescription | null
  fromMs: number
  toMs: number | undefined
  entity: string | undefined
}

const EXAMPLES = 3
const PROGRESS_RECORDS = 64

/** A trial that can begin. Throws Refused for a filter that is none, or that names what the user may not see. */
export function prepareTrial(parts: FilterParts, wish: FilterWish, user: User) {
  const { plugin: now, unknown } = knownFilters(wish.plugin ?? EVERYTHING)
  const typed = readWhere(parts.kinds, wish.where, now)
  if (typed.filter === undefined) throw new Refused(400, typed.problems.join('\n'))
  requireVisible(parts.visible, user, [typed.filter, now.where])
  const isAlone = wish.plugin === null
  const changed = withWhere(now, typed.filter)
  const backtest = new Backtest({
    ...{ plugin: isAlone ? changed : now, changed: isAlone ? undefined : changed },
    ...{ examplesMax: EXAMPLES, peek: parts.peek, cpuMicros: () => 0 },
    contentOf: (event: Event) => parts.visible.of(event, user),
  })
  return async (search: RunningSearch<never>): Promise<FilterTried> => {
    const { kafka, topics } = parts
    const { fromMs, toMs, entity } = wish
    const range = { topics, fromMs, ...(toMs !== undefined && { toMs }) }
    const ranges = await resolveRanges(kafka, { ...range, ...(entity && { key: entity }) })
    const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
    const enough = new AbortController()
    await readInto(backtest, {
      ...{ kafka, ranges, key: entity === undefined ? undefined : Buffer.from(entity) },
      signal: AbortSignal.any([search.signal, enough.signal]),
      async onRecord(record) {
        if (search.reached !== undefined) return enough.abort()
        search.count(bytesOf(record))
        if (search.read % PROGRESS_RECORDS === 0) await search.progress(total)
      },
    })
    const report = backtest.report()
    return { report: seesContent(user) ? report : withoutContent(report), unknown }
  }
}

/** What is masked can't be searched: a filter that names it would say who has it. */
function requireVisible(
  visible: VisibleFields,
  user: User,
  filters: Parameters<typeof namedFields>[0],
): void {
  if (mayDo(user, 'operator')) return
  const hidden = namedFields(filters).filter((field) => !visible.maySearch(field, user))
  if (hidden.length === 0) return
  const names = hidden.map(({ text }) => text).join(', ')
  throw new Refused(403, `the role ${user.role} may not see, and so not search: ${names}`)
}
