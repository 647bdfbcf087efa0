import zlib from 'node:zlib'
import kafkajs from 'kafkajs'
import { type ErrorCode, InventoryEventsError, messageOf } from '../../util/errors.ts'
import { zstd } from './compress.ts'
import { decompressLz4 } from './lz4.ts'
import { TooLarge } from './output.ts'
import { decompressSnappy } from './snappy.ts'

/**
 * A batch is decompressed as a whole. The limit is 128 times Kafka's default message limit of 1
 * MiB.
 */
export const BATCH_BYTES_MAX = 128 * 1024 * 1024

export type CodecName = 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** A batch cannot be decompressed. Retrying would not help, so kafkajs must not do it. */
export class CodecError extends InventoryEventsError {
  /** Read by kafkajs, which retries unless this is false. */
  readonly retriable = false

  /**
   * A copy that names a position, `topic/partition@offset`: the batch begins there or soon after.
   */
  at(record: string): CodecError {
    return new CodecError(this.code, `${record}: ${this.message}`, { record })
  }
}

type Decompress = (input: Buffer, limitBytes: number) => Buffer | Promise<Buffer>

const TYPES = { gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' } as const

/**
 * Registers decompression for all of Kafka's codecs. kafkajs itself supports only gzip, and its
 * consumer stops for good at the first batch of another codec. Codecs reject with CODEC_FAILED.
 */
export function registerCodecs(limitBytes: number = BATCH_BYTES_MAX): void {
  for (const name of Object.keys(TYPES) as CodecName[]) {
    const decompress = (input: Buffer) => decompressBatch(name, input, limitBytes)
    const compress = name === 'zstd' ? compressZstd : neverCompress
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes[TYPES[name]]] = () => ({
      compress,
      decompress,
    })
  }
}

/** Decompresses one batch. Rejects with CODEC_FAILED or RECORD_TOO_LARGE, naming the codec. */
export async function decompressBatch(
  name: CodecName,
  input: Buffer,
  limitBytes: number = BATCH_BYTES_MAX,
): Promise<Buffer> {
  try {
    return await decompressors[name](input, limitBytes)
  } catch (error) {
    const code = error instanceof TooLarge ? 'RECORD_TOO_LARGE' : 'CODEC_FAILED'
    throw codecError(name, messageOf(error), code)
  }
}

const decompressors: Record<CodecName, Decompress> = {
  gzip: byZlib(zlib.gunzip),
  snappy: decompressSnappy,
  lz4: decompressLz4,
  zstd: byZlib(zlib.zstdDecompress),
}

type ZlibCall = (
  input: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, output: Buffer) => void,
) => void

function byZlib(call: ZlibCall): Decompress {
  return (input, limitBytes) =>
    new Promise((resolve, reject) => {
      const options = { maxOutputLength: limitBytes }
      call(input, options, (error, output) => {
        if (error === null) return resolve(output)
        const { code } = error as NodeJS.ErrnoException
        reject(code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge(limitBytes) : error)
      })
    })
}

function codecError(name: CodecName, why: string, code: ErrorCode = 'CODEC_FAILED'): CodecError {
  return new CodecError(code, `cannot read a batch compressed with ${name}: ${why}`)
}

/** kafkajs passes its encoder. */
function compressZstd({ buffer }: { buffer: Buffer }): Promise<Buffer> {
  return zstd.compress(buffer)
}

/** The service writes batches that are compressed with zstd, or not compressed. */
function neverCompress(): never {
  throw new Error('compression is supported with zstd only')
}
