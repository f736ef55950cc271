import type { WarehouseId, WorkerId } from '../shared/ids.ts'
import type { AuditEntry } from './ports.ts'

export type Account = {
  worker: WorkerId
  login: string
  mustChange: boolean
  /** What the company's identity provider calls them; null = they do not log in by it. */
  company: string | null
}
/** `mustChange`: of a session that a password has opened. */
export type DeskSession = Pick<Account, 'worker' | 'login' | 'mustChange'> & { warehouse: WarehouseId; way: SignInWay }

/**
 * Log-ins of people at the desk. Of passwords and session tokens only hashes come here. What is done is written together
 * with its entry of the audit log; null = there is nobody who did it (the demo's own).
 */
export interface AccountStore {
  any(): Promise<boolean>
  /** `linked`: an identity of the provider is known to be theirs. */
  list(): Promise<readonly (Account & { linked: boolean })[]>
  /** `password` null = nobody logs in by one. */
  find(login: string): Promise<(Account & { password: string | null }) | null>
  /**
   * Adds or replaces the log-in of a person; all their sessions end. `password` null and `company` missing = as they are. With
   * another `company` the identity that was known is forgotten. False = somebody else has this name.
   */
  put(
    account: Pick<Account, 'worker' | 'login' | 'mustChange'> & {
      password: string | null
      company?: string | null
      now: string
    },
    entry: AuditEntry | null,
  ): Promise<boolean>
  /** Takes the log-in away; all sessions end. */
  remove(worker: WorkerId, entry: AuditEntry): Promise<void>
  /**
   * Counts a try of a name that was typed, known or not, under a lock: `failures` with this one, and how long the name has
   * to wait still; a try that has to wait is not counted. Names that were quiet since `forgetBefore` begin anew.
   */
  attempt(what: {
    login: string
    now: string
    forgetBefore: string
    /** Milliseconds after so many failures. */
    waitAfter: (failures: number) => number
  }): Promise<{ waitMs: number; failures: number }>
  forgive(login: string): Promise<void>
  /** Sessions from before `begunSince` are forgotten. */
  open(
    session: {
      hash: string
      worker: WorkerId
      warehouse: WarehouseId
      now: string
      begunSince: string
      way: SignInWay
      /** What the browser says that it is. */
      agent: string
    },
    entry: AuditEntry | null,
  ): Promise<void>
  /** The session while it is good: used after `usedSince`, begun after `begunSince`. Marks it as used. */
  session(hash: string, at: { now: string; usedSince: string; begunSince: string }): Promise<DeskSession | null>
  close(hash: string): Promise<void>
}

export type SignInWay = 'password' | 'passkey' | 'identity'

/** A key that lies in a person's device or its maker's key store; of it only the public half comes here. */
export type Passkey = {
  /** Base64url, as the browser names it. */
  id: string
  worker: WorkerId
  name: string
  /** The name of the server that it was made for: it works nowhere else. */
  host: string
  /** COSE, base64url. */
  publicKey: string
  /** How often it was used, where the key counts; else 0. */
  counter: number
  transports: readonly string[]
  madeAt: string
  usedAt: string | null
}

/** Passkeys, what was asked of a browser and waits for its answer, and what people see of their own sessions. */
export interface SignInStore {
  passkeys(worker: WorkerId): Promise<readonly Passkey[]>
  passkey(id: string): Promise<Passkey | null>
  /** False = the key is known, or the person has `most` of them. */
  addPasskey(passkey: Passkey, most: number, entry: AuditEntry): Promise<boolean>
  /** A use, if the key is still there and its counter was `before`: a second use at the same time is none. */
  usePasskey(use: { id: string; before: number; counter: number; now: string }): Promise<boolean>
  /** False = the person has no such key. */
  removePasskey(worker: WorkerId, id: string, entry: AuditEntry): Promise<boolean>
  /** Whose the identity is; null = nobody's yet. */
  identity(told: { issuer: string; subject: string }): Promise<WorkerId | null>
  /** Who is to log in under this name of the provider. */
  named(company: string): Promise<WorkerId | null>
  /** The identity is theirs from now on. False = they have another one, or the name is not theirs any more. */
  link(what: { issuer: string; subject: string; worker: WorkerId; name: string }, entry: AuditEntry): Promise<boolean>
  /** Keeps what is waited for; what has run out is forgotten. Of its secret only a hash comes here. */
  ask(what: SignInAsk & { hash: string; now: string; until: string }): Promise<void>
  /** What was asked, once. Null = never, answered already, or too late. */
  answered(hash: string, kind: SignInAsk['kind'], now: string): Promise<SignInAsk | null>
  /** The living sessions of a person, the newest first. `id` gives nobody a session. */
  sessions(worker: WorkerId, since: { usedSince: string; begunSince: string }): Promise<readonly OwnSession[]>
  /** Ends one by its `id`, or all (null), but never the one that asks. Gives how many. */
  endSessions(end: { worker: WorkerId; id: string | null; but: string }, entry: AuditEntry): Promise<number>
}
export type SignInAsk = {
  kind: 'passkey.add' | 'passkey.logIn' | 'identity'
  worker: WorkerId | null
  body: Readonly<Record<string, string>>
}
export type OwnSession = { id: string; hash: string; way: SignInWay; agent: string; begunAt: string; usedAt: string }
