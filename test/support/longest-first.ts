import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest, so that nothing long is left when all else is done. Most of it is waiting. */
const LONGEST = [
  'integration/crashes',
  'integration/gateway-openapi',
  'integration/secure-rights',
  'integration/replay',
  'integration/enable-from',
  'integration/readme-commands',
  'model/mutants',
  'integration/python-producer',
  'integration/java-producer',
  'integration/inventree',
  'hazards/e5-inflated-fetches',
  'integration/out-of-range',
  'integration/signals',
  'integration/watchdog',
  'integration/gateway-brokers-away',
  'integration/stack',
  'integration/explain',
  'integration/switches',
  'hazards/m8-handler-outlasts-session',
  'hazards/m9-hung-handler',
  'hazards/m14-pausing',
  'hazards/m10-batches-of-an-older-assignment',
  'integration/topics-command',
  'integration/secure-login',
  'integration/codecs',
  'integration/demo',
  'integration/redrive',
  'integration/dead-letters-command',
  'contract/package',
]

/** Begins with the longest files, then goes on with those that wait, and ends with the quick ones. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => rankOf(a) - rankOf(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  if (place >= 0) return place
  return LONGEST.length + (project.name === 'unit' ? 1 : 0)
}
