export interface Check {
  name: string
  ok: boolean
  /** Figures, or for a failed check the first problems. */
  detail: string
}

const SHOWN = 3

/** Creates a check that passes if there are no problems. */
export function check(name: string, problems: readonly string[], figures: string): Check {
  if (problems.length === 0) return { name, ok: true, detail: figures }
  const more = problems.length > SHOWN ? `; and ${figure(problems.length - SHOWN)} more` : ''
  return { name, ok: false, detail: `${problems.slice(0, SHOWN).join('; ')}${more}` }
}

/** A number with thousands separators: `20,000`. */
export function figure(count: number): string {
  return count.toLocaleString('en')
}

/** `1 replica`, `2 replicas`. */
export function counted(count: number, thing: string): string {
  return `${figure(count)} ${thing}${count === 1 ? '' : 's'}`
}
