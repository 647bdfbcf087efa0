/** In a contender: resolves `finished` when `finish` is called. */
export function untilFinished() {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { finished, finish }
}
