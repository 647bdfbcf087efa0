import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest files first, so that none is left running alone at the end. Most of their time is waiting. */
const LONGEST = [
  'integration/console',
  'integration/secure-rights',
  'integration/crashes',
  'integration/replay',
  'integration/stop-without-kafka',
  'integration/gateway-openapi',
  'integration/docs-commands',
  'contract/package',
  'integration/broker-away-log',
  'integration/enable-from',
  'integration/out-of-range',
  'integration/plugin-life',
  'integration/explain',
  'integration/dead-letters-settled',
  'integration/watchdog',
  'integration/secure-login',
  'integration/gateway-brokers-away',
  'integration/dead-letters-command',
  'integration/redrive',
  'integration/follow-ups',
  'integration/store-kafka',
  'integration/inventree',
  'integration/signals',
  'integration/state',
  'integration/start-from',
  'contract/batches-java',
  'integration/switches',
  'integration/codecs',
  'integration/postgres-away',
  'integration/poison-record',
  'integration/duplicates-after-restart',
  'integration/demo',
  'integration/stack',
  'integration/topics-command',
  'integration/bad-plugins',
  'unit/publish/many-lines',
  'guards/regex',
  'model/delivery',
  'unit/scripts/run',
  'model/mutants',
  'kills/failover',
  'kills/replicas-with-state',
  'kills/group-split',
  'hazards/coordinator-moves',
  'hazards/half-open-links',
  'hazards/rights-and-logins',
  'hazards/inflated-fetches',
  'hazards/pausing',
]

/** Files of a project stand together, since a worker that has its sources takes the next of them. */
const PROJECTS = ['integration-apart', 'integration', 'unit-apart', 'unit', 'hazards']

/** Starts with the integration tests, the longest first, and fills the end with unit tests. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort(
      (a, b) =>
        projectRank(a) - projectRank(b) ||
        lengthRank(a) - lengthRank(b) ||
        (a.moduleId < b.moduleId ? -1 : 1),
    )
  }
}

function projectRank({ project }: TestSpecification): number {
  return PROJECTS.indexOf(project.name)
}

function lengthRank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return place >= 0 ? place : LONGEST.length
}
