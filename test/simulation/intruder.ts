import { derivedId } from '../../shared/ids.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { COMMAND_VERSION } from '../../shared/sync/command.ts'
import { chainHash } from '../../shared/sync/seal.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { PROTO } from '../../shared/sync/version.ts'
import { placeId } from '../support/site.ts'
import { answerSync, serverNow, signatureOf } from './server.ts'
import type { Stage } from './stage.ts'

const device = derivedId<'device'>('device', 'intruder')
const PREVIOUS = '1'.repeat(64)

/**
 * A device whose queue was tampered with: signatures of another key, a chain with a link taken out, a worker without the
 * role. It books what never happened, so nothing of it may reach the stock. One command each, in an epoch of its own.
 */
export const makeIntruder = (stage: Stage): (() => void) => {
  let n = 0
  const again = (): void => {
    if (stage.schedule.now() >= stage.end) return
    stage.schedule.after(20_000 + stage.dice.int(60_000), again)
    if (!stage.dice.chance(0.2 + stage.odds.intruder)) return
    n += 1
    const epoch = `intruder${String(n).padStart(4, '0')}`
    const trick = stage.dice.pick(['signature', 'chain', 'role'] as const)
    void answerSync(
      stage,
      { id: device, worker: null, clients: null },
      {
        proto: PROTO,
        app: 'simulated',
        device,
        warehouse: stage.site.warehouse.id,
        session: null,
        cursor: null,
        push: { epoch, commands: [forged(stage, epoch, trick)] },
        head: { seq: 1, pending: 1, oldest: null, quota: null, persisted: null, lost: false, acked: 0 },
      },
    ).catch((error: unknown) => {
      if (stage.odds.rollback === 0) stage.fail('I21', `the server failed: ${String(error)}`)
    })
  }
  return again
}

const forged = (stage: Stage, epoch: string, trick: 'signature' | 'chain' | 'role'): Sealed => {
  const { site, dice } = stage
  const item = dice.pick(site.items)
  const worker: WorkerId | undefined = site.roster.workers[trick === 'role' ? 1 : 0]?.id
  const body = JSON.stringify({
    type: 'receive',
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    document: derivedId('document', 'intruder', epoch),
    blind: true,
    expiry: null,
    to: looseAt(placeId(site, 'DOCK-1')),
    qty: 7,
    v: COMMAND_VERSION,
    id: derivedId('command', 'intruder', epoch),
    device,
    epoch,
    seq: 1,
    warehouse: site.warehouse.id,
    worker,
    session: derivedId('session', 'intruder'),
    roster: site.roster.version,
    policy: 1,
    at: serverNow(stage),
    mono: 0,
    off: 0,
    unc: 0,
    app: 'simulated',
  })
  const hash = chainHash(trick === 'chain' ? PREVIOUS : '0'.repeat(64), body)
  return { seq: 1, v: COMMAND_VERSION, body, hash, sig: trick === 'signature' ? 'forged' : signatureOf(device, hash) }
}
