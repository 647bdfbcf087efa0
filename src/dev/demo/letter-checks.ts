import { DLQ } from '../../dead-letter/headers.ts'
import { headerText } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { type Check, check, figure } from './check.ts'
import { deadLetterName, type Expectation } from './expectation.ts'
import type { Evidence } from './findings.ts'

/** Checks that the dead letters are as expected and have the content of their records. */
export function deadLetterChecks(expected: Expectation, found: Evidence): Check[] {
  return [expectedDeadLetters(expected, found), originalBytes(found)]
}

/** The position of the original record: `topic/partition@offset`. */
export function placeOfOriginal(record: SourceRecord): string {
  const text = (name: string) => headerText(record, name)
  return `${text(DLQ.topic)}/${text(DLQ.partition)}@${text(DLQ.offset)}`
}

function expectedDeadLetters({ letters }: Expectation, found: Evidence): Check {
  const left = new Map<string, number>()
  for (const name of letters) left.set(name, (left.get(name) ?? 0) + 1)
  for (const letter of found.letters) {
    const name = nameOf(letter)
    left.set(name, (left.get(name) ?? 0) - 1)
  }
  const wrong = [...left]
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${Math.abs(count)} ${count > 0 ? 'missing' : 'too many'}: ${name}`)
  return check('dead letters as expected', wrong, `${figure(letters.length)} dead letters`)
}

function nameOf(letter: SourceRecord): string {
  const label = headerText(letter, 'ce_id') ?? String(letter.key)
  const [plugin, reason] = [headerText(letter, DLQ.plugin), headerText(letter, DLQ.reason)]
  return deadLetterName(String(plugin), String(reason), label)
}

function originalBytes({ letters, originals }: Evidence): Check {
  const wrong = letters.flatMap((letter) => {
    const place = placeOfOriginal(letter)
    const original = originals.get(place)
    const what = original === undefined ? 'no such record' : difference(letter, original)
    return what === undefined ? [] : [`dead letter of ${place}: ${what}`]
  })
  const good = 'key, value, headers and partition compared'
  return check('dead letters have their original bytes', wrong, good)
}

function difference(letter: SourceRecord, original: SourceRecord): string | undefined {
  if (!isSame(letter.key, original.key)) return 'different key'
  if (!isSame(letter.value, original.value)) return 'different value'
  if (letter.partition !== original.partition) return `different partition ${letter.partition}`
  const changed = [...original.headers].find(
    ({ name, value }) => String(value) !== headerText(letter, String(name)),
  )
  return changed === undefined ? undefined : `different header ${changed.name}`
}

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other)
}
