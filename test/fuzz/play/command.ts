import { assertNever } from '../../../src/event/outcome.ts'
import { SLUGS } from '../judge/plugins.ts'
import type { Answer } from '../judge/switches.ts'
import type { Command, Slug, Step, SwitchName } from '../steps/step.ts'
import { type Play, problem } from './player.ts'
import { settle, showsSwitches } from './settle.ts'

/** Runs a command, and compares its answer with what the switches should be. */
export async function playCommand(command: Command, play: Play): Promise<void> {
  switch (command.name) {
    case 'events':
      return switchEvents(command.state, play)
    case 'events status':
      return expectOutput(['events', 'status'], isOnText(play), play)
    case 'states':
      return expectStates(play)
    case 'check':
      return expectOutput(
        ['plugins', 'check'],
        SLUGS.map((slug) => `${slug}: ok`),
        play,
      )
    case 'letters':
      return expectOutput(['dead-letters', 'list', '--from', '1h'], [], play)
    case 'replay':
      return replay(play)
    case 'explain':
      return explain(command.of, play)
    default:
      return assertNever(command)
  }
}

/** Switches a plugin, several times. */
export async function playSwitch(
  { slug, names }: Extract<Step, { do: 'switch' }>,
  play: Play,
): Promise<void> {
  for (const name of names) {
    if (play.problems.length === 0) await switchPlugin(name, slug, play)
  }
}

async function switchPlugin(name: SwitchName, slug: Slug | 'nobody', play: Play): Promise<void> {
  const { switches } = play.expected
  const answer = switches.answerTo(name, slug)
  // A record meets the switches as they are when it is read.
  if (answer !== 'already' && answer !== 'refused') await settle(play)
  const text = { already: `${slug}: ${stateText(slug, play)} already`, refused: slug }
  const said = text[answer as keyof typeof text] ?? `${slug}: ${answer} in group`
  const code = answer === 'refused' ? 1 : 0
  await expectOutput(['plugins', name, slug], [said], play, code)
  if (slug !== 'nobody') await follow(slug, answer, play)
}

async function follow(slug: Slug, answer: Answer, play: Play): Promise<void> {
  if (answer === 'already' || answer === 'refused') return
  const { expected } = play
  if (answer === 'paused') expected.paused(slug)
  if (answer === 'disabled' && expected.switches.stateOf(slug) === 'paused') {
    expected.dropWaiting(slug)
  }
  expected.switches.set(slug, answer)
  await showsSwitches(play)
}

async function switchEvents(state: 'on' | 'off', play: Play): Promise<void> {
  const { expected } = play
  await settle(play)
  await expectOutput(['events', state], [`events: ${state}`], play)
  if (state === 'off') {
    for (const slug of expected.switches.inState('paused')) expected.dropWaiting(slug)
  }
  expected.switches.isOn = state === 'on'
  // What is written from now on waits for a plugin that is paused.
  for (const slug of expected.switches.inState('paused')) if (state === 'on') expected.paused(slug)
  await showsSwitches(play)
}

/** Ends what commands began, so that the next case begins as the first. */
export async function restoreSwitches(play: Play): Promise<void> {
  const { switches } = play.expected
  if (!switches.isOn) await switchEvents('on', play)
  for (const slug of switches.inState('paused')) {
    await switchPlugin('resume', slug, play)
  }
  for (const slug of switches.inState('disabled')) {
    await switchPlugin('enable', slug, play)
  }
}

function expectStates(play: Play): Promise<void> {
  const { switches } = play.expected
  const lines = SLUGS.map((slug) => {
    const state = switches.stateOf(slug)
    return new RegExp(`^${slug}\\s+${switches.isOn ? state : `events off \\(else ${state}`}`, 'm')
  })
  return expectOutput(['plugins', 'list', '--states'], lines, play)
}

/** Reads all of the input, whatever is in it. */
function replay(play: Play): Promise<void> {
  const from = '1900-01-01T00:00:00Z'
  return expectOutput(['replay', '--plugin', 'moves', '--from', from], ['Dry run'], play)
}

async function explain(of: 'last' | 'nothing', play: Play): Promise<void> {
  const { lastId } = play
  if (of === 'nothing') return expectOutput(['explain', 'nothing'], ['not found'], play, 1)
  if (lastId === undefined) return
  await expectOutput(['explain', '--', lastId], [`${play.world.topic}/`], play)
}

function isOnText({ expected }: Play): RegExp[] {
  return [expected.switches.isOn ? /^on\s/m : /^off\s/m]
}

function stateText(slug: Slug | 'nobody', { expected }: Play): string {
  return slug === 'nobody' ? '' : expected.switches.stateOf(slug)
}

/** What a terminal would obey, apart from line breaks and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

/** Every text must be in what the command prints, on stdout or, if it fails, on stderr. */
async function expectOutput(
  args: string[],
  expected: readonly (string | RegExp)[],
  play: Play,
  code = 0,
): Promise<void> {
  const result = await play.world.commands.run(args)
  const said = code === 0 ? result.stdout : result.stdout + result.stderr
  const isThere = (text: string | RegExp) =>
    typeof text === 'string' ? said.includes(text) : text.test(said)
  const missing = expected.filter((text) => !isThere(text))
  const obeyed = CONTROL.exec(result.stdout + result.stderr)?.[0]
  if (obeyed !== undefined) {
    return problem(play, `"${args.join(' ')}" prints a control character: ${encodeURI(obeyed)}`)
  }
  if (result.code === code && missing.length === 0) return
  const got = `exit ${result.code}: ${result.stdout}${result.stderr}`
  const wanted = `exit ${code}, ${missing.map(String).join(', ')}`
  problem(play, `"${args.join(' ')}": expected ${wanted}; got ${got}`)
}
