import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../util/clock.ts'

/** Closes the server when its requests have ended; at the limit it closes their connections. */
export async function closeWithin(
  server: FastifyInstance,
  limitMs: number,
  clock: Pick<Clock, 'after'>,
): Promise<'drained' | 'limit'> {
  let result: 'drained' | 'limit' = 'drained'
  const cancel = clock.after(limitMs, () => {
    result = 'limit'
    server.server.closeAllConnections()
  })
  await server.close()
  cancel()
  return result
}
