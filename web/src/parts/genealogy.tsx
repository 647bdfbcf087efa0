import type { Genealogy, GenealogyNode, Link } from '../../../src/console/view/genealogy.ts'
import { entityPath, eventPath } from '../links.ts'
import { navigate } from '../router.ts'
import { shown } from '../text.ts'
import { Foreign, State, Time } from './basics.tsx'
import { type Column, Table } from './table.tsx'

const [WIDTH, HEIGHT, GAP_X, GAP_Y, EDGE] = [168, 40, 72, 12, 8]
const CHARS_MAX = 20

interface Box extends GenealogyNode {
  x: number
  y: number
}

/** What an entity was made of and what became of it: a drawing, and the same as a table. */
export function GenealogyGraph({ genealogy }: { genealogy: Genealogy }) {
  const { nodes, edges, cuts } = genealogy
  const boxes = layout(nodes)
  const all = [...boxes.values()]
  const width = Math.max(...all.map(({ x }) => x)) + WIDTH + EDGE
  const height = Math.max(...all.map(({ y }) => y)) + HEIGHT + EDGE
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="graph" tabIndex={0} aria-label="Merges and restores, origins left">
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          <title>Merges and restores; the table below says the same</title>
          {edges.map((edge) => (
            <Edge key={keyOf(edge)} edge={edge} boxes={boxes} />
          ))}
          {all.map((box) => (
            <Node key={box.id} box={box} />
          ))}
        </svg>
      </section>
      <p class="muted">
        Origins left. Solid: merged; dotted: restored from; dashed: a merge that was reverted.
        {cuts.length > 0 && ` Not shown: ${cuts.join('; ')}.`}
      </p>
      <Table
        caption="Merges and restores"
        isCaptionHidden
        columns={COLUMNS}
        rows={edges}
        keyOf={keyOf}
      />
    </>
  )
}

function layout(nodes: readonly GenealogyNode[]): Map<string, Box> {
  const layers = [...new Set(nodes.map(({ layer }) => layer))].sort((a, b) => a - b)
  const rows = new Map<number, number>()
  return new Map(
    nodes.map((node) => {
      const row = rows.get(node.layer) ?? 0
      rows.set(node.layer, row + 1)
      const x = EDGE + layers.indexOf(node.layer) * (WIDTH + GAP_X)
      return [node.id, { ...node, x, y: EDGE + row * (HEIGHT + GAP_Y) }]
    }),
  )
}

function Node({ box: { id, name, layer, x, y } }: { box: Box }) {
  const path = entityPath(id)
  return (
    <a
      href={path}
      class={layer === 0 ? 'node here' : 'node'}
      onClick={(event) => {
        event.preventDefault()
        navigate(path)
      }}
    >
      <title>{shown(`${name ?? ''} ${id}`)}</title>
      <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="4" />
      <text x={x + 10} y={y + 17} class="name">
        {short(name ?? id)}
      </text>
      <text x={x + 10} y={y + 32}>
        {name === null ? '' : short(id)}
      </text>
    </a>
  )
}

function Edge({ edge, boxes }: { edge: Link; boxes: Map<string, Box> }) {
  const [from, to] = [boxes.get(edge.from.id)!, boxes.get(edge.to.id)!]
  const isForward = to.x > from.x
  const [x1, x2] = isForward ? [from.x + WIDTH, to.x] : [from.x, to.x + WIDTH]
  const [y1, y2] = [from.y + HEIGHT / 2, to.y + HEIGHT / 2]
  const bend = isForward ? GAP_X / 2 : -GAP_X / 2
  // Parallel ways of the same two must be distinguishable.
  const shift = edge.kind === 'restored' ? 8 : 0
  const way = `M${x1},${y1 + shift} C${x1 + bend},${y1 + shift} ${x2 - bend},${y2 + shift} ${x2},${y2 + shift}`
  const kind = edge.revertedMs !== null ? 'reverted' : edge.kind
  return <path d={way} class={`edge ${kind}`} />
}

function short(text: string): string {
  const all = [...shown(text)]
  return all.length > CHARS_MAX ? `${all.slice(0, CHARS_MAX - 1).join('')}…` : all.join('')
}

function keyOf({ kind, from, to, place }: Link): string {
  return JSON.stringify([kind, from.id, to.id, place])
}

const entity = ({ id, name }: Link['from']) => (
  <a href={entityPath(id)}>
    <Foreign text={name ?? id} />
  </a>
)

const COLUMNS: Column<Link>[] = [
  { name: 'From', cell: ({ from }) => entity(from) },
  { name: 'To', cell: ({ to }) => entity(to) },
  {
    name: 'How',
    cell: ({ kind, revertedMs }) => (
      <>
        {kind === 'merged' ? 'merged into' : 'restored from it'}{' '}
        {revertedMs !== null && (
          <State tone="off">
            reverted <Time ms={revertedMs} />
          </State>
        )}
      </>
    ),
  },
  { name: 'When', cell: ({ timeMs }) => (timeMs === null ? '–' : <Time ms={timeMs} />) },
  {
    name: 'Event',
    cell: ({ eventId, entity: key }) =>
      eventId === null ? (
        '–'
      ) : (
        <a href={eventPath({ id: eventId, entity: key, recordMs: 0 })}>
          <Foreign text={eventId} mono />
        </a>
      ),
  },
]
