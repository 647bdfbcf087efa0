import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Minute } from '../api.ts'
import { numberText } from '../text.ts'
import { Empty } from './basics.tsx'
import type { ChartProps } from './chart.tsx'

/** What was handled and failed in each minute of the last hour, and what was left to read. */
export function Hour({
  minutes,
  withLag = false,
}: {
  minutes: readonly Minute[]
  /** Lag is of all plugins together. */
  withLag?: boolean
}) {
  const [Chart, setChart] = useState<((props: ChartProps) => unknown) | undefined>()
  useEffect(() => {
    void import('./chart.tsx').then((module) => setChart(() => module.default))
  }, [])
  const charts = useMemo(
    () => [propsOf(minutes), ...(withLag ? [lagOf(minutes)] : [])],
    [minutes, withLag],
  )
  if (minutes.length === 0) {
    return <Empty title="No minute has ended yet">Replicas report each minute after it.</Empty>
  }
  const Drawn = Chart as ((props: ChartProps) => preact.JSX.Element) | undefined
  return (
    <>
      {charts.map((props) => (
        <div key={props.label.split(' ')[0]}>
          {Drawn ? <Drawn {...props} /> : <div class="chart" />}
          <p class="visually-hidden">{props.label}</p>
        </div>
      ))}
    </>
  )
}

function lagOf(minutes: readonly Minute[]): ChartProps {
  const most = Math.max(0, ...minutes.map(({ lag }) => lag ?? 0))
  return {
    label: `Lag of the last hour: at most ${numberText(most)} records at the end of a minute`,
    times: minutes.map(({ minuteMs }) => minuteMs / 1_000),
    series: [
      { name: 'lag, in records', colour: 'retrying', values: minutes.map(({ lag }) => lag) },
    ],
  }
}

function propsOf(minutes: readonly Minute[]): ChartProps {
  const sum = (name: 'handled' | 'failed') => minutes.reduce((total, each) => total + each[name], 0)
  return {
    label: `In the last hour ${numberText(sum('handled'))} deliveries handled, ${numberText(sum('failed'))} attempts failed`,
    times: minutes.map(({ minuteMs }) => minuteMs / 1_000),
    series: [
      { name: 'handled per minute', colour: 'link', values: minutes.map(({ handled }) => handled) },
      { name: 'failed per minute', colour: 'dead', values: minutes.map(({ failed }) => failed) },
    ],
  }
}
