import type { CarriedOutBy, Purpose, ReplayPlan } from '../../replay/plan.ts'

/** A plan of the group as the page shows it. */
export interface PlanRow {
  slug: string
  generation: number
  purpose: Purpose
  carriedOutBy: CarriedOutBy
  state: ReplayPlan['state']
  fromMs: number
  toMs: number | null
  kind: string | null
  /** Whether it is of one entity, whose key is not shown here. */
  isOfEntity: boolean
  by: string
  at: string
  why: string
  offsets: number
  /** What is left; null if it has ended, or if it can't be known. */
  left: number | null
  /** Members of its own consumer group: the processes that deliver it now. */
  members: number | null
  /** Why these are not known. */
  problem: string | null
  /** Whether a job of this console leads it. */
  isLed: boolean
  replicas: { replica: string; handled: number; deadLettered: number; problem: string | null }[]
}
