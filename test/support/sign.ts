import { createHmac } from 'node:crypto'

/** The header with which a webhook sender signs these bytes. */
export function signed(secret: string, body: string | Buffer, nowMs = Date.now()) {
  const seconds = Math.floor(nowMs / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
  return { 'x-tracktile-signature': `t=${seconds},v1=${mac}` }
}
