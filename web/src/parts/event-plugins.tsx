import type {
  ExplainedPlugin,
  ExplainedRecord,
  Remembered,
} from '../../../src/explain/explanation.ts'
import { Empty, Foreign, State, type Tone } from './basics.tsx'
import { type Column, Table } from './table.tsx'

const none = <span class="muted">–</span>

/** What each plugin did with a record, and why. */
export function EventPlugins({
  record: { place, plugins },
  tones,
}: {
  record: ExplainedRecord
  tones: Record<string, Tone>
}) {
  const columns: Column<ExplainedPlugin>[] = [
    {
      name: 'Plugin',
      cell: ({ plugin }) => (
        <a href={`/plugins/${encodeURIComponent(plugin)}`}>
          <Foreign text={plugin} mono />
        </a>
      ),
    },
    {
      name: 'Outcome',
      cell: ({ plugin, summary }) => (
        <State tone={summary === 'unwanted' ? 'off' : (tones[plugin] ?? 'unknown')}>
          <Foreign text={summary} />
        </State>
      ),
    },
    {
      name: 'Filter now',
      cell: ({ filter: { decision, why } }) => (
        <>
          {decision}: <Foreign text={why} />
        </>
      ),
    },
    { name: 'State', cell: ({ state }) => state.state },
    {
      name: 'Remembers',
      cell: ({ remembers }) =>
        remembers === null ? none : <RememberedValue remembered={remembers} />,
    },
  ]
  return (
    <section>
      <h2>Plugins</h2>
      {plugins.length === 0 ? (
        <Empty title="No plugin is known here">
          The console was started without PLUGINS, or none of them could be loaded.
        </Empty>
      ) : (
        <Table
          caption={`What each did with ${place}`}
          columns={columns}
          rows={plugins}
          keyOf={({ plugin }) => plugin}
        />
      )}
    </section>
  )
}

export function RememberedValue({ remembered }: { remembered: Remembered }) {
  switch (remembered.type) {
    case 'state':
      return <Foreign text={JSON.stringify(remembered.value)} mono />
    case 'unreadable':
      return <>what this version can’t read</>
    case 'nothing':
      return <span class="muted">nothing of the entity</span>
  }
}
