import type { Executor } from './names.ts'

/** Thrown inside a transaction to leave it without a trace, with an answer all the same. */
class RolledBack<T> extends Error {
  readonly answer: T
  constructor(answer: T) {
    super('rolled back on purpose')
    this.answer = answer
  }
}

/** Serialisation failure, deadlock, lock not available: the whole transaction may be tried again. */
const PASSING = new Set(['40001', '40P01', '55P03'])
const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && PASSING.has(String(error.code))

const ATTEMPTS = 4

/**
 * Runs one transaction, again after a passing failure (at most three times: commands make it idempotent). `run` says
 * whether anything is to be kept; otherwise it is rolled back and takes its commit number with it.
 */
export const transact = async <T>(
  db: Executor,
  run: (trx: Executor) => Promise<{ keep: boolean; answer: T }>,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(async trx => {
        const end = await run(trx)
        if (!end.keep) throw new RolledBack(end.answer)
        return end.answer
      })
    } catch (error) {
      if (error instanceof RolledBack) return error.answer as T
      if (attempt >= ATTEMPTS || !isPassing(error)) throw error
    }
  }
}
