import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSignedBy, readSignature } from '../../../src/gateway/signature.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const SECONDS = 1_700_000_000
const TOLERANCE_MS = 300_000
const body = Buffer.from('{"id":"evt_1", "n": 1.0}')

const macOf = (secret: string, bytes: Buffer = body, seconds = SECONDS) =>
  createHmac('sha256', secret).update(`${seconds}.`).update(bytes).digest('hex')

const read = (header: string | undefined, nowMs = SECONDS * 1000) =>
  readSignature(header, { nowMs, toleranceMs: TOLERANCE_MS })

function isGood(header: string, secrets: string[], bytes = body): boolean {
  const result = read(header)
  return result.ok && isSignedBy(secrets, result.signature, bytes)
}

describe('a signature', () => {
  it('is valid if any secret matches', () => {
    const secrets = Array.from({ length: 10 }, (_, i) => `secret-${i}`)
    for (const secret of secrets) {
      expect(isGood(`t=${SECONDS},v1=${macOf(secret)}`, secrets)).toBe(true)
    }
    expect(isGood(`t=${SECONDS},v1=${macOf('another')}`, secrets)).toBe(false)
    expect(isGood(`t=${SECONDS},v1=${macOf('secret-0')}`, [])).toBe(false)
  })

  it('is valid if one of several MACs is, in upper case or with spaces', () => {
    const [good, bad] = [macOf('s').toUpperCase(), macOf('other')]
    expect(isGood(`t=${SECONDS}, v1=${bad}, v1=${good}`, ['s'])).toBe(true)
    expect(isGood(`v1=${good},t=${SECONDS},v0=x`, ['s'])).toBe(true)
  })

  it('covers the raw bytes and the time', () => {
    const header = `t=${SECONDS},v1=${macOf('s')}`
    expect(isGood(header, ['s'], Buffer.from('{"id":"evt_1","n":1}'))).toBe(false)
    expect(isGood(`t=${SECONDS + 1},v1=${macOf('s')}`, ['s'])).toBe(false)
    const latin = Buffer.from([0xff, 0x00, 0xe9])
    expect(isGood(`t=${SECONDS},v1=${macOf('s', latin)}`, ['s'], latin)).toBe(true)
  })

  it('of a wrong length is rejected before it is compared', () => {
    const mac = macOf('s')
    for (const wrong of ['', mac.slice(2), `${mac}00`, mac.slice(1), `${mac.slice(2)}zz`]) {
      expect(read(`t=${SECONDS},v1=${wrong}`)).toMatchObject({ ok: false })
    }
  })

  it('in milliseconds is rejected, and named', () => {
    expect(read(`t=${SECONDS}000,v1=${macOf('s')}`)).toEqual({
      ok: false,
      why: 'expected t in unix seconds, got milliseconds',
    })
  })

  it('of another form is rejected with the expected form', () => {
    const mac = macOf('s')
    const wrong = [
      ...['', 'x', mac, `t=${SECONDS}`, `v1=${mac}`, `t=,v1=${mac}`, `t=1e9,v1=${mac}`],
      ...[`t=-1,v1=${mac}`, `t=${SECONDS},t=${SECONDS},v1=${mac}`, `t=${SECONDS}.0,v1=${mac}`],
      `t=${SECONDS},${Array.from({ length: 6 }, () => `v1=${mac}`).join()}`,
    ]
    for (const header of wrong) {
      expect(read(header)).toEqual({ ok: false, why: expect.stringContaining('t=<unix seconds>') })
    }
    expect(read(undefined)).toEqual({ ok: false, why: 'the signature is missing' })
  })

  it('is accepted while its time is within the tolerance, either way', async () => {
    const clock = new ManualClock(SECONDS * 1000 - TOLERANCE_MS - 1)
    const header = `t=${SECONDS},v1=${macOf('s')}`
    const isTaken = () => read(header, clock.now()).ok
    expect(isTaken()).toBe(false)
    await clock.advance(1)
    expect(isTaken()).toBe(true)
    await clock.advance(2 * TOLERANCE_MS)
    expect(isTaken()).toBe(true)
    await clock.advance(1)
    expect(isTaken()).toBe(false)
  })

  it('never throws, whatever the header holds', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('t=1700000000', 'v1=', ',', macOf('s')))
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const result = read(parts.join(''))
        if (result.ok) isSignedBy(['s'], result.signature, body)
      }),
    )
  })
})
