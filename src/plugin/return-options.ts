const CODE = /^[\w.:-]{1,100}$/

/** The code given to `reject`. Throws TypeError if it is none. */
export function checkedCode(code: unknown): string {
  if (typeof code === 'string' && CODE.test(code)) return code
  const got = typeof code === 'string' ? JSON.stringify(code.slice(0, 100)) : typeof code
  throw new TypeError(
    `reject: expected as code up to 100 letters, digits and any of . _ : -, got ${got}`,
  )
}
