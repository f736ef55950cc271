import * as v from 'valibot'
import { loginName } from '../../shared/desk/session.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Account, AccountStore } from '../account-ports.ts'
import { FORGET_MS, waitAfter } from './lockout.ts'
import { isPassword } from './password.ts'

export type Tried =
  | { kind: 'good'; account: Account }
  | { kind: 'wrong'; failures: number }
  /** Too many were wrong; for so many milliseconds nobody may try this name. */
  | { kind: 'wait'; ms: number }

/**
 * One try of a name and a password. It is counted as a failure before the password is looked at and forgiven when it is
 * right: a hundred tries at once are a hundred. An unknown name counts, waits and takes as long as a known one.
 */
export const tryPassword = async (
  accounts: Pick<AccountStore, 'attempt' | 'find' | 'forgive'>,
  typed: { login: string; password: string },
  now: string,
): Promise<Tried> => {
  const read = v.safeParse(loginName, typed.login)
  const login = read.success ? read.output : ''
  const forgetBefore = isoOf(msOf(now) - FORGET_MS)
  const { waitMs, failures } = await accounts.attempt({ login, now, forgetBefore, waitAfter })
  if (waitMs > 0) return { kind: 'wait', ms: waitMs }
  const account = read.success ? await accounts.find(login) : null
  if (!(await isPassword(typed.password, account?.password ?? null)) || account === null)
    return { kind: 'wrong', failures }
  await accounts.forgive(login)
  return { kind: 'good', account }
}
