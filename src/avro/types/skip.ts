import type { Tap } from '../binary/avsc.ts'
import { blockCount } from '../binary/blocks.ts'
import { enterRecord, leaveRecord } from '../binary/decode-limits.ts'
import { assertInside, skipBytes, skipText } from '../binary/text.ts'
import { isJsonValue, type TypeNode } from '../schema/type-node.ts'
import { inTurn } from './generate.ts'

export type Skip = (tap: Tap) => void

/** By record, so that recursive types end. */
const ofRecords = new WeakMap<TypeNode, Skip>()

/** Returns a function that skips a value of this type. */
export function skipOf(node: TypeNode): Skip {
  switch (node.type) {
    case 'null':
      return skipNothing
    case 'boolean':
      return skipByte
    case 'int':
    case 'long':
    case 'enum':
      return skipLong
    case 'float':
      return skipFloat
    case 'double':
      return skipDouble
    case 'bytes':
    case 'string':
      return skipText
    case 'fixed': {
      const { size } = node
      return (tap) => void skipBytes(tap, size)
    }
    case 'array':
      return itemsSkip(skipOf(node.items))
    case 'map': {
      const skipValue = skipOf(node.values)
      return itemsSkip((tap) => {
        skipText(tap)
        skipValue(tap)
      })
    }
    case 'union':
      return unionSkip(node.branches.map(skipOf))
    case 'record':
      return ofRecords.get(node) ?? recordSkip(node)
  }
}

function recordSkip(node: Extract<TypeNode, { type: 'record' }>): Skip {
  let skipFields: Skip = skipNothing
  const skip: Skip = (tap) => {
    enterRecord()
    skipFields(tap)
    leaveRecord()
  }
  ofRecords.set(node, skip)
  const skips = node.fields.map(({ type }) => skipOf(type))
  skipFields = isJsonValue(node) ? (skips[0] as Skip) : inTurn(skips)
  return skip
}

function itemsSkip(skipItem: Skip): Skip {
  return (tap) => {
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        skipItem(tap)
        assertInside(tap)
      }
    }
  }
}

function unionSkip(skips: readonly Skip[]): Skip {
  return (tap) => {
    const index = tap.readLong()
    const skip = skips[index]
    if (skip === undefined) throw new Error(`a union has no branch ${index}`)
    skip(tap)
  }
}

function skipNothing(): void {}

function skipByte(tap: Tap): void {
  tap.pos += 1
}

function skipLong(tap: Tap): void {
  tap.skipLong()
}

function skipFloat(tap: Tap): void {
  tap.pos += 4
}

function skipDouble(tap: Tap): void {
  tap.pos += 8
}
