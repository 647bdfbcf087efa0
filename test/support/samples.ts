import { readFileSync } from 'node:fs'
import type { InventoryEvent } from '../../src/event/event.ts'

/** The ten published sample events. All but the first have a unique id. */
export function readSamples(): InventoryEvent[] {
  const text = readFileSync(new URL('samples.jsonl', import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as InventoryEvent)
}
