export interface Check {
  name: string
  ok: boolean
  /** Figures; of a check that failed, the first things that are wrong. */
  detail: string
}

const SHOWN = 3

/** A check that holds when nothing is wrong. */
export function check(name: string, wrong: readonly string[], good: string): Check {
  if (wrong.length === 0) return { name, ok: true, detail: good }
  const more = wrong.length > SHOWN ? `; and ${figure(wrong.length - SHOWN)} more` : ''
  return { name, ok: false, detail: `${wrong.slice(0, SHOWN).join('; ')}${more}` }
}

/** A number as people read it: `20,000`. */
export function figure(count: number): string {
  return count.toLocaleString('en')
}

/** `1 replica`, `2 replicas`. */
export function counted(count: number, thing: string): string {
  return `${figure(count)} ${thing}${count === 1 ? '' : 's'}`
}
