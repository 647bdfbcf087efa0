import type { Bench } from './bench.ts'
import type { WantsName } from './wants.ts'

/** How much of this run's events the plugins want, as a note of the case. */
export function shareWanted({ dataset }: Bench, wants: WantsName, plugins: number): string {
  const share = (dataset.wanted(wants, plugins) / dataset.records) * 100
  return `${share.toFixed(2)} % of the events are wanted`
}
