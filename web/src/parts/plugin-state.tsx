import type { PluginRow } from '../api.ts'
import { State, type Tone } from './basics.tsx'

const TONES: Record<string, Tone> = {
  enabled: 'ok',
  paused: 'wait',
  disabled: 'off',
  'events-off': 'off',
}

/** What the replicas say, which may lag behind the switch: "3 of 4 replicas paused". */
export function PluginState({ row }: { row: PluginRow }) {
  const states = Object.entries(row.states)
  const wanted = row.switched.state
  if (row.breakersOpen > 0) {
    return <State tone="dead">{part(row.breakersOpen, row.replicas)}breaker open</State>
  }
  if (row.isCatchingUp) return <State tone="wait">{wanted}, catching up</State>
  if (states.length === 1 && states[0]?.[0] === wanted) {
    return <State tone={TONES[wanted] ?? 'unknown'}>{wanted}</State>
  }
  return (
    <>
      {states.map(([state, count]) => (
        <State key={state} tone={TONES[state] ?? 'unknown'}>
          {part(count, row.replicas)}
          {state === 'events-off' ? 'events off' : state}
        </State>
      ))}
    </>
  )
}

function part(count: number, all: number): string {
  return count === all ? '' : `${count} of ${all} replicas `
}
