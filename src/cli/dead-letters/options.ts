export interface DeadLetterOptions {
  plugin?: string
  reason?: string
  group?: string
  kind?: string
  from?: number
  to?: number
  entity?: string
  limit: number
}
