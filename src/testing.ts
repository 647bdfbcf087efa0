export type { DeliveryReport, RunOptions, RunReport } from './testing/run-plugin.ts'
export { runPlugin } from './testing/run-plugin.ts'
export type { Failure, FailureDetails } from './util/failure/failure.ts'
