// Alerts COLD_CHAIN_URL when an entity with a temperature limit is moved to a place that is not on
// the list of cold places. Other moves are filtered out before they are decoded.
import { definePlugin, reject } from 'inventory-events'

const coldPlaces = (process.env.COLD_CHAIN_PLACES ?? 'Freezer,Cold store').split(',')

export default definePlugin({
  slug: 'cold-chain',
  title: 'Cold chain',
  wants: ['inventory.moved'],
  where: [
    { exists: { 'data.entity.attributes.maxCelsius': true } },
    { not: { in: { 'data.to.name': coldPlaces } } },
  ],
  timeoutMs: 5_000,
  async processEvent(event, { log, signal, idempotencyKey }) {
    const { entity, to } = event
    const maxCelsius = entity.attributes?.maxCelsius
    if (typeof maxCelsius !== 'number') return reject('attributes.maxCelsius: expected a number')
    log.warn({ entity: entity.name, to: to.name, maxCelsius }, 'cold chain broken')
    return sendAlarm({ entityId: entity.id, to: to.name, maxCelsius }, idempotencyKey, signal)
  },
})

/** The receiver deduplicates by the idempotency key. Throwing makes the service retry. */
async function sendAlarm(
  alarm: object,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<void> {
  const url = process.env.COLD_CHAIN_URL
  if (url === undefined) return
  const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(alarm),
    signal,
  })
  if (!response.ok) throw new Error(`the alarm endpoint returned ${response.status}`)
}
