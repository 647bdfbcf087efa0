// Alerts COLD_CHAIN_URL when an entity with a temperature limit is moved to a place that is not on
// the list of cold places. Other moves are filtered out before they are decoded.
import { definePlugin, type HandlerReturn, reject, retryAfter } from 'inventory-events'

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
    if (typeof maxCelsius !== 'number') {
      return reject('attributes.maxCelsius: expected a number', { code: 'INVALID_LIMIT' })
    }
    log.warn({ entity: entity.name, to: to.name, maxCelsius }, 'cold chain broken')
    return sendAlarm({ entityId: entity.id, to: to.name, maxCelsius }, idempotencyKey, signal)
  },
})

/** The receiver deduplicates by the idempotency key. Throwing makes the service retry. */
async function sendAlarm(
  alarm: object,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<HandlerReturn | undefined> {
  const url = process.env.COLD_CHAIN_URL
  if (url === undefined) return undefined
  const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(alarm),
    signal,
  })
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? 30)
    return retryAfter(seconds * 1_000, 'the alarm endpoint limits its rate')
  }
  if (!response.ok) throw new Error(`the alarm endpoint returned ${response.status}`)
  return undefined
}
