import type { Clock } from '../../util/clock.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { pathOf, type StandardSchema, type StandardSchemaIssue } from './standard-schema.ts'

/** A schema may ask the network, and may never answer. */
const LIMIT_MS = 10_000

export type Validated =
  | { value: unknown; issues?: undefined }
  | { issues: readonly StandardSchemaIssue[] }

/**
 * Validates settings. What came as text (`texts` has the names) is given as text; where the schema
 * refuses it, it is given once more as the JSON that it is: `5` to a schema that expects a number.
 * Rejects if the schema throws or does not answer in time.
 */
export async function validateSettings(
  schema: StandardSchema,
  input: Readonly<Record<string, unknown>>,
  texts: readonly string[],
  clock: Pick<Clock, 'after'>,
): Promise<Validated> {
  const first = await answerOf(schema, input, clock)
  if (first.issues === undefined) return first
  const refused = refusedIn(first.issues, texts)
  const parsed = refused.flatMap((name) => jsonOf(name, String(input[name])))
  if (parsed.length === 0) return first
  const meant = { ...input, ...Object.fromEntries(parsed) }
  return answerOf(schema, meant, clock)
}

/** What a schema says about a value. Rejects if it throws or does not answer in time. */
export function answerOf(
  schema: StandardSchema,
  value: unknown,
  clock: Pick<Clock, 'after'>,
): Promise<Validated> {
  const answer = async () => schema['~standard'].validate(value)
  const late = () => new Error(`no answer within ${LIMIT_MS / 1000} s`)
  return withTimeout(answer(), LIMIT_MS, late, clock)
}

/** An issue without a path, as of a union, may be about any of them. */
function refusedIn(issues: readonly StandardSchemaIssue[], texts: readonly string[]): string[] {
  const names = issues.map((issue) => pathOf(issue)[0])
  return names.includes(undefined) ? [...texts] : texts.filter((name) => names.includes(name))
}

function jsonOf(name: string, text: string): [string, unknown][] {
  try {
    return [[name, JSON.parse(text)]]
  } catch {
    return []
  }
}
