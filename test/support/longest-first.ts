import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest files first, so that none is left running alone at the end. Most of their time is waiting. */
const LONGEST = [
  'clusters/secure-rights',
  'programs/package',
  'programs/docs-commands',
  'kills/crashes',
  'clusters/stop-without-kafka',
  'kills/enable-from',
  'integration/catch-up-by-replicas',
  'integration/replay',
  'integration/out-of-range',
  'programs/gateway-openapi',
  'integration/follow-ups',
  'integration/plugin-life',
  'clusters/secure-login',
  'kills/watchdog',
  'integration/explain',
  'clusters/broker-away-log',
  'integration/state',
  'integration/postgres-away',
  'integration/codecs',
  'model/delivery',
  'clusters/gateway-brokers-away',
  'programs/batches-java',
  'integration/state-commands',
  'integration/redrive',
  'integration/store-kafka',
  'clusters/demo',
  'clusters/stack',
  'guards/regex',
  'integration/transactions',
  'integration/bad-plugins',
  'integration/poison-record',
  'integration/dead-letters-settled',
  'integration/duplicates-after-restart',
  'programs/inventree',
  'integration/postgres-sql',
  'integration/dead-letters-command',
  'integration/switches',
  'integration/roll-from-eager',
  'integration/held-records',
  'programs/codecs-java',
  'integration/topics-command',
  'integration/serve-bad-input',
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
const PROJECTS = [
  'integration-apart',
  'integration',
  'unit-apart',
  'unit',
  'clusters',
  'programs',
  'console',
  'hazards',
]

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
