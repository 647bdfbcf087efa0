import type { Kafka } from 'kafkajs'
import type { Endpoints } from '../../src/dev/stack/maven-stack.ts'
import type { Dataset } from './dataset.ts'
import type { Row } from './statistics.ts'

/** The environment of every case. */
export interface Bench extends Endpoints {
  kafka: Kafka
  dataset: Dataset
  rounds: number
  isQuick: boolean
  /** The folder for CPU profiles of the service's processes; undefined: none. */
  profileFolder: string | undefined
  /** The git-ignored folder for local files. */
  folder: string
  say(message: string): void
}

/** A measured number and its target. */
export interface Finding {
  what: string
  value: number
  /** `×` for ratios, `ns`, `s`, `MiB`, ... */
  unit: string
  atLeast?: number
  atMost?: number
  /**
   * The limit of the quick form: far from results on an idle machine, since its few records are
   * mostly read before the code is optimized, and the machine may be busy.
   */
  quickAtLeast?: number
  quickAtMost?: number
}

export interface CaseResult {
  rows: readonly Row[]
  findings: readonly Finding[]
  /** Notes for readers of the results; `skipped: ...` if a contender was left out. */
  notes?: readonly string[]
}

export interface BenchCase {
  name: string
  title: string
  inQuick: boolean
  run(bench: Bench): Promise<CaseResult>
}
