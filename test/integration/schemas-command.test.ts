import { beforeAll, describe, expect, it } from 'vitest'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { runCli } from '../support/run-cli.ts'
import { endpoints, uniqueName } from '../support/stack.ts'

const WASTED = 'inventory_events.InventoryWasted'

function commandFor(inventory = uniqueName('inventory'), plugin = uniqueName('plugin')) {
  const topics = ['--inventory-topic', inventory, '--plugin-topic', plugin]
  const run = (verb: string) => runCli(['schemas', verb, ...topics])
  return { run, inventory, plugin }
}

const registry = () => createRegistry({ SCHEMA_REGISTRY_URL: endpoints().registryUrl })

describe('the schemas command', () => {
  let command: ReturnType<typeof commandFor>

  beforeAll(() => {
    command = commandFor()
  })

  it('reports missing schemas', async () => {
    const { code, stderr } = await command.run('check')
    expect(code).toBe(1)
    expect(stderr).toContain('not registered; run "inventory-events schemas register":')
    expect(stderr).toContain(`  ${subjectName(command.plugin, 'inventory_events.PluginEvent')}\n`)
  })

  it('registers every schema with FULL_TRANSITIVE, and changes nothing the second time', async () => {
    const first = await command.run('register')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const lines = first.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(builtInContract().schemas.length)
    expect(lines).toContainEqual(
      expect.stringMatching(`^${subjectName(command.inventory, WASTED)}: registered, id \\d+$`),
    )
    const level = await registry().compatibility(subjectName(command.inventory, WASTED))
    expect(level).toBe('FULL_TRANSITIVE')

    const second = await command.run('register')
    expect(second).toMatchObject({
      code: 0,
      stdout: first.stdout.replaceAll(': registered', ': unchanged'),
    })
    expect(await command.run('check')).toMatchObject({ code: 0, stderr: '' })
    const listed = await command.run('list')
    expect(listed.stdout).toMatch(
      new RegExp(
        `^${WASTED} +${subjectName(command.inventory, WASTED)}  id \\d+  versions 1  ours 1$`,
        'm',
      ),
    )
  })

  it('rejects an incompatible change, names the field and registers nothing', async () => {
    const { run, inventory } = commandFor()
    const subject = subjectName(inventory, WASTED)
    const older = structuredClone(builtInContract().ofRecord(WASTED)!.schema)
    older.fields = older.fields!.map((field) =>
      field.name === 'entityId' ? { ...field, type: 'long' } : field,
    )
    await registry().register(subject, JSON.stringify(older))
    for (const verb of ['check', 'register']) {
      expect(await run(verb)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: [
          'error: incompatible with the registered schemas:',
          `  ${subject} version 1: entityId: type changed from long to string`,
          '',
        ].join('\n'),
      })
    }
    const others = await registry().versions(
      subjectName(inventory, 'inventory_events.InventoryMoved'),
    )
    expect(others).toEqual([])
  })

  it('names the URL of a registry that does not respond', async () => {
    const away = await runCli(['schemas', 'list'], {
      env: { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' },
    })
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:1') })
    expect(away.stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
