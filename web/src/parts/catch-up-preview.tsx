import type { CatchUpPreview } from '../api.ts'
import { durationText, numberText } from '../text.ts'
import { Figure, Foreign, Time } from './basics.tsx'
import { type Column, Table } from './table.tsx'

type Range = CatchUpPreview['ranges'][number]

const RANGES: Column<Range>[] = [
  {
    name: 'Partition',
    cell: ({ topic, partition }) => <Foreign text={`${topic}/${partition}`} mono />,
  },
  { name: 'First offset', isNumber: true, cell: ({ start }) => String(start) },
  { name: 'End', isNumber: true, cell: ({ end }) => String(end) },
  { name: 'Offsets', isNumber: true, cell: ({ start, end }) => numberText(end - start) },
]

/** What a catch-up would deliver, and what is not known of that. */
export function PreviewOf({ preview }: { preview: CatchUpPreview & { fromMs: number } }) {
  const { offsets, sample, ranges, unknown, perMinuteMax, durationMs, fromMs } = preview
  const share = sample.read === 0 ? 0 : sample.wanted / sample.read
  const isKnown = sample.read > 0 || sample.isWhole
  const isExact = sample.isWhole && unknown.length === 0
  return (
    <>
      <p>
        From <Time ms={fromMs} />, in {ranges.length} partition{ranges.length === 1 ? '' : 's'}:
      </p>
      <div class="figures">
        <Figure label="Offsets" value={numberText(offsets)} note="some may hold no event" />
        <Figure
          label={isExact ? 'Wanted' : 'Wanted, by the sample'}
          value={isKnown ? `${isExact ? '' : '≈ '}${numberText(Math.round(share * offsets))}` : '?'}
          note={`${numberText(sample.wanted)} of ${numberText(sample.read)} read${sample.isWhole ? ', which are all' : ''}`}
        />
        <Figure
          label="Can’t be read"
          value={numberText(sample.undecodable)}
          tone={sample.undecodable > 0 ? 'retrying' : undefined}
          note="in the sample; these become dead letters"
        />
        <Figure
          label="Takes about"
          value={durationMs === null ? '?' : durationText(Math.max(1_000, durationMs))}
          note={
            !isKnown
              ? 'nothing could be read in the time for a sample'
              : perMinuteMax === null
                ? 'no minute of the last hour to go by'
                : `at ${numberText(perMinuteMax)} a minute, the most of the last hour`
          }
        />
      </div>
      {unknown.map((each) => (
        <p key={each} class="muted">
          Not known here: {each}. So it may want fewer.
        </p>
      ))}
      <Table
        caption="What is read of each partition, as the log was at the preview; later events follow"
        columns={RANGES}
        rows={ranges}
        keyOf={({ topic, partition }) => `${topic}/${partition}`}
      />
    </>
  )
}
