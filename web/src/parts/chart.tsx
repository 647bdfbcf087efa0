import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

export interface Series {
  name: string
  /** The name of its colour in the style sheet. */
  colour: string
  values: readonly (number | null)[]
}

export interface ChartProps {
  label: string
  /** Seconds of Unix time. */
  times: readonly number[]
  series: readonly Series[]
}

const HEIGHT = 160
const HOUR_S = 3_600
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** A chart over the last hour. What it shows is in the table beside it as well, for those who can't see it. */
export default function Chart({ label, times, series }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const target = place.current
    if (target === null) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
    const axis = {
      stroke: colour('muted'),
      grid: { stroke: colour('line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    }
    const options: uPlot.Options = {
      width: target.clientWidth,
      height: HEIGHT,
      legend: { show: true, live: false },
      cursor: { y: false },
      scales: {
        x: { range: (_, __, max) => [max - HOUR_S, max] },
        y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
      },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((at) => CLOCK.format(at * 1_000)) },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        ...series.map((each) => ({
          label: each.name,
          stroke: colour(each.colour),
          width: 2,
          points: { show: times.length < 10, size: 6, fill: colour(each.colour) },
        })),
      ],
    }
    const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData
    const chart = new uPlot(options, data, target)
    const watch = new ResizeObserver(() =>
      chart.setSize({ width: target.clientWidth, height: HEIGHT }),
    )
    watch.observe(target)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [times, series])
  return <div class="chart" ref={place} role="img" aria-label={label} />
}
