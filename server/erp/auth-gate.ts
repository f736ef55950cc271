import { isErpError } from './erp-error.ts'
import type { ErpError } from './erp-error.ts'

/**
 * Keeps a wrong password or key from being tried again and again, which locks accounts. Until one call has passed, calls go
 * one by one; after a refusal none goes out any more, until somebody says that it may be tried again (`check`, or a new
 * credential, which makes a new connector).
 */
export type AuthGate = { run<T>(call: () => Promise<T>): Promise<T>; reopen(): void }

export const makeAuthGate = (): AuthGate => {
  let refused: ErpError | null = null
  let proven = false
  let line: Promise<unknown> = Promise.resolve()
  const pass = async <T>(call: () => Promise<T>): Promise<T> => {
    if (refused !== null) throw refused
    try {
      const value = await call()
      proven = true
      return value
    } catch (error) {
      if (isErpError(error) && error.class === 'auth') {
        refused = error
        proven = false
      }
      throw error
    }
  }
  return {
    run: call => {
      if (proven) return pass(call)
      const turn = line.then(() => pass(call))
      line = turn.catch(() => undefined)
      return turn
    },
    reopen: () => {
      refused = null
    },
  }
}
