import { PLAIN } from './guard.ts'

/** What vitest's JSON reporter writes, as far as it is asked here. */
export interface Report {
  testResults: { assertionResults: { fullName: string; status: string }[] }[]
}

export interface Run {
  exitCode: number | null
  output: string
  /** Missing where vitest was killed or could not begin. */
  report: Report | undefined
}

/** Begins what is said of a run in which kafkajs did not do what it is guarded against. */
const PLAIN_FAILED = 'did not pass'

/** Why a run without a guard does not show that its test needs the guard; undefined if it does. */
export function problemOf({ exitCode, output, report }: Run): string | undefined {
  if (output.includes('GUARD-NOT-FOUND')) return 'its text is not in the file just once'
  if (report === undefined) return `there is no report (exit ${exitCode})`
  const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const plain = cases.filter(({ fullName }) => fullName.includes(PLAIN))
  if (plain.length === 0) return `no case is named "${PLAIN} ..."`
  const failedPlain = plain.find(({ status }) => status !== 'passed')
  if (failedPlain !== undefined) return `${PLAIN_FAILED}: ${failedPlain.fullName}`
  const isCaught = cases.some(({ status }) => status === 'failed') || hasCrashed(output)
  return isCaught ? undefined : 'the test passed without it'
}

/** An error outside of every case, as of a process that ended. */
function hasCrashed(output: string): boolean {
  return /Unhandled (Errors?|Rejection)|Worker exited unexpectedly/.test(output)
}
