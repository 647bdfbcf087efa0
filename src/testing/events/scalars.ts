import type { ScalarRule } from '../../event/validation/shapes.ts'

/** The longest `fixed` that values are made for. */
const FIXED_MAX = 64

/** One of each form that a scalar of a user's own schema may have: a rule only says what it accepts. */
const CANDIDATES: readonly (readonly unknown[])[] = [
  ['text 1', 'text 2', ''],
  [1, 2, 0],
  [1.5, -3, 100],
  [true, false],
  ['2026-01-31', '2026-02-28'],
  ['08:30:00', '17:00:00'],
  ['2026-01-31T08:30:00Z', '2026-02-28T17:00:00Z'],
  ['2026-01-31T08:30:00', '2026-02-28T17:00:00'],
  ['6f1c2f0e-52f1-4c4e-9a43-0a8f0c1b7d11', '9b2d7c54-1a6b-4d0f-8f0e-3f5a6c7d8e22'],
  ...[0, 1, 2, 3, 4, 6, 9].map((scale) => [decimal(1, scale), decimal(250, scale)]),
  ['P1M2DT3.004S', 'P1D'],
  ...Array.from({ length: FIXED_MAX }, (_, bytes) => [Buffer.alloc(bytes, 1).toString('base64')]),
  [null],
]

/** A value that the rule accepts. Throws if none of those that are known is. */
export function scalarOf(rule: ScalarRule, pick: <T>(choices: readonly T[]) => T): unknown {
  const { symbols = [] } = rule
  const all = symbols.length > 0 ? [symbols] : CANDIDATES
  const accepted = all
    .map((candidates) => candidates.filter((value) => rule.accepts(value)))
    .find((candidates) => candidates.length > 0)
  if (accepted !== undefined) return pick(accepted)
  throw new TypeError(`no value can be made for ${rule.expected}: give one in the fields`)
}

function decimal(whole: number, scale: number): string {
  return scale === 0 ? `${whole}` : `${whole}.${'5'.padEnd(scale, '0')}`
}
