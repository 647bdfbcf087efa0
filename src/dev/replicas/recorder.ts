import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from '../../plugin/plugin.ts'
import { effectsFileOf, formatEffect } from './effect.ts'

// A replica started by the demo stops when the demo ends, even if that crashes.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))

/** Wraps the plugin to write a line to this process's effects file for every event it processed. */
export function recorded(plugin: Plugin, folder: string): Plugin {
  const file = openSync(join(folder, effectsFileOf(process.pid)), 'a')
  return {
    ...plugin,
    async processEvent(event, context) {
      const value = await plugin.processEvent(event, context)
      if (value !== undefined) return value
      const { record, attempt } = context
      const { topic, partition, offset, key } = record
      const atUs = Number(process.hrtime.bigint() / 1_000n)
      const effect = { plugin: plugin.slug, eventId: event.id, key, topic, partition, offset }
      writeSync(file, formatEffect({ ...effect, attempt, atUs }))
      return undefined
    },
  }
}
