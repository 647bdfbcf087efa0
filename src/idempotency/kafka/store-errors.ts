import { InventoryEventsError } from '../../util/errors.ts'

export function tooManyUnwritten(unwritten: number): InventoryEventsError {
  const message = `${unwritten} marks of completed events are waiting to be written to Kafka`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

export function notOwned(partition: string): InventoryEventsError {
  const message = `partition ${partition} is not owned, or its marks have not been read back`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

export function withheldBecause(plugin: string, { message }: Error): InventoryEventsError {
  const why = `the events of plugin ${plugin} wait: what it has published cannot be written: ${message}`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', why, { retryable: true, plugin })
}
