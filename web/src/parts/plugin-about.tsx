import type { PluginRow } from '../api.ts'
import { durationText, numberText, shownLines } from '../text.ts'
import { Empty, Foreign } from './basics.tsx'
import { type Column, Table } from './table.tsx'

type Description = NonNullable<PluginRow['description']>
type Setting = Description['settings'][number]

const SETTINGS: Column<Setting>[] = [
  { name: 'Setting', cell: ({ name }) => <Foreign text={name} mono /> },
  {
    name: 'Value',
    cell: ({ text }) =>
      text === null ? <span class="muted">hidden</span> : <Foreign text={text} mono />,
  },
]

/** What a plugin gets, how it is called, and its settings, as its replicas describe it. */
export function PluginAbout({ row }: { row: PluginRow }) {
  const { description, otherDescriptions, slug } = row
  if (description === null) {
    return (
      <section>
        <h2>What it gets</h2>
        <Empty title="No replica has said so yet">
          Each does when it starts, and again every minute.
        </Empty>
      </section>
    )
  }
  return (
    <>
      <section>
        <h2>What it gets</h2>
        {otherDescriptions > 0 && (
          <p class="problem">
            {numberText(otherDescriptions)} of its replicas describe it otherwise, as during a
            roll-out.
          </p>
        )}
        <p>
          <Wanted description={description} />
        </p>
        {description.isWhereTooLong && (
          <p class="muted">Its filter by content is too long to be shown here.</p>
        )}
        {description.where !== null && (
          <pre class="foreign">{shownLines(JSON.stringify(description.where, null, 2))}</pre>
        )}
        <p>
          <a href={`/filters?plugin=${encodeURIComponent(slug)}`}>
            Try another filter on past events
          </a>
        </p>
      </section>
      <section>
        <h2>How it is called</h2>
        <p>{howCalled(description)}</p>
        {description.stateVersion !== null && (
          <p>
            It remembers something of each entity, in version {description.stateVersion}. How much
            that is, the status does not say; <code>inventory-events state list</code> reads it.
          </p>
        )}
      </section>
      <section>
        <h2>Settings</h2>
        {description.settings.length === 0 ? (
          <Empty title="It takes none" />
        ) : (
          <Table
            caption="Secret ones, and those whose name sounds so, never leave the replica"
            columns={SETTINGS}
            rows={description.settings}
            keyOf={({ name }) => name}
          />
        )}
      </section>
    </>
  )
}

function Wanted({ description: { wants, isDecidedByCode } }: { description: Description }) {
  if (isDecidedByCode) return <>Its code decides by the name of the event.</>
  if (wants === null) return <>Events of every name.</>
  return (
    <>
      Events named <Foreign text={wants.join(', ')} mono />
    </>
  )
}

function howCalled({ maxAttempts, timeoutMs, concurrency, batch }: Description): string {
  const events = batch === null ? 'one event at a time' : `up to ${batch} events at a time`
  return `With ${events}, up to ${concurrency} calls at once, ${durationText(timeoutMs)} each, at most ${maxAttempts} attempts.`
}
