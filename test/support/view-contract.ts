import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { Viewer } from '../../server/ports.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { searchedFor } from '../../shared/desk/searched.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyPage } from '../../server/workers/import-port.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What every store of the desk's views guarantees; `open` gives an empty database. */
export const describeViewStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`the views of the desk: ${name}`, () => {
    const site = testSite('view')
    const warehouse = site.warehouse.id
    const [one, two] = site.clients
    const [mine, lots] = site.items.filter(item => item.client === one?.id)
    const theirs = site.items.find(item => item.client === two?.id)
    const [worker] = site.roster.workers
    if (!one || !two || !mine || !lots || !theirs || !worker) throw new Error('no site')
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    const all: Viewer = { warehouse, clients: null, worker: null }
    const narrow: Viewer = { warehouse, clients: [two.id], worker: null }
    const document = (number: string) => derivedId<'document'>('document', 'view', number)
    const decide = (effects: Partial<Effects>) =>
      stores.sync.decide({ warehouse, now: NOW }, async tx => {
        await tx.write({ body: { kind: 'test' }, effects: { ...NOTHING, ...effects } })
        return { keep: true, answer: null }
      })
    const arrival = (item: typeof mine, place: string, qty: number, lot = ''): Effects['movements'][number] => ({
      client: item.client,
      item: item.id,
      lot,
      serial: '',
      from: looseAt(virtualLocation(warehouse, 'supplier')),
      to: looseAt(placeId(site, place)),
      qty,
      takenAt: NOW,
      at: NOW,
      unc: 0,
    })
    const order = (number: string, client: typeof one.id, state: Document['state'], due: string): Document => ({
      id: document(number),
      kind: 'order',
      client,
      number,
      partner: `Partner 100% of ${number}`,
      due,
      priority: 0,
      blind: false,
      state,
    })
    const line = (number: string, item: typeof mine, done: number, state: Line['state'], no = 1): Line => ({
      id: derivedId('line', 'view', number, no),
      document: document(number),
      client: item.client,
      item: item.id,
      source: null,
      no,
      wanted: 5,
      done,
      state,
      claims: [
        {
          location: placeId(site, 'A-01'),
          lpn: NO_LPN,
          status: 'available' as const,
          lot: '',
          serial: '',
          qty: 5 - done,
        },
      ].filter(claim => claim.qty > 0 && state === 'open'),
      reason: null,
    })
    const task = (number: string): Task => ({
      id: derivedId('task', 'view', number),
      kind: 'pick',
      client: one.id,
      document: document(number),
      state: 'started',
      lease: { device: site.devices[0]!.id, worker: worker.id },
      tote: null,
    })
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await decide({
        lots: [
          {
            client: one.id,
            item: lots.id,
            lot: 'LOT-7',
            expiry: '2026-12-01',
            firstReceivedAt: null,
            blocked: false,
          },
        ],
        movements: [arrival(mine, 'A-01', 12), arrival(lots, 'A-02', 7, 'LOT-7'), arrival(theirs, 'A-02', 3)],
      })
      await decide({
        documents: [
          order('ORD-1', one.id, 'started', '2026-11-25'),
          order('ORD-2', one.id, 'open', '2026-11-24'),
          order('ORD-3', two.id, 'closed', '2026-11-20'),
        ],
        lines: [
          line('ORD-1', mine, 5, 'done'),
          line('ORD-1', mine, 2, 'short', 2),
          line('ORD-2', mine, 0, 'open'),
          line('ORD-3', theirs, 5, 'done'),
        ],
        tasks: [task('ORD-1')],
      })
    })
    afterAll(() => opened.close())
    const page = { after: '', limit: 100 }

    it('[DV1] stock is shown by place with what is reserved, of the clients that the person may see, in pages', async () => {
      const { rows } = await stores.views.stock(all, { q: '', ...page })
      expect(rows.map(row => [row.place, row.sku, row.lot, row.onHand, row.client])).toEqual([
        ['A-01', mine.sku, '', 12, one.id],
        ['A-02', theirs.sku, '', 3, two.id],
        ['A-02', lots.sku, 'LOT-7', 7, one.id],
      ])
      expect((await stores.views.stock(narrow, { q: '', ...page })).rows.map(row => row.client)).toEqual([two.id])
      const pages: string[] = []
      for (let after: string | null = ''; after !== null;) {
        const part: Awaited<ReturnType<typeof stores.views.stock>> = await stores.views.stock(all, {
          q: '',
          after,
          limit: 1,
        })
        pages.push(...part.rows.map(row => row.item))
        after = part.next
      }
      expect(pages).toEqual(rows.map(row => row.item))
    })

    it('[XP4] lists are sorted by what was asked for, page by page, each row once', async () => {
      const walk = async <R>(read: (after: string) => Promise<{ rows: readonly R[]; next: string | null }>) => {
        const rows: R[] = []
        for (let after: string | null = ''; after !== null;) {
          const page: { rows: readonly R[]; next: string | null } = await read(after)
          rows.push(...page.rows)
          after = page.next
        }
        return rows
      }
      const bySku = await walk(after => stores.views.stock(all, { q: '', sort: 'sku', after, limit: 1 }))
      expect(bySku.map(row => row.sku)).toEqual([mine.sku, theirs.sku, lots.sku].toSorted())
      const byExpiry = await walk(after => stores.views.stock(all, { q: '', sort: 'expiry', after, limit: 1 }))
      expect(byExpiry.map(row => row.expiry)).toEqual(['2026-12-01', null, null])
      const want = { kind: 'order', state: 'all', q: '', limit: 1 } as const
      const documents = (sort: 'number' | 'partner') => (after: string) =>
        stores.views.documents(all, { ...want, sort, after })
      expect((await walk(documents('number'))).map(row => row.number)).toEqual(['ORD-1', 'ORD-2', 'ORD-3'])
      expect((await walk(documents('partner'))).map(row => row.number)).toEqual(['ORD-1', 'ORD-2', 'ORD-3'])
    })

    it('[DV1] what was typed is looked for word by word in place, SKU, name and lot; signs of patterns are letters', async () => {
      const find = async (q: string) => (await stores.views.stock(all, { q, ...page })).rows.map(row => row.lot)
      expect(await find('lot-7 a-02')).toEqual(['LOT-7'])
      expect(await find('a-02')).toHaveLength(2)
      expect(await find('100%')).toEqual([])
      expect(await find("'; drop table balance; --")).toEqual([])
    })

    it('[DV2] movements of an item or a place, the newest first, name both ends', async () => {
      const { rows } = await stores.views.movements(all, { item: mine.id, location: '', ...page })
      expect(rows).toMatchObject([
        { from: 'SUPPLIER', to: 'A-01', qty: 12, device: 0, at: '2026-11-23T08:00:00.000000Z' },
      ])
      const here = await stores.views.movements(all, { item: '', location: placeId(site, 'A-02'), ...page })
      expect(here.rows.map(row => row.qty).toSorted()).toEqual([3, 7])
      const place = { item: '', location: placeId(site, 'A-02') }
      expect((await stores.views.movements(narrow, { ...place, ...page })).rows.map(row => row.qty)).toEqual([3])
    })

    it('[DV3] documents come by their date with what is done of them and who is at it', async () => {
      const list = async (state: string, q = '', viewer = all) =>
        (await stores.views.documents(viewer, { kind: 'order', state, q, ...page })).rows
      expect((await list('open')).map(row => row.number)).toEqual(['ORD-2', 'ORD-1'])
      expect((await list('closed')).map(row => row.number)).toEqual(['ORD-3'])
      expect((await list('all', '100% of ORD-1'))[0]).toMatchObject({
        number: 'ORD-1',
        lines: 2,
        linesDone: 2,
        wanted: 10,
        done: 7,
        short: 1,
        worker: worker.id,
      })
      expect(await list('open', '', narrow)).toEqual([])
      const first = await stores.views.documents(all, { kind: 'order', state: 'all', q: '', after: '', limit: 2 })
      const rest = await stores.views.documents(all, {
        kind: 'order',
        state: 'all',
        q: '',
        after: first.next ?? '',
        limit: 2,
      })
      expect([...first.rows, ...rest.rows].map(row => row.number)).toEqual(['ORD-3', 'ORD-2', 'ORD-1'])
    })

    it('[DV3] a document shows its lines with where reserved goods are; one of another client is none', async () => {
      const found = await stores.views.document(all, document('ORD-2'))
      expect(found?.lines).toMatchObject([
        { no: 1, sku: mine.sku, wanted: 5, done: 0, claims: [{ place: 'A-01', lot: '', qty: 5 }] },
      ])
      expect((await stores.views.document(all, document('ORD-1')))?.tasks).toMatchObject([
        { kind: 'pick', state: 'started', worker: worker.id },
      ])
      expect(await stores.views.document(narrow, document('ORD-2'))).toBeNull()
    })

    it('[E137] an order shows its cartons with the last word of the carrier, and parcels of which only that is known', async () => {
      const box = (label: string, sequence: number, more: object) => ({
        id: derivedId<'location'>('view', label),
        kind: 'carton' as const,
        code: label,
        zone: null,
        sequence,
        parent: null,
        active: true,
        carton: {
          document: document('ORD-1'),
          type: null,
          weightG: null,
          size: null,
          tracking: null,
          closed: true,
          shipped: false,
          ...more,
        },
      })
      const parcels = async () =>
        (await stores.views.document(all, document('ORD-1')))?.parcels.map(({ at, ...row }) => [
          ...Object.values(row),
          at?.slice(0, 10),
        ])
      expect(await parcels()).toEqual([])
      await decide({
        locations: [
          box('XC8', 1, { tracking: 'T8', shipped: true }),
          box('XC9', 2, { tracking: 'T9' }),
          box('XC10', 3, { closed: false }),
        ],
      })
      const say = (connector: string, remote: string, body: object, at: string) =>
        stores.import.putPage(
          { warehouse: site.warehouse.id, connector: derivedId('view', connector), now: at },
          {
            ...emptyPage('delivery', null),
            deliveries: [
              {
                id: remote,
                order: null,
                carrier: 'Aras',
                tracking: null,
                state: 'inTransit',
                at: 'bugün',
                document: document('ORD-1'),
                ...body,
              },
            ],
          },
          null,
        )
      await say('erp', 'd1', { tracking: 'T8', at: '2026-11-24T09:00:00Z' }, '2026-11-25T08:00:00.000Z')
      await say('carriers', 'd2', { tracking: 'T8', state: 'delivered' }, '2026-11-26T08:00:00.000Z')
      await say('erp', 'd3', { tracking: 'T0', state: 'failed', carrier: null }, '2026-11-26T08:00:00.000Z')
      expect(await parcels()).toEqual([
        ['XC8', 'Aras', 'T8', 'delivered', '2026-11-26'],
        ['XC9', null, 'T9', 'packed', undefined],
        ['XC10', null, null, 'packing', undefined],
        [null, null, 'T0', 'failed', '2026-11-26'],
      ])
    })

    it('[DV13] a message names what the ERP has made of it, each once, with a link that a browser may follow', async () => {
      const { db } = opened
      const delivery = { kind: 'delivery', id: '12', number: 'OUT/12', url: 'https://erp.example/12' }
      const documents = [delivery, { kind: 'invoice', id: '7', url: 'javascript:alert(1)' }]
      const told = (seq: number, made: object | null, more: readonly object[]) =>
        sql`
        insert into outbox (warehouse_id, key, message, seq, connector, client, subject, type, payload, covers, state, created_at, captured_at, remote_ref, documents)
        select w.id, ${derivedId<'key'>('view', seq)}::uuid, ${derivedId<'key'>('view', seq)}::uuid, ${seq}::int, ${derivedId<'key'>('erp')}::uuid, ${one.id}::uuid,
          'order', 'shipment', ${JSON.stringify({ document: document('ORD-2') })}::jsonb, '[]', 'posted', now(), now(),
          ${made === null ? null : JSON.stringify(made)}::jsonb, ${JSON.stringify(more)}::jsonb
        from warehouse w where w.uid = ${site.warehouse.id}::uuid`.execute(db)
      await told(9001, delivery, documents)
      await told(9002, null, [])
      expect((await stores.views.document(all, document('ORD-2')))?.messages.map(message => message.records)).toEqual([
        [
          { name: 'OUT/12', url: 'https://erp.example/12' },
          { name: '7', url: null },
        ],
        [],
      ])
    })

    it('[DV7] what is printed for goods has their own codes, then those of their packagings, and of nobody else’s goods', async () => {
      const [found] = await stores.views.codes(all, mine.codes[0] ?? '')
      expect(found).toMatchObject({ id: mine.id, sku: mine.sku })
      expect(found?.codes).toEqual([
        ...mine.codes.map(code => ({ code, packaging: mine.unit, quantity: 1 })),
        ...mine.packagings.flatMap(({ name, quantity, codes }) =>
          codes.map(code => ({ code, packaging: name, quantity })),
        ),
      ])
      expect((await stores.views.codes(narrow, mine.sku)).map(item => item.client)).not.toContain(one.id)
      expect(await stores.views.codes(all, '')).toHaveLength(Math.min(50, site.items.length))
    })

    it('[DV4] [DG7] a text is found as code, SKU, part of a name, number, pallet or place, and only where it may be seen', async () => {
      const find = (viewer: Viewer, text: string) => stores.views.find(viewer, searchedFor(text, NOW.slice(0, 10)))
      const code = mine.codes[0] ?? ''
      // Another client has goods with this code.
      const others = site.items.filter(item => item.client !== one.id)
      const both = (text: string) =>
        [mine, ...others.filter(item => item.sku === text || (text !== mine.sku && item.codes.includes(code)))].map(
          item => item.id,
        )
      const sure = (rows: readonly { id: string; exact: boolean }[]) => rows.flatMap(row => (row.exact ? [row.id] : []))
      for (const text of [code, mine.sku])
        for (const viewer of [all, { ...all, clients: [one.id] }])
          expect([text, sure((await find(viewer, text)).items)]).toEqual([
            text,
            viewer === all ? expect.arrayContaining(both(text)) : [mine.id],
          ])
      expect((await find(all, ']C1010978076454420010L7')).lot).toBe('L7')
      expect((await find(all, mine.name.slice(0, 3))).items.map(item => item.exact)).not.toContain(true)
      expect((await find(narrow, code)).items.map(item => item.client)).not.toContain(one.id)
      const row = { number: 'ORD-2', exact: true }
      expect((await find(all, 'ord-2')).documents).toMatchObject([row])
      expect((await find(all, 'ord-')).documents.map(found => found.exact)).not.toContain(true)
      expect((await find(narrow, 'ord-2')).documents).toEqual([])
      expect((await find(all, 'a-01')).places).toMatchObject([{ code: 'A-01', exact: true }])
      expect((await find(all, makeLabel('XL', 'A01'))).places).toMatchObject([{ code: 'A-01', exact: true }])
      expect((await find(all, 'supplier')).places).toEqual([])
      const label = '386900000000000013'
      await decide({ lpns: [{ id: lpnId(warehouse, label), client: one.id, label }] })
      for (const text of [label, `]C100${label}`]) expect((await find(all, text)).pallets).toMatchObject([{ label }])
      expect((await find(narrow, label)).pallets).toEqual([])
      const named = { items: [mine.id, theirs.id], documents: [document('ORD-1'), document('ORD-3')] }
      expect((await stores.views.names(narrow, named)).items.map(item => item.id)).toEqual([theirs.id])
      expect((await stores.views.names(narrow, named)).documents.map(row => row.number)).toEqual(['ORD-3'])
      expect((await stores.views.site(narrow)).clients.map(client => client.id)).toEqual([two.id])
    })

    it('[DV5] [DV14] handhelds show what waits on them, what they have announced and not brought, and how wrong their clock is', async () => {
      const head = { seq: 12, pending: 4, oldest: NOW, quota: null, persisted: true, lost: false, acked: 8 }
      const at = { now: NOW, head, app: '0.1.0', worker: worker.id, clients: null }
      await stores.devices.seen(site.devices[0]!.id, at)
      const rows = await stores.views.devices(warehouse)
      expect(rows).toHaveLength(site.devices.length)
      expect(rows[0]).toMatchObject({
        number: 1,
        pending: 4,
        missing: 12,
        worker: worker.id,
        persisted: true,
        oldest: NOW,
      })
      expect(rows[1]).toMatchObject({ number: 2, pending: 0, seenAt: null, missing: 0 })
      // A wrong clock stands on the card until a right one was heard.
      const clocks = async (clockOff: number) => {
        await stores.devices.seen(site.devices[0]!.id, { ...at, clockOff })
        return (await stores.views.devices(warehouse))[0]?.clockOff
      }
      expect([await clocks(300_000), await clocks(-240_000), await clocks(1000)]).toEqual([5, -4, null])
      const counts = (clock: string) => stores.views.counts(all, clock)
      expect(await counts(NOW)).toEqual({ approvals: 0, exceptions: 0, stopped: 0, silent: 0 })
      expect(await counts('2026-11-23T08:10:01.000Z')).toMatchObject({ silent: 1 })
      expect(await stores.views.counts(narrow, '2026-11-23T08:10:01.000Z')).toMatchObject({ silent: 0 })
    })

    it('[DV6] the audit log has what people did besides commands, the newest first', async () => {
      const note = { warehouse, worker: worker.id, subject: 'x', body: {} }
      await stores.audit.note({ ...note, at: NOW, kind: 'desk.logIn' })
      await stores.audit.note({ ...note, at: '2026-11-23T08:00:01.000Z', kind: 'people.add' })
      const { rows, next } = await stores.views.audit(warehouse, { after: '', limit: 1 })
      expect(rows.map(row => row.kind)).toEqual(['people.add'])
      expect((await stores.views.audit(warehouse, { after: next ?? '', limit: 1 })).rows.map(row => row.kind)).toEqual([
        'desk.logIn',
      ])
    })
  })
}
