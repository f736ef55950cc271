import { Agent, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { derivedId } from '../../shared/ids.ts'
import type { Roster } from '../../shared/catalogue.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { HEADERS, SCHEME } from '../../shared/sync/enrol.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Sealed, SyncResponse } from '../../shared/sync/wire.ts'
import { enrolOver, requestOf } from '../support/http-handheld.ts'
import type { Credentials } from '../support/http-handheld.ts'
import { makeSealer } from '../support/sealer.ts'
import type { Sealer } from '../support/sealer.ts'
import { percentile } from './report.ts'

export const CLIENTS = 16
export const BATCH = 50
/** Batches of each handheld before the clock starts: plans, names and compiled code are those of a server that runs. */
const WARM = 8
const TIMED = 40
const BATCHES = WARM + TIMED

export type Handheld = {
  sealer: Sealer
  credentials: Credentials
  batches: readonly (readonly Sealed[])[]
  /** The requests that carry them, with the hash that their proof signs: a handheld has a processor of its own. */
  requests: readonly { body: string; hash: string }[]
  warehouse: Roster['warehouse']
}
export type Measured = {
  perSecond: number
  p95: number
  /** Milliseconds a batch. */ processor: readonly (number | null)[]
}

/** Processes whose processor time is wanted. */
export type Watched = readonly (() => number | null)[]

/** Movements per second of handhelds that each push their batches one after the other. */
export const measured = async (
  push: (client: number, batch: number) => Promise<void>,
  watched: Watched,
): Promise<Measured> => {
  const times: number[] = []
  const all = async (first: number, end: number): Promise<void> => {
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let batch = first; batch < end; batch += 1) {
        const begun = performance.now()
        await push(client, batch)
        if (first > 0) times.push(performance.now() - begun)
      }
    })
    await Promise.all(clients)
  }
  await all(0, WARM)
  const before = watched.map(spent => spent())
  const from = performance.now()
  await all(WARM, BATCHES)
  const ms = performance.now() - from
  const processor = watched.map((spent, n) => {
    const [was, is] = [before[n] ?? null, spent()]
    return was === null || is === null ? null : (is - was) / (CLIENTS * TIMED)
  })
  return { perSecond: (CLIENTS * TIMED * BATCH * 1000) / ms, p95: percentile(times, 95), processor }
}

/** Enrols handhelds in the demo warehouse and seals what each is going to push: a delivery without papers a batch. */
export const fleetOver = async (url: string, code: string): Promise<readonly Handheld[]> => {
  const enrolled: Enrolled[] = []
  // All of them before the first seals: on a busy machine that takes longer than the server keeps an idle connection.
  for (let n = 0; n < CLIENTS; n += 1) {
    const key = makeSealer({ warehouse: { id: NOBODY.warehouse }, roster: NOBODY }, derivedId('device', n))
    enrolled.push({ key, answer: await enrolOver(url, code, key.publicKey) })
  }
  return enrolled.map(sealedBy)
}

type Enrolled = { key: Sealer; answer: Awaited<ReturnType<typeof enrolOver>> }

const NOBODY: Roster = {
  warehouse: derivedId('warehouse', 'x'),
  version: 1,
  validUntil: '',
  workers: [
    { id: derivedId('worker', 'x'), name: '', badgeHash: '', roles: [], clients: null, zones: null, active: true },
  ],
}

const sealedBy = ({ key, answer: enrolled }: Enrolled, n: number): Handheld => {
  const roster = JSON.parse(enrolled.roster.text) as Roster
  const worker = roster.workers.findIndex(w => w.roles.includes('receiver'))
  const warehouse = enrolled.warehouse.id
  const sealer = {
    ...makeSealer({ warehouse: { id: warehouse }, roster }, enrolled.device, 'benchmark001', worker, key),
    sign: key.sign,
  }
  const client = derivedId<'client'>('client', 'demo', 'marmara')
  const connector = derivedId<'connector'>('connector', 'demo', 'sim')
  const dock = derivedId<'location'>('location', warehouse, 'place', `DOCK-${(n % 3) + 1}`)
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_, i) =>
      sealer.seal({
        type: 'receive',
        client,
        item: derivedId('item', client, connector, `item,${1000 + ((n * 7 + i) % 15)}`),
        lot: '',
        serial: '',
        document: derivedId('document', 'bench', n, batch),
        blind: true,
        expiry: null,
        to: looseAt(dock),
        qty: 1,
      }),
    ),
  )
  const requests = batches.map(commands => {
    const body = JSON.stringify(requestOf(sealer, warehouse, commands))
    return { body, hash: sha256Hex(body) }
  })
  return { sealer, credentials: enrolled, batches, requests, warehouse }
}

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })

/** Pushes one sealed batch as the app does, by the leanest client there is: it shares the processors with the server. */
export const push = ({ sealer, credentials, requests }: Handheld, batch: number, url: string): Promise<SyncResponse> =>
  new Promise((resolve, reject) => {
    const { body, hash } = requests[batch] ?? { body: '', hash: '' }
    const { access, nonce } = credentials
    const headers = {
      authorization: `${SCHEME} ${access}`,
      [HEADERS.nonce]: nonce,
      [HEADERS.proof]: sealer.sign(['POST', '/api/sync', hash, nonce].join('\n')),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'accept-encoding': 'gzip',
    }
    const sent = request(`${url}/api/sync`, { method: 'POST', agent, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const raw = Buffer.concat(chunks)
        const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
        if (response.statusCode === 200) resolve(JSON.parse(text) as SyncResponse)
        else reject(new Error(`sync: ${response.statusCode} ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
