/** Runs one after the other, in the order of the calls; a rejected one does not stop the next. */
export const mutex = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run, run)
    last = mine
    return mine
  }
}
