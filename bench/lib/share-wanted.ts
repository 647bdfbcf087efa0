import type { Bench } from './bench.ts'
import type { WantsName } from './wants.ts'

/** The share of wanted events, as a note of the case. */
export function shareWanted({ dataset }: Bench, wants: WantsName, plugins: number): string {
  const share = (dataset.wanted(wants, plugins) / dataset.records) * 100
  return `${share.toFixed(2)} % of the events are wanted`
}
