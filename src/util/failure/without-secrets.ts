/** What a name says of the value of a query parameter. */
const SECRET_NAMES = /token|secret|passw|key|sig|auth|credential/i

/**
 * A text without what may be secret in its URLs: user and password, and the values of parameters that
 * are named so. Messages of errors repeat URLs: that of `fetch`, for one that holds a password, too.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/[^\s/?#"'<>]*@/g, '://***@')
    .replace(/([?&;][\w.~-]{1,100}=)[^\s&;#"'<>]*/g, (all, start: string) =>
      SECRET_NAMES.test(start) ? `${start}***` : all,
    )
}
