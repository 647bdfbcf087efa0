import type { PartitionRow } from '../../../src/console/view/partitions.ts'
import type { About, BusyRow, RebalanceRow, ReplicaRow, Session } from '../api.ts'
import { Empty, Foreign, State, Time } from '../parts/basics.tsx'
import { Busiest } from '../parts/busiest.tsx'
import { Rebalances } from '../parts/rebalances.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { bytesText, durationText, numberText } from '../text.ts'
import { useView } from '../use-view.ts'

type Partition = PartitionRow & { isSilent: boolean }

interface Shown extends About {
  partitions: Partition[]
  replicas: ReplicaRow[]
  rebalances: RebalanceRow[]
  busiest: BusyRow[]
}

const none = <span class="muted">–</span>

const REPLICAS: Column<ReplicaRow>[] = [
  { name: 'Replica', cell: ({ replica }) => <Foreign text={replica} mono /> },
  {
    name: 'State',
    cell: ({ state, problems, why }) => {
      if (state === 'silent') return <State tone="dead">silent</State>
      if (state === 'unreadable') {
        return (
          <State tone="unknown">
            can’t be read: <Foreign text={why ?? ''} />
          </State>
        )
      }
      if (problems.length === 0) return <State tone="ok">ready</State>
      const what = problems.map(({ check, why: reason }) => `${check}: ${reason}`).join('; ')
      return (
        <State tone="retrying">
          <Foreign text={what} />
        </State>
      )
    },
  },
  { name: 'Last report', cell: ({ lastMs }) => <Time ms={lastMs} /> },
  {
    name: 'Version',
    cell: ({ version }) => (version === null ? none : <Foreign text={version} />),
  },
  { name: 'Since', cell: ({ startedMs }) => (startedMs === null ? none : <Time ms={startedMs} />) },
  { name: 'Partitions', isNumber: true, cell: ({ partitions }) => numberText(partitions) },
  {
    name: 'Heap',
    isNumber: true,
    cell: ({ heapBytes, heapMaxBytes }) =>
      heapBytes === null ? none : `${bytesText(heapBytes)} of ${bytesText(heapMaxBytes ?? 0)}`,
  },
  {
    name: 'Loop delay',
    isNumber: true,
    cell: ({ loopDelayMs }) => (loopDelayMs === null ? none : durationText(loopDelayMs)),
  },
]

const PARTITIONS: Column<Partition>[] = [
  {
    name: 'Partition',
    cell: ({ topic, partition }) => <Foreign text={`${topic}/${partition}`} mono />,
  },
  {
    name: 'Owner',
    cell: ({ replica, isSilent }) => (
      <>
        <Foreign text={replica} mono />
        {isSilent && <State tone="dead">silent</State>}
      </>
    ),
  },
  { name: 'Lag', isNumber: true, cell: ({ lag }) => (lag === null ? none : numberText(lag)) },
  {
    name: 'Oldest waits',
    isNumber: true,
    cell: ({ lagMs }) => (lagMs ? durationText(lagMs) : none),
  },
  { name: 'Watermark', isNumber: true, cell: ({ watermark }) => String(watermark) },
  {
    name: 'Committed',
    isNumber: true,
    cell: ({ committed }) => (committed === null ? none : String(committed)),
  },
  {
    name: 'Read',
    cell: ({ parked }) =>
      parked === null ? (
        <State tone="ok">yes</State>
      ) : (
        <State tone="wait">
          waits: <Foreign text={parked} />
        </State>
      ),
  },
]

export function PartitionsView({ user }: { user: NonNullable<Session['user']> }) {
  const view = useView<Shown>('/api/partitions')
  return (
    <ViewOf title="Partitions and replicas" view={view}>
      {({ partitions, replicas, rebalances, busiest }) => (
        <>
          <section>
            <h2>Replicas</h2>
            {replicas.length === 0 ? (
              <Empty title="No replica has reported">
                None ran in the last hour, or they may not write the status topic.
              </Empty>
            ) : (
              <Table
                caption="Replicas"
                isCaptionHidden
                columns={REPLICAS}
                rows={replicas}
                keyOf={(r) => r.replica}
              />
            )}
          </section>
          <section>
            <h2>Partitions</h2>
            {partitions.length === 0 ? (
              <Empty title="No replica owns a partition" />
            ) : (
              <Table
                caption="Partitions, as their owners see them"
                isCaptionHidden
                columns={PARTITIONS}
                rows={partitions}
                keyOf={(p) => `${p.topic}/${p.partition} ${p.replica}`}
              />
            )}
          </section>
          <section>
            <h2>Entities with the most waiting</h2>
            <Busiest rows={busiest} user={user} />
          </section>
          <section>
            <h2>Rebalances</h2>
            <Rebalances rows={rebalances} />
          </section>
        </>
      )}
    </ViewOf>
  )
}
