import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { declarationsOf } from '../../../../src/avro/own-kinds/declarations.ts'
import { loadContract, ownKinds } from '../../../../src/avro/own-kinds/load-contract.ts'

const schemas = resolve('test/support/schemas')

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-kinds-')))
  const declarations = declarationsOf(ownKinds(loadContract([schemas])))
  writeFileSync(join(folder, 'kinds.ts'), declarations)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the compiler says of a plugin beside the declarations. */
function compile(body: string): string {
  const source = `import { definePlugin, type EventNamed, type OwnEvents } from 'inventory-events'
export type Placed = OwnEvents['order.placed']
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const isNarrowed: Same<EventNamed<'order.placed'>, Placed> = true
export default ${body}
`
  writeFileSync(join(folder, 'plugin.ts'), source)
  const compilerOptions = {
    ...{ target: 'ES2023', module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: true },
    ...{ allowImportingTsExtensions: true, exactOptionalPropertyTypes: true, types: ['node'] },
    ...{ noUnusedLocals: true, typeRoots: [resolve('node_modules/@types')] },
    paths: { 'inventory-events': [resolve('src/index.ts')] },
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['kinds.ts', 'plugin.ts'] }),
  )
  try {
    execFileSync(resolve('node_modules/.bin/tsc'), ['-p', folder])
    return ''
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout)
  }
}

describe('declarations of own kinds', () => {
  it('narrow the event of a handler that wants them, and its where', () => {
    const plugin = `definePlugin({
  slug: 'orders',
  wants: ['order.placed'],
  where: { exact: { 'data.status': 'paid' }, },
  processEvent(event, { log }) {
    const total: string = event.order.total
    const due: string | undefined = event.order.due
    log.info({ total, due, status: event.status satisfies 'open' | 'paid' }, event.kind)
  },
})`
    expect(compile(plugin)).toBe('')
  })

  it('narrow an event by its kind', () => {
    const plugin = `definePlugin({
  slug: 'all',
  processEvent(event) {
    if (event.kind === 'order.placed') return void event.order.total.length
    if (event.kind === 'inventory.moved') return void event.to.name
  },
})`
    expect(compile(plugin)).toBe('')
  })

  it('do not compile where a field is none of the kind', () => {
    const plugin = `definePlugin({
  slug: 'orders',
  wants: ['order.placed'],
  processEvent: (event) => void event.entity,
})`
    expect(compile(plugin)).toMatch(/plugin\.ts\(\d+,\d+\).*'entity' does not exist/)
  })
})
