import { ErpError, isErpError } from './erp-error.ts'

const isAuth = (error: unknown): error is ErpError => isErpError(error) && error.class === 'auth'

/**
 * One log-in for everybody who waits for it. ERPs lock a user out after a few wrong passwords, so a log-in that was refused is
 * not tried again: every later call fails with the same answer until `forget` (a check with changed credentials, or a person
 * who says so). A session that ended in the middle is renewed once and the call repeated once: a call that was refused for
 * its session has had no effect.
 *
 * Where there is no log-in (a key in every call), `login` is the cheapest call that needs the key.
 */
export const makeSession = <T>(login: (signal: AbortSignal) => Promise<T>) => {
  let current: Promise<T> | null = null
  let refused: ErpError | null = null
  const open = (signal: AbortSignal): Promise<T> => {
    if (refused !== null) return Promise.reject(refused)
    current ??= login(signal).catch((error: unknown) => {
      current = null
      if (isAuth(error)) refused = error
      throw error
    })
    return current
  }
  return {
    use: async <R>(run: (session: T) => Promise<R>, signal: AbortSignal): Promise<R> => {
      const opened = open(signal)
      const session = await opened
      try {
        return await run(session)
      } catch (error) {
        if (!isAuth(error)) throw error
        if (current === opened) current = null
        const renewed = await open(signal)
        return run(renewed).catch((second: unknown) => {
          if (isAuth(second)) refused = second
          throw second
        })
      }
    },
    forget: (): void => {
      current = null
      refused = null
    },
  }
}
export type Session<T> = ReturnType<typeof makeSession<T>>
