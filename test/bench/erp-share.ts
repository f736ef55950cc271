import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDelivery } from '../erp/carry.ts'
import type { ErpPeer } from '../erp/fixture.ts'
import { adjustment } from '../erp/operations.ts'
import { report } from './report.ts'

const DOCUMENTS = 60
const ITEMS = 10
const SCRIPTS = fileURLToPath(new URL('../erp/', import.meta.url))

const peerOf = async (name: string): Promise<ErpPeer> => {
  if (name === 'tryton') return (await import('../erp/tryton/peer.ts')).startTryton('bench')
  return (await import('../erp/odoo/peer.ts')).startOdoo()
}

type Span = { from: number; to: number }
/** From the call to the last byte of its answer. */
const timed =
  (fetch: typeof globalThis.fetch, calls: Span[]): typeof globalThis.fetch =>
  async (input, init) => {
    const from = performance.now()
    const answer = await fetch(input, init)
    const body = await answer.arrayBuffer()
    calls.push({ from, to: performance.now() })
    return new Response(body, { status: answer.status, headers: answer.headers })
  }

/** Time in which at least one call was with the ERP. */
const covered = (calls: readonly Span[]): number => {
  let end = 0
  let sum = 0
  for (const { from, to } of [...calls].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(end, from))
    end = Math.max(end, to)
  }
  return sum
}

/** Adjustments to a real ERP: how much of the wall time is ours, and how much it spends. */
const measure = async (name: string): Promise<void> => {
  const peer = await peerOf(name)
  const calls: Span[] = []
  // The connector takes the fetch that is there when it is made.
  const plain = globalThis.fetch
  globalThis.fetch = timed(plain, calls)
  const connector = peer.connect({ url: peer.url })
  globalThis.fetch = plain
  const delivery = makeDelivery(connector, { allow: peer.answers ?? {} })
  const items: string[] = []
  for (let n = 0; n < ITEMS; n += 1) {
    const item = await peer.item()
    await peer.stockUp(item, peer.places.main, 100)
    items.push(item)
  }
  await delivery.deps.connector.check(new AbortController().signal)
  const ops = Array.from({ length: DOCUMENTS }, (_, n) =>
    adjustment(peer, { item: items[n % ITEMS] ?? '', delta: -1, book: 100 }),
  )
  for (const op of ops) delivery.send(op)
  calls.length = 0
  const started = performance.now()
  await delivery.run()
  const wall = performance.now() - started
  const theirs = covered(calls)
  const posted = delivery.outbox.rows().filter(row => row.state === 'posted').length
  await peer.stop()
  const share = ((wall - theirs) / wall) * 100
  const perSecond = (DOCUMENTS * 1000) / wall
  report([{ erp: name, documents: posted, calls: calls.length, perSecond, wallMs: wall, theirsMs: theirs }], {
    bench: `erp ${name}`,
    value: share,
    unit: '% of the wall time that is ours; reference: documents/s',
    reference: perSecond,
  })
  if (posted !== DOCUMENTS) throw new Error(`${posted} of ${DOCUMENTS} documents are posted`)
}

/** Brings the ERP up from the project's own scripts, as `npm run test:erp` does; ERP_FOLDER is kept. */
export const erpShare = async (name: string): Promise<void> => {
  const kept = process.env['ERP_FOLDER']
  const folder = kept === undefined ? mkdtempSync(path.join(tmpdir(), `stockhand-${name}-`)) : path.resolve(kept)
  process.env['ERP_FOLDER'] = folder
  const script = (file: string): number =>
    spawnSync('bash', [path.join(SCRIPTS, name, file), folder], { stdio: ['ignore', 'ignore', 'inherit'] }).status ?? 1
  try {
    if (script('setup.sh') !== 0 || script('start.sh') !== 0) throw new Error(`${name} cannot be set up`)
    try {
      await measure(name)
    } finally {
      script('stop.sh')
    }
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
  }
}
