import type { Mutant } from '../../model/mutants.ts'

/** Fixes of faults that real inputs found, each taken out: the fuzzer must find every one again. */
export const mutants: Mutant[] = [
  {
    name: 'text that is not UTF-8 is read all the same',
    file: 'src/avro/binary/text.ts',
    from: '!isUtf8(bytes.subarray(start, end))',
    to: 'false',
  },
  {
    name: 'a key that is not UTF-8 is taken',
    file: 'src/pipeline/intake/decode.ts',
    from: 'if (schema.isContract) assertKey(record)',
    to: '',
  },
  {
    name: 'a 404 of something before the registry means that a schema is missing',
    file: 'src/avro/registry/registry.ts',
    from: 'response.status === 404 && missing.includes(errorCode(response) ?? 0)',
    to: 'response.status === 404',
  },
  {
    name: 'nested records must have the same namespace',
    file: 'src/avro/schema/matches.ts',
    from: 'return reader.type === writer.type && shortName(reader.name) === shortName(writer.name)',
    to: 'return reader.type === writer.type && reader.name === writer.name',
  },
  {
    name: "every branch of a writer's union must be readable",
    file: 'src/avro/types/compile-reader.ts',
    from: 'return thrower(error as Error)',
    to: 'throw error',
  },
  {
    name: 'a number that JSON lacks spoils the event, in a field that is ignored',
    file: 'src/avro/types/content-scalars.ts',
    from: 'return readAnyDouble\n',
    to: 'return shownScalar(node)\n',
  },
  {
    name: 'a field more at its default is other content',
    file: 'src/avro/types/compile-reader.ts',
    from: 'isPlain ? plain : { ...plain, ...omission(field) }',
    to: 'plain',
  },
  {
    name: 'local times are all read as microseconds',
    file: 'src/avro/binary/times.ts',
    from: 'return instantText(unitOf(name), count, name).slice(0, -1)',
    to: "return instantText('micros', count, name).slice(0, -1)",
  },
  {
    name: 'foreign records lose the fields that are called as the envelope',
    file: 'src/avro/codec/foreign-writer-schema.ts',
    from: '[PAYLOAD]: fields,',
    to: '',
  },
  {
    name: 'longs beyond 2^53 are rounded',
    file: 'src/avro/types/scalars.ts',
    from: 'return value.toString()',
    to: 'return Number(value)',
  },
  {
    name: 'decimals are given as bytes',
    file: 'src/avro/types/scalars.ts',
    from: 'decimalText(bytes(tap), scale)',
    to: 'base64Of(bytes(tap))',
  },
  {
    name: 'decoding has no limit of memory',
    file: 'src/avro/binary/decode-limits.ts',
    from: 'if (madeBytes > maxBytes)',
    to: 'if (false)',
  },
  {
    name: 'a dead letter that is too large is tried for ever',
    file: 'src/dead-letter/fitting-sink.ts',
    from: 'if (!isTooLarge(error)) throw error',
    to: 'throw error',
  },
  {
    name: 'resume enables a disabled plugin',
    file: 'src/control/commands.ts',
    from: "paused: set('enabled'),\n    disabled: ",
    to: "paused: set('enabled'),\n    disabled: true ? set('enabled') : ",
  },
  {
    name: 'commands show every timestamp as a date',
    file: 'src/event/time/timestamp.ts',
    from: 'const isTime = timestampMs >= FIRST_MS && timestampMs <= LAST_MS',
    to: 'const isTime = true',
  },
  {
    name: 'ids and keys may have any length',
    file: 'src/event/validation/key-length.ts',
    from: 'return text.length * 3 <= KEY_BYTES_MAX || Buffer.byteLength(text) <= KEY_BYTES_MAX',
    to: 'return true',
  },
  {
    name: 'the search for inexact integers starts anew at each quote',
    file: 'src/publish/inexact-integer.ts',
    from: '  return json.length\n}\n\nfunction endOfNumber',
    to: '  return start + 1\n}\n\nfunction endOfNumber',
  },
  {
    name: 'commands print whatever others wrote',
    file: 'src/util/text/foreign-text.ts',
    from: 'return text.replace(UNSHOWABLE, (char) => SHORT[char] ?? escaped(char))',
    to: 'return text',
  },
]
