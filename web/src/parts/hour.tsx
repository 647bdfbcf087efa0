import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Minute } from '../api.ts'
import { numberText } from '../text.ts'
import { Empty } from './basics.tsx'
import type { ChartProps } from './chart.tsx'

/** What was handled and failed in each minute of the last hour. */
export function Hour({ minutes }: { minutes: readonly Minute[] }) {
  const [Chart, setChart] = useState<((props: ChartProps) => unknown) | undefined>()
  useEffect(() => {
    void import('./chart.tsx').then((module) => setChart(() => module.default))
  }, [])
  const props = useMemo(() => propsOf(minutes), [minutes])
  if (minutes.length === 0) {
    return <Empty title="No minute has ended yet">Replicas report each minute after it.</Empty>
  }
  const Drawn = Chart as ((props: ChartProps) => preact.JSX.Element) | undefined
  return (
    <>
      {Drawn ? <Drawn {...props} /> : <div class="chart" />}
      <p class="visually-hidden">{props.label}</p>
    </>
  )
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
