import type { Event } from '../../src/event/event.ts'
import type { LoadedBatch } from '../../src/plugin/loaded-plugin.ts'
import { batchPlugin, partition, pipelineKit } from './pipeline-kit.ts'

export const idsOf = (events: readonly Event[]) => events.map(({ id }) => id).join(' ')

/** A kit whose plugin writes down its calls, and does for each call what `handle` says. */
export function batchSituation(
  handle: LoadedBatch['processEvents'] = () => {},
  part: Omit<Parameters<typeof batchPlugin>[0], 'processEvents'> = {},
  options: Partial<Parameters<typeof pipelineKit>[0]> = {},
) {
  const calls: string[] = []
  const sink = batchPlugin({
    ...part,
    processEvents(events, context) {
      calls.push(idsOf(events))
      return handle(events, context)
    },
  })
  const kit = pipelineKit({ plugins: [sink], ...options })
  const own = partition(kit)
  const put = (...ids: string[]) => {
    for (const id of ids) own.put({ kind: 'k', id }, id.replace(/\d/g, ''))
  }
  const outcomes = () => kit.ended.map(({ id, outcome }) => `${id} ${outcome}`)
  return { ...kit, ...own, put, calls, outcomes }
}

export const failOn =
  (...bad: string[]) =>
  (events: readonly Event[]) => {
    if (events.some(({ id }) => bad.includes(id))) throw new Error(`no ${bad}`)
  }
