import { Dexie } from 'dexie'
import { afterEach, expect, test, vi } from 'vitest'
import { device as handheld, receiveDraft, stamp, warehouse } from '../../test/support/commands.ts'
import { chainHash, FIRST_HASH } from '../../shared/sync/seal.ts'
import { openQueue } from '../store/queue.ts'
import { LOCK, makeActiveTab } from './active-tab.ts'
import { appendDrafts } from './append.ts'
import { ensureBirth } from './birth.ts'
import { browserClock, browserRandom } from './browser-ports.ts'
import { deviceRecord } from './device.ts'
import { enrol } from './enrol.ts'
import { newKeyPair, signWith, verifyWith } from './web-keys.ts'

afterEach(async () => {
  for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name)
})

test('[S2] two tabs that scan at once fill one gapless signed chain', async () => {
  const keys = await newKeyPair()
  const signer = { sign: (text: string) => signWith(keys.privateKey, text) }
  const tabs = await Promise.all([openQueue({ name: 'race' }), openQueue({ name: 'race' })])
  const portsOf = (tab: (typeof tabs)[number]) => ({
    clock: browserClock,
    random: browserRandom,
    signer,
    queue: tab.store,
  })
  const birth = await ensureBirth(portsOf(tabs[0]), { device: handheld, warehouse, livedBefore: false })
  for (let i = 0; i < 10; i += 1) {
    await Promise.all(tabs.map(tab => appendDrafts(portsOf(tab), [receiveDraft(i + 1)], null, stamp, null)))
  }
  const rows = await tabs[1].store.rows(birth.epoch, 0, 99)
  expect(rows.map(row => row.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  let previous = FIRST_HASH
  for (const row of rows) {
    expect(row.hash).toBe(chainHash(previous, row.body))
    expect(await verifyWith(keys.publicKey, row.hash, row.sig)).toBe(true)
    previous = row.hash
  }
  for (const tab of tabs) tab.close()
})

test('[S75] one tab is active; "Use it here" stops the other at once', async () => {
  const seen: string[] = []
  const tabOf = (name: string) =>
    makeActiveTab({ changed: active => seen.push(`${name} ${active}`), heard: what => seen.push(`${name} ${what}`) })
  const [first, second] = [tabOf('first'), tabOf('second')]
  first.claim()
  await vi.waitFor(() => expect(seen).toEqual(['first true']))
  second.claim()
  await vi.waitFor(async () => expect((await navigator.locks.query()).pending?.map(lock => lock.name)).toEqual([LOCK]))
  expect(seen).toEqual(['first true'])
  second.steal()
  await vi.waitFor(() => expect(seen.slice(1).sort()).toEqual(['first false', 'second true']))
  first.tell('appended')
  await vi.waitFor(() => expect(seen.at(-1)).toBe('second appended'))
  second.leave()
  first.leave()
})

const served = (
  answers: (body: Record<string, unknown>) => Response,
): { sent: Record<string, unknown>[]; fetch: typeof fetch } => {
  const sent: Record<string, unknown>[] = []
  return {
    sent,
    fetch: async (_, init) => {
      const body: Record<string, unknown> = JSON.parse(typeof init?.body === 'string' ? init.body : '{}')
      sent.push(body)
      return answers(body)
    },
  }
}

test('[S76] a set-up makes a key that stays; another set-up proves it and keeps the name', async () => {
  const server = await newKeyPair()
  const { sent, fetch } = served(() =>
    Response.json({
      device: handheld,
      number: 12,
      warehouse: { id: warehouse, name: 'Depo 1' },
      serverKey: server.publicKey,
      roster: { text: '{}', sig: 's' },
      access: 'a',
      expiresInS: 900,
      nonce: 'n',
    }),
  )
  const queue = await openQueue({ name: 'enrol' })
  const deps = { fetch, base: '', app: '1', agent: 'test', vault: queue.device, persist: async () => true }
  expect(await enrol(deps, 'XEONE')).toMatchObject({ ok: true, persisted: true, record: { number: 12 } })
  const first = await deviceRecord(queue.device)
  expect(sent[0]).not.toHaveProperty('again')
  await enrol(deps, 'XETWO')
  const again = sent[1]?.['again'] as { device: string; sig: string }
  expect(again.device).toBe(handheld)
  expect(first && (await verifyWith(first.publicKey, 'enrol\nXETWO', again.sig))).toBe(true)
  expect(sent[1]?.['publicKey']).toEqual(sent[0]?.['publicKey'])
  queue.close()
})

test('[S77] a set-up code that was used, or no network, changes nothing', async () => {
  const queue = await openQueue({ name: 'refused' })
  const spent = served(() => Response.json({ code: 'token_spent', message: '' }, { status: 410 }))
  const deps = { base: '', app: '1', agent: 'test', vault: queue.device, persist: async () => true }
  expect(await enrol({ ...deps, fetch: spent.fetch }, 'XE')).toEqual({ ok: false, why: 'spent' })
  const dead = async (): Promise<Response> => Promise.reject(new TypeError('no network'))
  expect(await enrol({ ...deps, fetch: dead }, 'XE')).toEqual({ ok: false, why: 'offline' })
  expect(await deviceRecord(queue.device)).toBeNull()
  queue.close()
})
