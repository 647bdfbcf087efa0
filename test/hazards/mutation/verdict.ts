import { PLAIN } from './guard.ts'

/** The part of vitest's JSON report that is used here. */
export interface Report {
  testResults: { assertionResults: Case[] }[]
}

interface Case {
  fullName: string
  status: string
  failureMessages?: string[]
}

export interface Run {
  exitCode: number | null
  output: string
  /** Undefined if vitest was killed or could not start. */
  report: Report | undefined
}

/** The tests that failed: the name of each, then what was wrong. */
export function failuresIn({ testResults }: Report): string[] {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages = [] }) => [fullName, ...failureMessages].join('\n'))
}

/** Prefix of the problem when kafkajs did not show the hazard. */
const PLAIN_FAILED = 'did not pass'

/** Why a run without a guard does not show that its test needs the guard; undefined if it does. */
export function problemOf({ exitCode, output, report }: Run): string | undefined {
  if (output.includes('GUARD-NOT-FOUND')) return 'its text is not in the file exactly once'
  if (report === undefined) return `vitest wrote no report (exit ${exitCode})`
  const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const plain = cases.filter(({ fullName }) => fullName.includes(PLAIN))
  const failedPlain = plain.find(({ status }) => status !== 'passed')
  if (failedPlain !== undefined) return `${PLAIN_FAILED}: ${failedPlain.fullName}`
  const isCaught = cases.some(({ status }) => status === 'failed') || hasCrashed(output)
  return isCaught ? undefined : 'the test passed without it'
}

/** An error outside of any case, such as a crashed process. */
function hasCrashed(output: string): boolean {
  return /Unhandled (Errors?|Rejection)|Worker exited unexpectedly/.test(output)
}
