/** So many calls go into one. */
const AT_ONCE = 200

type Call<A, R> = { asked: A; answer: (answer: R) => void; fail: (error: unknown) => void }

/**
 * Puts what is asked at the same time, or while an earlier answer is under way, into one question; `run` answers in the order
 * that it was asked in. `alone`: what cannot be answered together is asked one by one, so that nobody suffers from another's;
 * questions of the same key are never in one.
 */
export const gathered = <A, R>(
  run: (asked: readonly A[]) => Promise<readonly R[]>,
  alone?: (asked: A) => string,
): ((asked: A) => Promise<R>) => {
  const waiting: Call<A, R>[] = []
  let running = false
  const next = (): readonly Call<A, R>[] => {
    const taken: Call<A, R>[] = []
    const keys = new Set<string>()
    const left: Call<A, R>[] = []
    for (const call of waiting.splice(0)) {
      const key = alone?.(call.asked)
      if (taken.length === AT_ONCE || (key !== undefined && keys.has(key))) left.push(call)
      else taken.push(call)
      if (key !== undefined) keys.add(key)
    }
    waiting.push(...left)
    return taken
  }
  const answered = async (calls: readonly Call<A, R>[]): Promise<void> => {
    try {
      const answers = await run(calls.map(call => call.asked))
      for (const [i, call] of calls.entries()) call.answer(answers[i] as R)
    } catch (error) {
      if (alone === undefined || calls.length === 1) for (const call of calls) call.fail(error)
      else for (const call of calls) await answered([call])
    }
  }
  const work = async (): Promise<void> => {
    running = true
    // Whoever asks in the same breath comes along.
    await Promise.resolve()
    while (waiting.length > 0) await answered(next())
    running = false
  }
  return asked =>
    new Promise<R>((answer, fail) => {
      waiting.push({ asked, answer, fail })
      if (!running) void work()
    })
}

/** Several readers of one table, one reading: each gets what all have asked for. */
export const readTogether = <T>(
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): ((ids: readonly string[]) => Promise<ReadonlyMap<string, T>>) =>
  gathered(async asked => {
    const all = await read([...new Set(asked.flat())])
    return asked.map(() => all)
  })
