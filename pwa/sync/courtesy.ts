/** Lets a scan go first: what the round does next waits until the step is on disk. */
export const makeCourtesy = () => {
  let going = 0
  let waiting: (() => void)[] = []
  const leave = (): void => {
    going -= 1
    if (going > 0) return
    const all = waiting
    waiting = []
    for (const go of all) go()
  }
  return {
    first: async <T>(scan: () => Promise<T>): Promise<T> => {
      going += 1
      try {
        return await scan()
      } finally {
        leave()
      }
    },
    calm: (): Promise<void> => (going === 0 ? Promise.resolve() : new Promise(resolve => waiting.push(resolve))),
  }
}
