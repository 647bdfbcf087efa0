import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest files first, so that none is left running alone at the end. Most of their time is waiting. */
const LONGEST = [
  'integration/crashes',
  'integration/gateway-openapi',
  'integration/secure-rights',
  'integration/replay',
  'integration/enable-from',
  'integration/docs-commands',
  'model/mutants',
  'integration/python-producer',
  'integration/java-producer',
  'integration/inventree',
  'kafkajs-hazards/inflated-fetches',
  'integration/out-of-range',
  'integration/signals',
  'integration/watchdog',
  'integration/gateway-brokers-away',
  'integration/stack',
  'integration/explain',
  'integration/switches',
  'kafkajs-hazards/handler-outlasts-session',
  'kafkajs-hazards/hung-handler',
  'kafkajs-hazards/pausing',
  'kafkajs-hazards/batches-of-an-older-assignment',
  'integration/topics-command',
  'integration/secure-login',
  'integration/codecs',
  'integration/demo',
  'integration/redrive',
  'integration/dead-letters-command',
  'contract/package',
]

/** Starts with the longest files, then runs the other integration tests, then the unit tests. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => rankOf(a) - rankOf(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  if (place >= 0) return place
  return LONGEST.length + (project.name.startsWith('unit') ? 1 : 0)
}
