import { expect, it } from 'vitest'
import { decodeCheckpoint } from '../../../../src/kafka/mirror/checkpoints.ts'
import { mirrorCheckpoint } from '../../../support/mirror-checkpoint.ts'

const checkpoint = { groupId: 'group', topic: 'inventory.events', partition: 3, offset: 4_711 }

it("reads the offset in the cluster that is mirrored to, not the former cluster's", () => {
  const { key, value } = mirrorCheckpoint(checkpoint)
  expect(decodeCheckpoint(key, value)).toEqual(checkpoint)
})

it('refuses a version that it does not know, and bytes that end early', () => {
  const { key, value } = mirrorCheckpoint({ ...checkpoint, version: 1 })
  const refused = (message: string) => expect.objectContaining({ code: 'KAFKA_REFUSED', message })
  const reads = (bytes: Buffer) => () => decodeCheckpoint(key, bytes)
  expect(reads(value)).toThrow(
    refused('a checkpoint of the mirror cannot be read: expected version 0, got 1'),
  )
  expect(reads(mirrorCheckpoint(checkpoint).value.subarray(0, 9))).toThrow(
    expect.objectContaining({ code: 'KAFKA_REFUSED' }),
  )
})
