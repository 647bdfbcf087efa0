/** Which dead letters. An absent field matches all. */
export interface LetterChoice {
  plugin?: string
  reason?: string
  group?: string
  /** The event's name, by the dead letter's bytes. */
  kind?: string
  from?: number
  to?: number
  entity?: string
  /** `topic/partition@offset` of dead letters. */
  places?: readonly string[]
  /** Ids of events. */
  id?: readonly string[]
}
