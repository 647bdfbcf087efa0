import type { Genealogy } from './genealogy.ts'
import type { LifeStep } from './life-step.ts'
import type { WhereItIs } from './where-it-is.ts'

/** How far topics were read for an entity. */
export interface ReadBack {
  /** The oldest timestamp that was seen. */
  backToMs: number | null
  /** All that the topics have was read; what was before has been removed by their retention. */
  isCutByRetention: boolean
  isAll: boolean
  records: number
}

/** The parts of an entity's page, in the order in which they are found. */
export type EntityPart =
  | {
      part: 'life'
      /** Oldest first: what has the entity's own key. */
      steps: LifeStep[]
      now: WhereItIs
      readBack: ReadBack
      /** Continues with older ones. */
      older: string | null
    }
  | {
      part: 'relations'
      /** Oldest first: what only others' events show of it. */
      steps: LifeStep[]
      /** With them. */
      now: WhereItIs
      genealogy: Genealogy
      readBack: ReadBack
      /** Continues the scan for events of others. */
      further: string | null
    }
