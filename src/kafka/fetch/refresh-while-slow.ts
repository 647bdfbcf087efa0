import type { Clock } from '../../util/clock.ts'
import type { Cluster } from '../protocol/cluster.ts'

/** A response that takes longer may never come. */
const SLOW_MS = 2_000

/**
 * Settles as the request does. Asks for metadata while it takes long: a broker that hangs does not say
 * that another one leads its partitions by now. `onRefresh` is called each time.
 */
export async function refreshWhileSlow<T>(
  request: Promise<T>,
  { cluster, clock }: { cluster: Cluster; clock: Pick<Clock, 'sleep'> },
  onRefresh: () => void,
): Promise<T> {
  const settled = new AbortController()
  void refreshUntil(settled.signal)
  return request.finally(() => settled.abort())

  async function refreshUntil(signal: AbortSignal): Promise<void> {
    for (;;) {
      await clock.sleep(SLOW_MS, signal)
      if (signal.aborted) return
      await cluster.refresh().then(onRefresh, () => undefined)
    }
  }
}
