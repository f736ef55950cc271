import { afterAll, describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { lateAnswerSchema } from '../../../shared/desk/late.ts'
import { lossAnswerSchema } from '../../../shared/desk/loss.ts'
import { devicesAnswerSchema } from '../../../shared/desk/view.ts'
import { derivedId } from '../../../shared/ids.ts'
import { callsAnswerSchema, MAX_CALL_TEXT, MAX_CALLS, MAX_LOG_TEXT } from '../../../shared/sync/calls.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import { HEADERS } from '../../../shared/sync/enrol.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { enrol, round, sealed, send, session } from '../test-app.ts'
import type { TestDevice } from '../test-app.ts'
import { browserOf } from './test-browser.ts'

const LOSS = '/api/desk/devices/loss'
const LATE = '/api/desk/devices/late'
const CALL = '/api/desk/devices/call'

describe('handhelds at the desk', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site } = desk
  let addresses = 0
  const page = async (login: keyof typeof people) => {
    addresses += 1
    await desk.account(people[login], login)
    const opened = browserOf(app.app, `10.1.0.${addresses}`)
    await opened.logIn(login, PASSWORD)
    return opened
  }
  const [sevda, admin, narrow, berk, integrator] = await Promise.all(
    (['sevda', 'admin', 'narrow', 'berk', 'integrator'] as const).map(page),
  )
  if (!sevda || !admin || !narrow || !berk || !integrator) throw new Error('nobody')
  const id = (nth: string) => derivedId<'decision'>('decision', 'devices', nth)
  const codeOf = async (answer: Response): Promise<unknown> => {
    const { status } = answer
    const body: { code?: string } = await answer.json()
    return status === 200 ? (body.code ?? 200) : `${status} ${body.code}`
  }
  const known = async (device: TestDevice) =>
    v.parse(lossAnswerSchema, await (await sevda.get(`${LOSS}?device=${device.answer.device}`)).json())
  const sync = (device: TestDevice, head: { seq: number; pending: number }) => {
    const more = { oldest: app.deps.now(), quota: null, persisted: true, lost: false, acked: 0 }
    return send(app, device, '/api/sync', {
      ...round(device, { head: { ...head, ...more } }),
      warehouse: site.warehouse.id,
      session: session(people.berk),
    })
  }
  const calls = async (device: TestDevice, body: object = {}) => {
    const answer = await send(app, device, '/api/calls', { worker: null, got: [], read: [], ...body })
    return v.parse(callsAnswerSchema, await answer.json()).calls
  }

  it('[LD1] [CL1] supervisors and administrators decide about handhelds, who see the goods of all clients', async () => {
    const device = desk.device.answer.device
    const loss = { id: id('roles'), device, expectedVersion: 9, acked: 0, reason: 'gone' }
    const call = { id: id('roles'), device: derivedId('device', 'nobody'), kind: 'ring' }
    for (const [who, seen] of [
      [narrow, '403 role'],
      [berk, '403 role'],
      [integrator, '403 role'],
      [sevda, 'stale'],
      [admin, 'stale'],
    ] as const) {
      expect(await codeOf(await who.post(LOSS, loss))).toBe(seen)
      expect(await codeOf(await who.get(`${LOSS}?device=${device}`))).toBe(seen === 'stale' ? 200 : seen)
      expect(await codeOf(await who.post(CALL, call))).toBe(seen === 'stale' ? '404 not_found' : seen)
    }
    const nobody = `${LOSS}?device=${derivedId('device', 'nobody')}`
    expect(await codeOf(await sevda.get(nobody))).toBe('404 not_found')
  })

  it('[LD2] [LD5] a handheld is said to be lost; it gets no data any more, and what it brings is kept for review', async () => {
    const device = await enrol(app)
    expect((await sync(device, { seq: 12, pending: 12 })).status).toBe(200)
    const before = await known(device)
    expect(before).toMatchObject({ loss: null, known: { missing: 12, waiting: 12, worker: people.berk.id } })
    const { version: expectedVersion, known: seen } = before
    const ask = { id: id('lost'), device: device.answer.device, expectedVersion, acked: seen.acked, reason: ' fell ' }
    expect(await codeOf(await sevda.post(LOSS, { ...ask, reason: ' ' }))).toBe('400 bad_request')
    expect(await codeOf(await sevda.post(LOSS, { ...ask, reason: 'x'.repeat(201) }))).toBe('400 bad_request')
    for (let n = 0; n < 2; n += 1) {
      const answer = await sevda.post(LOSS, ask)
      expect(await answer.json()).toEqual({ outcome: 'done' })
    }
    const request = round(device, { push: { epoch: 'abcdefghijkl', commands: [sealed(1, '{}')] } })
    const pushed = await send(app, device, '/api/sync', { ...request, warehouse: site.warehouse.id })
    expect(await codeOf(pushed)).toBe('403 revoked')
    const after = await known(device)
    expect(after).toMatchObject({ handedIn: 1, version: 2, loss: { reason: 'fell', worker: people.sevda.id } })
    expect(await codeOf(await sevda.post(CALL, { id: id('too late'), device: ask.device, kind: 'ring' }))).toBe(
      '404 not_found',
    )
  })

  it('[LD6] [LD7] [LD8] what it brought is shown to supervisors and administrators of all clients, and decided by them', async () => {
    const device = await enrol(app)
    const before = await known(device)
    const gone = { device: device.answer.device, expectedVersion: before.version, acked: 0, reason: 'x' }
    expect(await (await sevda.post(LOSS, { id: id('late'), ...gone })).json()).toEqual({ outcome: 'done' })
    const request = round(device, { push: { epoch: 'abcdefghijkl', commands: [sealed(1, '{}')] } })
    await send(app, device, '/api/sync', { ...request, warehouse: site.warehouse.id })
    const path = `${LATE}?device=${gone.device}`
    const { rows, waiting } = v.parse(lateAnswerSchema, await (await sevda.get(path)).json())
    expect([waiting, rows.map(row => [row.seq, row.bar, row.state])]).toEqual([1, [[1, 'bad_signature', 'kept']]])
    const { epoch, seq, hash } = rows[0]!
    const step = { epoch, seq, hash }
    const act = (name: string, over: object) => ({
      device: gone.device,
      decisions: [{ id: id(name), ...step, choice: 'discard', words: 'not ours', ...over }],
    })
    expect(await codeOf(await sevda.post(LATE, act('no words', { words: ' ' })))).toBe('400 bad_request')
    expect(await codeOf(await sevda.post(LATE, { ...act('nobody', {}), device: derivedId('device', 'x') }))).toBe(
      '404 not_found',
    )
    for (const who of [narrow, integrator]) {
      expect(await codeOf(await who.post(LATE, act('role', {})))).toBe('403 role')
      expect(await codeOf(await who.get(path))).toBe('403 role')
    }
    const results = async (name: string, over: object) => {
      const answer = v.parse(decisionsAnswerSchema, await (await sevda.post(LATE, act(name, over))).json())
      return answer.results.map(one => one.code ?? one.state)
    }
    expect(await results('book', { choice: 'book', words: '' })).toEqual(['untrusted'])
    expect(await results('discard', {})).toEqual(['discarded'])
    expect(await results('again', {})).toEqual(['stale'])
  })

  it('[LD5] what was on its way when its handheld was given up books nothing, and takes no work', async () => {
    const device = await enrol(app)
    const before = await known(device)
    const ask = { id: id('race'), device: device.answer.device, expectedVersion: before.version, acked: 0, reason: 'x' }
    expect(await (await sevda.post(LOSS, ask)).json()).toEqual({ outcome: 'done' })
    // As it was let in a moment before.
    const { devices, work } = desk.stores
    const { get } = devices
    devices.get = async name => {
      const found = await get(name)
      return found === null ? null : { ...found, state: 'active' }
    }
    try {
      const { feed } = desk.stores.sync
      const { seq } = await feed(site.warehouse.id)
      const request = round(device, { push: { epoch: 'abcdefghijkl', commands: [sealed(1, '{}')] } })
      const pushed = await send(app, device, '/api/sync', { ...request, warehouse: site.warehouse.id })
      expect(await codeOf(pushed)).toBe('403 revoked')
      expect((await feed(site.warehouse.id)).seq).toBe(seq)
      const asker = { device: device.answer.device, worker: people.sevda, kinds: ['pick' as const], near: null }
      const want = { warehouse: site.warehouse.id, now: app.deps.now() }
      expect(await work.next({ ...want, asker })).toEqual({ tasks: [], taken: false })
    } finally {
      devices.get = get
    }
    expect(await known(device)).toMatchObject({ handedIn: 1 })
  })

  it('[CL2] [CL3] a handheld hears of a call with its next round, and the desk of the answer', async () => {
    const device = await enrol(app)
    const other = await enrol(app)
    const text = { id: id('text'), device: device.answer.device, kind: 'text', text: '  Come to the dock ' }
    expect((await sync(device, { seq: 0, pending: 0 })).headers.get(HEADERS.call)).toBeNull()
    for (let n = 0; n < 2; n += 1) expect((await sevda.post(CALL, text)).status).toBe(200)
    expect(await codeOf(await sevda.post(CALL, { ...text, text: 'Other words' }))).toBe('409 taken')
    const hint = (await sync(device, { seq: 0, pending: 0 })).headers.get(HEADERS.call)
    expect(hint).toMatch(/^\d+$/)
    expect((await sync(other, { seq: 0, pending: 0 })).headers.get(HEADERS.call)).toBeNull()
    const [call, ...more] = await calls(device)
    expect(call).toMatchObject({ id: text.id, kind: 'text', text: 'Come to the dock', by: people.sevda.name })
    expect(more).toEqual([])
    // Another handheld can neither see it nor answer it.
    expect(await calls(other, { read: [text.id] })).toEqual([])
    expect(await calls(device, { got: [text.id] })).toHaveLength(1)
    expect(await calls(device, { read: [text.id], worker: people.berk.id })).toEqual([])
    expect((await sync(device, { seq: 0, pending: 0 })).headers.get(HEADERS.call)).toBeNull()
    const { rows } = v.parse(devicesAnswerSchema, await (await sevda.get('/api/desk/devices')).json())
    const shown = rows.find(row => row.id === device.answer.device)?.calls
    expect(shown).toMatchObject([{ kind: 'text', worker: people.sevda.id, readBy: people.berk.id }])
    const cut = v.parse(devicesAnswerSchema, await (await narrow.get('/api/desk/devices')).json())
    expect(cut.rows.find(row => row.id === device.answer.device)?.calls).toEqual([])
    expect(shown?.[0]?.gotAt).not.toBeNull()
    expect(shown?.[0]?.readAt).not.toBeNull()
  })

  it('[DV11] [DV12] the desk logs a handheld’s worker out and reads its log; one of before hears of neither', async () => {
    const device = await enrol(app)
    const to = device.answer.device
    const [out, logs] = [derivedId('call', 'devices', 'out'), derivedId('call', 'devices', 'logs')]
    for (const [kind, call] of Object.entries({ out, logs })) {
      for (const who of [narrow, berk, integrator])
        expect(await codeOf(await who.post(CALL, { kind, id: call, device: to }))).toBe('403 role')
      expect((await sevda.post(CALL, { kind, id: call, device: to })).status).toBe(200)
    }
    expect(await calls(device)).toEqual([])
    expect(
      (await calls(device, { knows: ['ring', 'text', 'out', 'logs', 'of tomorrow'] })).map(one => one.kind),
    ).toEqual(['out', 'logs'])
    const log = { call: logs, text: '{}\nlink online' }
    expect(await codeOf(await send(app, await enrol(app), '/api/logs', log))).toBe('404 not_found')
    expect(await codeOf(await send(app, device, '/api/logs', { ...log, call: out }))).toBe('404 not_found')
    const long = await send(app, device, '/api/logs', { ...log, text: 'x'.repeat(MAX_LOG_TEXT + 1) })
    expect(long.status).toBe(400)
    const torn = await send(app, device, '/api/logs', { ...log, text: 'link \u0000' })
    expect(torn.status).toBe(400)
    const huge = await send(app, device, '/api/logs', { ...log, text: 'x'.repeat(MAX_LOG_TEXT * 4) })
    expect(huge.status).toBe(413)
    expect((await send(app, device, '/api/logs', log)).status).toBe(200)
    expect((await calls(device, { knows: ['out', 'logs'] })).map(one => one.kind)).toEqual(['out'])
    const path = `/api/desk/devices/log?call=${logs}`
    for (const who of [narrow, berk, integrator]) expect(await codeOf(await who.get(path))).toBe('403 role')
    expect(await (await admin.get(path)).json()).toMatchObject({ device: to, text: '{}\nlink online' })
    expect(await codeOf(await sevda.get(`/api/desk/devices/log?call=${out}`))).toBe('404 not_found')
  })

  it('[CL1] a text has words, at most 200 characters of them; twenty calls wait on one handheld', async () => {
    const device = (await enrol(app)).answer.device
    const text = (words: unknown) => sevda.post(CALL, { id: id('words'), device, kind: 'text', text: words })
    for (const words of ['', '   ', 'x'.repeat(MAX_CALL_TEXT + 1), 'a\u0000b', 'a\nb', 7, undefined])
      expect(await codeOf(await text(words))).toBe('400 bad_request')
    expect((await text('ğ'.repeat(MAX_CALL_TEXT))).status).toBe(200)
    for (let n = 1; n < MAX_CALLS; n += 1)
      expect((await admin.post(CALL, { id: id(`ring ${n}`), device, kind: 'ring' })).status).toBe(200)
    expect(await codeOf(await admin.post(CALL, { id: id('one more'), device, kind: 'ring' }))).toBe('429 busy')
  })

  it('[CL2] a handheld tells of at most forty calls at once, and names a person whom the warehouse knows or nobody', async () => {
    const device = await enrol(app)
    const many = Array.from({ length: MAX_CALLS * 2 + 1 }, (_, n) => id(`many ${n}`))
    expect(await codeOf(await send(app, device, '/api/calls', { worker: null, got: many, read: [] }))).toBe(
      '400 bad_request',
    )
    await sevda.post(CALL, { id: id('ring'), device: device.answer.device, kind: 'ring' })
    expect(await calls(device, { read: [id('ring')], worker: derivedId('worker', 'stranger') })).toEqual([])
    const { rows } = v.parse(devicesAnswerSchema, await (await sevda.get('/api/desk/devices')).json())
    expect(rows.find(row => row.id === device.answer.device)?.calls).toMatchObject([{ readBy: null }])
  })
})
