import type { BenchCase } from '../lib/bench.ts'
import { twoPercent } from './two-percent.ts'
import { unwanted } from './unwanted.ts'
import { waiting } from './waiting.ts'
import { wantedKafka, wantedMemory } from './wanted.ts'
import { where } from './where.ts'

export const cases: readonly BenchCase[] = [
  unwanted,
  twoPercent,
  where,
  wantedMemory,
  wantedKafka,
  waiting,
]
