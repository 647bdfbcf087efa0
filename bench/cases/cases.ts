import type { BenchCase } from '../lib/bench.ts'
import { allocation } from './allocation.ts'
import { gateway } from './gateway.ts'
import { idle } from './idle.ts'
import { isolation } from './isolation.ts'
import { memory } from './memory.ts'
import { memoryUnwanted } from './memory-unwanted.ts'
import { plugins } from './plugins.ts'
import { publish } from './publish.ts'
import { replicas } from './replicas.ts'
import { restart } from './restart.ts'
import { sink } from './sink.ts'
import { twoPercent } from './two-percent.ts'
import { unwanted } from './unwanted.ts'
import { waiting } from './waiting.ts'
import { wantedKafka, wantedMemory } from './wanted.ts'
import { wantedPostgres } from './wanted-postgres.ts'
import { where } from './where.ts'

export const cases: readonly BenchCase[] = [
  unwanted,
  twoPercent,
  where,
  wantedMemory,
  wantedKafka,
  wantedPostgres,
  sink,
  waiting,
  plugins,
  publish,
  gateway,
  isolation,
  replicas,
  restart,
  idle,
  memory,
  memoryUnwanted,
  allocation,
]
