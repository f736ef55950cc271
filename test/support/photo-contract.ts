import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PhotoStore, SentPhoto } from '../../server/photo-ports.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { jpegHeaders } from './jpeg.ts'
import { testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

const ALLOWANCE = { count: 3, bytes: 10_000 }
const DAY = 86_400_000
const later = (ms: number): string => new Date(Date.parse(NOW) + ms).toISOString()

/** What every store of photos guarantees; `open` gives an empty database. */
export const describePhotoStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`the photo store: ${name}`, () => {
    const site = testSite('photos', 2)
    const warehouse = site.warehouse.id
    const [one, two] = site.clients.map(client => client.id)
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let store: PhotoStore
    beforeAll(async () => {
      opened = await open()
      store = (await sqlSite(opened, site)).photos
    })
    afterAll(() => opened.close())

    const photo = (content: string, over: Partial<SentPhoto> = {}): SentPhoto => {
      const bytes = over.bytes ?? jpegHeaders(640, 480, content)
      return {
        warehouse,
        device: site.devices[0]!.id,
        sha: createHash('sha256').update(bytes).digest('hex'),
        bytes,
        width: 640,
        height: 480,
        kind: 'code',
        subject: content,
        client: null,
        takenAt: NOW,
        now: NOW,
        ...over,
      }
    }
    const links = async (sha: string): Promise<string[]> => {
      const { rows } = await sql<{ at: string }>`
        select kind || ' ' || subject as at from photo_link where sha = ${sha} order by 1`.execute(opened.db)
      return rows.map(row => row.at)
    }

    it('[PH10] the bytes come back as they were, and the same again adds what else it belongs to', async () => {
      const every = Uint8Array.from({ length: 2048 }, (_, i) => i)
      const kept = photo('every', { bytes: every })
      expect(await store.keep(kept, ALLOWANCE)).toBe('kept')
      expect(await store.keep(kept, ALLOWANCE)).toBe('kept')
      expect(await store.keep({ ...kept, kind: 'command', subject: 'd/e/1' }, ALLOWANCE)).toBe('kept')
      const read = await store.bytes({ warehouse, sha: kept.sha, clients: null })
      expect(read !== null && Buffer.from(read).equals(Buffer.from(every))).toBe(true)
      expect(await links(kept.sha)).toEqual(['code every', 'command d/e/1'])
      expect(await store.bytes({ warehouse, sha: '0'.repeat(64), clients: null })).toBeNull()
    })

    it('[PH11] a device has its allowance of 24 hours in number and in bytes, others have their own, a repeat is free', async () => {
      const device = site.devices[1]!.id
      const now = later(10 * DAY)
      const at = { device, now }
      for (const content of ['a', 'b', 'c']) expect(await store.keep(photo(content, at), ALLOWANCE)).toBe('kept')
      expect(await store.keep(photo('d', at), ALLOWANCE)).toBe('full')
      expect(await store.bytes({ warehouse, sha: photo('d').sha, clients: null })).toBeNull()
      expect(await links(photo('d').sha)).toEqual([])
      expect(await store.keep(photo('a', at), ALLOWANCE)).toBe('kept')
      expect(await store.keep(photo('d', { ...at, device: site.devices[0]!.id }), ALLOWANCE)).toBe('kept')
      expect(await store.keep(photo('e', { ...at, now: later(11 * DAY + 1) }), ALLOWANCE)).toBe('kept')
      const large = photo('large', { device, now: later(20 * DAY), bytes: new Uint8Array(ALLOWANCE.bytes + 1) })
      expect(await store.keep(large, ALLOWANCE)).toBe('full')
    })

    it('[PH11] two photos at the same instant do not both take the last place', async () => {
      const at = { now: later(30 * DAY) }
      const sent = ['f', 'g', 'h', 'i', 'j'].map(content => store.keep(photo(content, at), ALLOWANCE))
      expect((await Promise.all(sent)).sort()).toEqual(['full', 'full', 'kept', 'kept', 'kept'])
    })

    it('[PH12] whoever is bound to clients sees the photos of theirs only', async () => {
      const theirs = photo('theirs', { client: one ?? null, now: later(40 * DAY) })
      await store.keep(theirs, ALLOWANCE)
      const seen = async (clients: Parameters<PhotoStore['bytes']>[0]['clients']) =>
        (await store.bytes({ warehouse, sha: theirs.sha, clients })) !== null
      expect([await seen(null), await seen([one!]), await seen([two!]), await seen([])]).toEqual([
        true,
        true,
        false,
        false,
      ])
      expect(await store.bytes({ warehouse, sha: photo('a').sha, clients: [one!] })).toBeNull()
    })

    it('[PH13] what is older than it is kept is forgotten, link and bytes', async () => {
      const [old, young] = [photo('old', { now: later(50 * DAY) }), photo('young', { now: later(52 * DAY) })]
      await store.keep(old, ALLOWANCE)
      await store.keep(young, ALLOWANCE)
      expect(await store.forget(warehouse, later(51 * DAY))).toBeGreaterThan(1)
      expect(await store.forget(warehouse, later(51 * DAY))).toBe(0)
      expect([await links(old.sha), await links(young.sha)]).toEqual([[], ['code young']])
      expect(await store.bytes({ warehouse, sha: old.sha, clients: null })).toBeNull()
      expect(await store.bytes({ warehouse, sha: young.sha, clients: null })).not.toBeNull()
    })
  })
}
