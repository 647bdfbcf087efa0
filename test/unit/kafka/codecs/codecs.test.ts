import { promisify } from 'node:util'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CodecName, decompressBatch } from '../../../../src/kafka/codecs/codecs.ts'

const TEXT = '{"id":"evt_1","kind":"inventory.moved"}'.repeat(20)

/** TEXT as compressed by Kafka's Java producer. */
const BY_JAVA: Record<string, string> = {
  gzip:
    '1f8b08000000000000ffab56ca4c51b2524a2d2b893754d251cacecc037133f3ca52f34af28b2af572f3' +
    'cb5253946aab47958d2a1beeca0019f9cc550c030000',
  'snappy in its framing':
    '82534e415050590000000001000000010000004d8c06447b226964223a226576745f31222c226b696e01' +
    '0f40696e76656e746f72792e6d6f766564227dfe2700fe2700fe2700fe2700fe2700fe2700fe2700fe27' +
    '00fe2700fe2700fe2700922700',
  'snappy block':
    '8c06447b226964223a226576745f31222c226b696e010f40696e76656e746f72792e6d6f766564227dfe' +
    '2700fe2700fe2700fe2700fe2700fe2700fe2700fe2700fe2700fe2700fe2700922700',
  lz4:
    '04224d1860408234000000f0037b226964223a226576745f31222c226b696e0f00ff02696e76656e746f' +
    '72792e6d6f766564227d2700ffffcf50766564227d00000000',
  zstd:
    '28b52ffd005884010074027b226964223a226576745f31222c226b696e64223a22696e76656e746f7279' +
    '2e6d6f766564227d010017a72af504010000',
}

const vectors = Object.entries(BY_JAVA).map(
  ([name, hex]) => [name, name.split(' ')[0] as CodecName, Buffer.from(hex, 'hex')] as const,
)

/** Node 22 returns what it has of a zstd frame that is cut off. Its records are then found to be too few. */
const endsEarly = Number.parseInt(process.versions.node, 10) < 24

describe('a batch of the Java producer', () => {
  it.each(vectors)('is read: %s', async (_, codec, bytes) => {
    expect(String(await decompressBatch(codec, bytes))).toBe(TEXT)
  })

  it.each(vectors)('is rejected when truncated: %s', async (_, codec, bytes) => {
    const cut = bytes.subarray(0, bytes.length - 5)
    if (codec === 'zstd' && endsEarly) {
      expect((await decompressBatch(codec, cut)).length).toBeLessThan(TEXT.length)
      return
    }
    await expect(decompressBatch(codec, cut)).rejects.toMatchObject({
      code: 'CODEC_FAILED',
      retriable: false,
      message: expect.stringMatching(`^cannot read a batch compressed with ${codec}: `),
    })
  })

  it.each(vectors)('is rejected when it is too large: %s', async (_, codec, bytes) => {
    await expect(decompressBatch(codec, bytes, TEXT.length - 1)).rejects.toMatchObject({
      message: `cannot read a batch compressed with ${codec}: the decompressed size exceeds ${TEXT.length - 1} bytes`,
    })
    expect(await decompressBatch(codec, bytes, TEXT.length)).toHaveLength(TEXT.length)
  })
})

/** Changes a few bytes. */
const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })

describe('damaged bytes', () => {
  it.each(vectors)(
    'are decompressed within the limit, or rejected: %s',
    async (_, codec, bytes) => {
      const limitBytes = 10_000
      const check = async (places: [number, number][]) => {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of places) damaged[at % bytes.length] = byte
        const result = await decompressBatch(codec, damaged, limitBytes).catch((error) => error)
        if (Buffer.isBuffer(result)) expect(result.length).toBeLessThanOrEqual(limitBytes)
        else expect(['CODEC_FAILED', 'RECORD_TOO_LARGE']).toContain(result.code)
      }
      await fc.assert(fc.asyncProperty(damage, check), { numRuns: 500 })
    },
  )
})

it('a small lz4 or snappy decompression bomb is rejected', async () => {
  // One byte, repeated 255 times for each byte of the run, in blocks of at most 4 MiB.
  const run = Buffer.alloc(1_000_000, 0xff)
  const block = Buffer.concat([Buffer.from('1f610100', 'hex'), run, Buffer.from([0])])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  const frame = Buffer.concat([Buffer.from('04224d186070ff', 'hex'), size, block, Buffer.alloc(4)])
  await expect(decompressBatch('lz4', frame)).rejects.toThrow('the output is larger than its limit')
  const claim = Buffer.from('ffffffff0f', 'hex')
  await expect(decompressBatch('snappy', claim)).rejects.toThrow(
    'the decompressed size exceeds 134217728 bytes',
  )
})

it('gzip as written by Node is decompressed', async () => {
  const bytes = await promisify(zlib.gzip)(TEXT)
  expect(String(await decompressBatch('gzip', bytes))).toBe(TEXT)
})
