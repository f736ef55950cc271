/**
 * What comes while a call runs goes together in the next one. When that fails, each goes by itself, so that nobody hears
 * of another's fault.
 */
export const makeTogether = <T>(run: (all: readonly T[]) => Promise<void>): ((one: T) => Promise<void>) => {
  let waiting: { one: T; resolve: () => void; reject: (error: unknown) => void }[] = []
  let isRunning = false
  const runAll = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      const isDone = await run(group.map(({ one }) => one)).then(
        () => true,
        (error: unknown) => group.length === 1 && (group[0]?.reject(error), true),
      )
      if (isDone) for (const { resolve } of group) resolve()
      else for (const { one, resolve, reject } of group) await run([one]).then(resolve, reject)
    }
    isRunning = false
  }
  return one =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject })
      if (!isRunning) void runAll()
    })
}
