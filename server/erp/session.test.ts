import { describe, expect, it } from 'vitest'
import { ErpError } from './erp-error.ts'
import { makeSession } from './session.ts'

const never = new AbortController().signal
const auth = (): ErpError => new ErpError('auth', 'no')

describe('the session with an ERP', () => {
  it('[E57] everybody waits for one log-in, and a refused one is tried once', async () => {
    let tries = 0
    const session = makeSession(async () => {
      tries += 1
      throw auth()
    })
    const calls = [1, 2, 3, 4].map(() =>
      session.use(async () => 'x', never).catch((e: unknown) => (e as ErpError).class),
    )
    expect(await Promise.all(calls)).toEqual(['auth', 'auth', 'auth', 'auth'])
    await expect(session.use(async () => 'x', never)).rejects.toThrow('no')
    expect(tries).toBe(1)
    session.forget()
    await expect(session.use(async () => 'x', never)).rejects.toThrow('no')
    expect(tries).toBe(2)
  })
  it('[E58] a session that ended in the middle is renewed once and the call repeated once', async () => {
    let logins = 0
    const session = makeSession(async () => (logins += 1))
    const run = async (id: number): Promise<string> => {
      if (id === 1) throw auth()
      return `done in ${id}`
    }
    expect(await Promise.all([session.use(run, never), session.use(run, never)])).toEqual(['done in 2', 'done in 2'])
    expect(logins).toBe(2)
    let calls = 0
    const always = makeSession(async () => (logins += 1))
    const refuse = async (): Promise<never> => {
      calls += 1
      throw auth()
    }
    await expect(always.use(refuse, never)).rejects.toThrow('no')
    await expect(always.use(refuse, never)).rejects.toThrow('no')
    expect(calls).toBe(2)
  })
  it('[E58] a log-in that failed for another reason is tried again', async () => {
    let logins = 0
    const session = makeSession(async () => {
      logins += 1
      if (logins === 1) throw new ErpError('transient', 'no answer')
      return logins
    })
    await expect(session.use(async id => id, never)).rejects.toThrow('no answer')
    expect(await session.use(async id => id, never)).toBe(2)
  })
})
