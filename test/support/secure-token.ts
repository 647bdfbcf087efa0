/** An unsigned token, which a broker without an identity provider accepts, with this lifetime. */
export function unsecuredToken(user: string, lifeS: number): string {
  const nowS = Math.floor(Date.now() / 1000)
  const claims = { sub: user, iat: nowS - 60, exp: nowS + lifeS }
  return `${encoded({ alg: 'none' })}.${encoded(claims)}.`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
