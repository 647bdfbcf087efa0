import type { Command } from 'commander'

/** Command lines for each command, as its help shows them; tests parse each with the program. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': ['inventory-events demo', 'inventory-events plugins --help'],
  serve: [
    'EVENTS_ENABLED=true PLUGINS=./plugins/cold-chain.ts inventory-events serve',
    'inventory-events serve',
  ],
  publish: [
    'inventory-events publish events.jsonl --rejects bad.jsonl',
    'tail -n +120 events.jsonl | inventory-events publish',
  ],
  gateway: ['GATEWAY_SECRETS_FILE=./secret inventory-events gateway'],
  console: [
    'inventory-events console --local',
    'CONSOLE_USERS_FILE=./users inventory-events console',
  ],
  'console user': ['inventory-events console user ana --role operator > users'],
  'schemas list': ['inventory-events schemas list'],
  'schemas check': ['inventory-events schemas check'],
  'schemas register': [
    'inventory-events schemas register',
    'inventory-events schemas register --inventory-topic stock.events',
  ],
  'schemas types': [
    'EVENT_SCHEMAS=./schemas inventory-events schemas types --out plugins/kinds.d.ts',
  ],
  'topics create': [
    'inventory-events topics create',
    'inventory-events topics create stock.events --partitions 12 --config min.insync.replicas=2',
  ],
  'topics check': ['inventory-events topics check'],
  'plugins list': ['inventory-events plugins list', 'inventory-events plugins list --states'],
  'plugins check': ['inventory-events plugins check ./plugins/cold-chain.ts'],
  'plugins certify': [
    'inventory-events plugins certify ./plugins/low-stock.ts',
    'inventory-events plugins certify ./plugins/cold-chain.ts --probe ./plugins/cold-chain.probe.ts',
  ],
  'plugins enable': [
    'inventory-events plugins enable cold-chain --why "the vendor is back"',
    'inventory-events plugins enable cold-chain --from 36h --yes',
  ],
  'plugins disable': ['inventory-events plugins disable cold-chain --why "it floods the vendor"'],
  'plugins pause': ['inventory-events plugins pause cold-chain --why "the vendor counts stock"'],
  'plugins resume': ['inventory-events plugins resume cold-chain'],
  'events on': ['inventory-events events on --why "the migration is done"'],
  'events off': ['inventory-events events off --why "a test run"'],
  'events status': ['inventory-events events status'],
  'filters backtest': [
    'inventory-events filters backtest --plugin cold-chain --from 7d',
    'inventory-events filters backtest --plugin cold-chain --from 7d --against changed.json',
  ],
  'dead-letters list': [
    'inventory-events dead-letters list --plugin cold-chain --from 36h',
    'inventory-events dead-letters list --reason exhausted --limit 20',
  ],
  'dead-letters show': ['inventory-events dead-letters show inventory.events.dead-letters/0@42'],
  'dead-letters export': ['inventory-events dead-letters export --from 7d > letters.jsonl'],
  'dead-letters redrive': [
    'inventory-events dead-letters redrive --plugin cold-chain',
    'inventory-events dead-letters redrive --plugin cold-chain --reason exhausted --yes',
  ],
  'dead-letters discard': [
    'inventory-events dead-letters discard --id evt_1 --why "a test event"',
    'inventory-events dead-letters discard inventory.events.dead-letters/0@42 --why "a test event" --yes',
  ],
  'dead-letters restore': [
    'inventory-events dead-letters restore inventory.events.dead-letters/0@42 --why "no test event after all" --yes',
  ],
  replay: [
    'inventory-events replay --plugin cold-chain --from 7d --to 1d',
    'inventory-events replay --plugin cold-chain --resume',
  ],
  'state list': ['inventory-events state list low-stock --limit 20'],
  'state get': ['inventory-events state get low-stock lot_7'],
  'state export': ['inventory-events state export low-stock > low-stock.jsonl'],
  'state reset': [
    'inventory-events state reset low-stock lot_7',
    'inventory-events state reset low-stock --yes',
  ],
  'group split': [
    'inventory-events group split --from inventory-events --to alarms --plugins cold-chain',
    'inventory-events group split --from inventory-events --to alarms --plugins cold-chain --yes',
  ],
  'group failover': [
    'inventory-events group failover --alias one --recovery-point 2026-05-04T11:58:00Z',
    'inventory-events group failover --alias one --recovery-point 10m --yes',
  ],
  explain: [
    'inventory-events explain 0198c1a2-0000-7000-8000-000000000001',
    'inventory-events explain evt_1 --entity lot_7 --from 36h --json',
  ],
  'stack up': ['eval "$(inventory-events stack up)"'],
  'stack down': ['inventory-events stack down'],
  'stack status': ['inventory-events stack status'],
  init: ['inventory-events init my-plugins'],
  dev: ['inventory-events dev ./plugins/low-stock.ts'],
  demo: ['inventory-events demo', 'inventory-events demo --events 3000 --replicas 3'],
  config: ['inventory-events config'],
  completion: [
    'source <(inventory-events completion bash)',
    'inventory-events completion fish > ~/.config/fish/completions/inventory-events.fish',
  ],
}

/** The examples of a command; of one with commands of its own, the first of each. */
export function examplesOf(command: Command): readonly string[] {
  const own = EXAMPLES[pathOf(command)]
  if (own !== undefined) return own
  return command.commands.flatMap((each) => examplesOf(each)[0] ?? [])
}

export function examplesText(command: Command): string {
  const examples = examplesOf(command)
  if (examples.length === 0) return ''
  return `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n  ${examples.join('\n  ')}`
}

/** The words that call a command, without the program's name: `plugins list`. */
function pathOf(command: Command): string {
  const { parent } = command
  if (parent === null) return ''
  return `${pathOf(parent)} ${command.name()}`.trimStart()
}
