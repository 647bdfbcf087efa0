import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import type { Trace } from '../../src/event/trace.ts'
import { reject } from '../../src/plugin/returns/returns.ts'
import { gatewaySettings, openGateway, runGateway } from '../support/gateway.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN_ID = '00f067aa0ba902b7'
const HEADERS = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, tracestate: 'vendor=1' }

const SDK = pathToFileURL(fileURLToPath(new URL('../support/otel.ts', import.meta.url))).href

const saved = (id: string) => ({ id, event: 'stockitem.saved', args: [], kwargs: {} })

interface Span {
  name: string
  traceId: string
  spanId: string
  parentId: string
  attributes: Record<string, unknown>
}

it('a trace is passed from the request to the handler and the dead letter, without an SDK', async () => {
  const seen: (Trace | undefined)[] = []
  const strict = {
    slug: 'strict',
    processEvent(_event: unknown, { trace }: { trace: Trace | undefined }) {
      seen.push(trace)
      return reject('no')
    },
  }
  const s = await situation({ registered: true, plugins: [strict] })
  const gateway = await openGateway(gatewaySettings(s.topic))
  expect((await gateway.events([saved('1'), saved('2')], HEADERS)).status).toBe(202)
  expect((await gateway.events(saved('3'))).status).toBe(202)
  await s.start()
  await s.caughtUp()
  const traces = seen.map((trace) => trace?.traceparent ?? '').sort()
  expect(traces).toEqual(['', HEADERS.traceparent, HEADERS.traceparent])
  expect(seen).toContainEqual(HEADERS)
  const letters = await s.letters()
  expect(letters.filter(({ headers }) => headers.traceparent !== undefined)).toHaveLength(2)
  expect(letters.map(({ headers }) => headers)).toContainEqual(expect.objectContaining(HEADERS))
})

it('an installed SDK gets nested spans of the gateway and the service', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spans-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const s = await situation({ registered: true, plugins: [] })
  const withSdk = (name: string) => ({
    NODE_OPTIONS: `--import=${SDK}`,
    SPANS_FILE: join(folder, name),
  })
  const spanIn = (name: string) =>
    until(
      async () => {
        const [line] = (await readFile(join(folder, name), 'utf8')).split('\n')
        return JSON.parse(line as string) as Span
      },
      { what: `a span in ${name}` },
    )

  const gateway = await runGateway({ ...gatewaySettings(s.topic), ...withSdk('gateway') })
  const event = saved('1')
  expect((await gateway.events(event, HEADERS)).status).toBe(202)
  const sent = await spanIn('gateway')
  expect(sent).toMatchObject({
    name: `send ${s.topic}`,
    traceId: TRACE_ID,
    parentId: SPAN_ID,
    attributes: { 'messaging.system': 'kafka', 'messaging.message.id': event.id },
  })

  const PLUGINS = pluginPath('plugins/traced')
  const service = serve({ ...s.settings, PLUGINS, ...withSdk('service') } as Record<string, string>)
  const { trace } = await service.logged('traced')
  expect(trace).toEqual({
    traceparent: `00-${TRACE_ID}-${sent.spanId}-01`,
    tracestate: HEADERS.tracestate,
  })
  expect(await spanIn('service')).toMatchObject({
    name: `process ${s.topic}`,
    traceId: TRACE_ID,
    parentId: sent.spanId,
    attributes: {
      'messaging.consumer.group.name': s.groupId,
      'messaging.message.id': event.id,
      'messaging.kafka.offset': 0,
      'inventory_events.plugin': 'traced',
    },
  })
})
