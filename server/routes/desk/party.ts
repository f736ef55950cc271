import type { Context } from 'hono'
import { isIP } from 'node:net'
import type { Party } from '../../auth/passkey.ts'
import type { AppDeps } from '../deps.ts'
import { refused } from '../refused.ts'

/**
 * Whom a passkey is for. Where an address was configured it is that one, whatever name a proxy was asked by; else the page
 * that asks, which `ownPage` has found to be ours. Browsers make passkeys for names only.
 */
export const partyOf = (c: Context, deps: AppDeps): Party => {
  const asked = c.req.header('origin') ?? deps.origin()
  const own = deps.publicUrl === null ? asked : new URL(deps.publicUrl).origin
  if (asked !== own) throw refused('forged', `Passkeys belong to ${own}: open the desk there.`)
  const host = URL.parse(own)?.hostname ?? ''
  if (host === '' || host.startsWith('[') || isIP(host) !== 0)
    throw refused('bad_request', 'A passkey needs a name, not an address of numbers: open the desk by its name.')
  return { host, origin: own }
}
