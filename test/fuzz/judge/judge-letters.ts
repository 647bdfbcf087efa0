import { isDeepStrictEqual } from 'node:util'
import type { Play } from '../play/player.ts'
import type { Letter } from '../world/letters.ts'
import type { ExpectedLetter, RecordBytes } from './fate.ts'
import type { Seen } from './judge.ts'
import type { Problem } from './problem.ts'

/** Each expected dead letter is there once, and there are no others. */
export function judgeLetters({ expected }: Play, { letters, calls }: Seen): Problem[] {
  const problems: Problem[] = []
  const left = [...letters]
  for (const wanted of expected.letters) {
    const { step, plugin, reason } = wanted
    const found = left.findIndex((letter) => isOf(letter, wanted))
    const name = `${plugin}, ${wanted.place ?? wanted.id}`
    const [letter] = found < 0 ? [] : left.splice(found, 1)
    if (letter === undefined) {
      problems.push({ step, text: `${name}: expected a dead letter (${reason}), got none` })
    } else if (letter.reason !== reason || letter.isStub !== wanted.isStub) {
      const got = `${letter.reason}${letter.isStub ? ', a stub' : ''}: ${letter.error}`
      problems.push({ step, text: `${name}: expected a dead letter (${reason}), got ${got}` })
    } else if (!isKept(letter, wanted)) {
      problems.push({ step, text: `${name}: its dead letter lacks something of the record` })
    }
  }
  const atPlaces = new Set(left.map(({ place }) => place))
  const handled = new Set(
    calls
      .filter(({ plugin }) => plugin === 'every')
      .map(({ partition, offset }) => `${partition}@${offset}`),
  )
  for (const { step, place } of expected.either) {
    if (!atPlaces.has(place) && !handled.has(place)) {
      problems.push({ step, text: `${place}: neither handled nor dead-lettered` })
    }
  }
  for (const { plugin, place, reason, error } of left) {
    if (expected.eitherPlaces.has(place)) continue
    const text = `${plugin}, ${place}: expected no dead letter, got ${reason}: ${error}`
    problems.push({ step: expected.stepAt.get(place), text })
  }
  return problems
}

function isOf(letter: Letter, { plugin, place, id }: ExpectedLetter): boolean {
  return (
    letter.plugin === plugin && (place === undefined ? letter.id === id : letter.place === place)
  )
}

/** A dead letter has the key, value and headers of its record; a stub is one without the value. */
function isKept({ bytes }: Letter, { bytes: wanted, isStub }: ExpectedLetter): boolean {
  if (wanted === undefined) return true
  return isDeepStrictEqual(plain(bytes), plain(isStub ? { ...wanted, value: null } : wanted))
}

function plain({ headers, ...bytes }: RecordBytes) {
  return { ...bytes, headers: [...headers] }
}
