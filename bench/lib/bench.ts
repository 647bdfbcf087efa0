import type { Kafka } from 'kafkajs'
import type { Endpoints } from '../../src/dev/stack/maven-stack.ts'
import type { Dataset } from './dataset.ts'
import type { Row } from './statistics.ts'

/** What every case is given. */
export interface Bench extends Endpoints {
  kafka: Kafka
  dataset: Dataset
  rounds: number
  isQuick: boolean
  /** Whether the service's own processes write CPU profiles, and where. */
  profileFolder: string | undefined
  /** The git-ignored folder of everything local. */
  folder: string
  say(message: string): void
}

/** A number that a case is about, and where it should be. */
export interface Finding {
  what: string
  value: number
  /** `×` for ratios, `ns`, `s`, `MiB`, ... */
  unit: string
  atLeast?: number
  atMost?: number
  /**
   * Where the quick form fails: far from what is measured on a quiet machine, since few records are
   * mostly read before the code is optimized, and others may be busy on the machine.
   */
  quickAtLeast?: number
  quickAtMost?: number
}

export interface CaseResult {
  rows: readonly Row[]
  findings: readonly Finding[]
  /** What a reader of the numbers should know; `skipped: ...` where something was left out. */
  notes?: readonly string[]
}

export interface BenchCase {
  name: string
  title: string
  inQuick: boolean
  run(bench: Bench): Promise<CaseResult>
}
