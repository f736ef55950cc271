import { afterAll, describe, expect, it } from 'vitest'
import { derivedId, timeId } from '../../shared/ids.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { get, round, send } from './test-app.ts'

const BOOK = 79_131

describe('a blind count over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, device, people } = desk

  it('[C75] of all bytes that go to the handheld of a blind counter, none tells the figure, whoever is logged in', async () => {
    await desk.facts([desk.arrived(BOOK), desk.arrived(12, desk.key('A-02'))])
    const session = { id: timeId<'session'>(0, new Uint8Array(10)), worker: people.berk.id, roster: 2 }
    const decide = (id: string, body: object) => ({
      worker: people.sevda.id,
      session: session.id,
      decisions: [{ id: derivedId('decision', id), expectedVersion: 0, ...body }],
    })
    const asked = await send(
      app,
      device,
      '/api/decisions',
      decide('count', {
        kind: 'count.request',
        target: desk.key().location,
        args: { client: desk.key().client, mode: 'blind' },
      }),
    )
    expect(await asked.json()).toMatchObject({ results: [{ outcome: 'done' }] })
    const sync = async (cursor: string | null): Promise<{ text: string; cursor: string }> => {
      const text = await (await send(app, device, '/api/sync', round(device, { session, cursor }))).text()
      const { pull }: { pull: { cursor: string } } = JSON.parse(text)
      return { text, cursor: pull.cursor }
    }
    const snapshot = async (): Promise<string> => (await get(app, device, '/api/snapshot')).text()
    const first = await snapshot()
    expect(first).toContain(String(BOOK))
    const { cursor }: { cursor: string } = JSON.parse(first.split('\n')[0] ?? '')
    const task = (await rowsOf(first)).find(row => row.k === 'task')?.id
    const want = { want: 'task', task, session: session.id, worker: people.berk.id, takeOver: false }
    expect(await (await send(app, device, '/api/leases', want)).json()).toEqual({ kind: 'ok' })

    // Everything that the handheld can ask for while it has the count; a supervisor is logged in on it, too.
    const sent: string[] = []
    const begun = await sync(cursor)
    sent.push(begun.text, await snapshot())
    await desk.facts([desk.counted(7), desk.arrived(1)])
    sent.push((await sync(begun.cursor)).text, (await sync(cursor)).text, await snapshot())
    for (const path of [
      `/api/variances?worker=${people.sevda.id}&state=provisional`,
      `/api/variances?worker=${people.sevda.id}`,
    ])
      sent.push(await (await get(app, device, path)).text())
    const bytes = sent.join('\n')
    for (const n of [BOOK, BOOK + 1, BOOK - 7]) expect(bytes).not.toContain(String(n))
    expect(bytes).toContain('"hidden":true')
    expect(bytes).toContain('"oh":12')

    // Once it is over the figures come by themselves.
    const giveBack = { want: 'giveBack', task, session: session.id, worker: people.berk.id }
    await send(app, device, '/api/leases', giveBack)
    expect((await sync(begun.cursor)).text).toContain(`"oh":${BOOK + 1}`)
  })
})

const rowsOf = async (text: string): Promise<{ k: string; id: string }[]> =>
  text
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line): { k: string; id: string } => JSON.parse(line))
