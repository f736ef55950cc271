import { afterAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { deskApp } from '../../test/support/desk-app.ts'

describe('settings of a person over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { people } = desk
  const chosen = { language: 'tr', theme: 'dark', text: 150, buttons: 125, leftHand: true, sound: 10, vibration: 5 }
  const read = (worker: string) => desk.read(`/api/own-settings?worker=${worker}`)
  const write = (over: object, worker: string = people.berk.id) =>
    desk.write('/api/own-settings', { worker, at: desk.app.deps.now(), settings: chosen, ...over })

  it('[HH6] a person who has chosen nothing has none; what was chosen is kept for that person alone', async () => {
    expect(await read(people.berk.id)).toMatchObject({ status: 200, body: { at: null, settings: null } })
    expect(await write({})).toMatchObject({ status: 200, body: { settings: chosen } })
    expect(await read(people.berk.id)).toMatchObject({ body: { settings: chosen } })
    expect(await read(people.sevda.id)).toMatchObject({ body: { at: null } })
  })

  it('[HH18] a noisy place is known of whoever says so; an earlier handheld that does not say it means none', async () => {
    expect(await write({ at: '2020-01-01T00:00:00.000Z' }, people.sevda.id)).toMatchObject({
      body: { settings: { noisy: false } },
    })
    const noisy = await write({ settings: { ...chosen, noisy: true } }, people.sevda.id)
    expect(noisy).toMatchObject({ body: { settings: { noisy: true } } })
    expect(await write({ settings: { ...chosen, noisy: 'very' } })).toMatchObject({ status: 400 })
  })

  it('[HH6] the latest choice counts: an older one that arrives late changes nothing, one from the future counts from now', async () => {
    const old = await write({ at: '2020-01-01T00:00:00.000Z', settings: { ...chosen, text: 100 } })
    expect(old).toMatchObject({ status: 200, body: { settings: { text: 150 } } })
    desk.app.wait(1000)
    await write({ at: '2099-01-01T00:00:00.000Z', settings: { ...chosen, text: 200 } })
    desk.app.wait(1000)
    expect(await write({ settings: { ...chosen, text: 125 } })).toMatchObject({ body: { settings: { text: 125 } } })
  })

  it('[HH6] nobody who is not on the roster has any, and nothing but settings is taken', async () => {
    const nobody = derivedId('worker', 'nobody')
    expect(await read(nobody)).toMatchObject({ status: 403, body: { code: 'role' } })
    expect(await write({}, nobody)).toMatchObject({ status: 403 })
    for (const settings of [{ ...chosen, text: 300 }, { ...chosen, sound: 11 }, { ...chosen, sound: -1 }, {}, null])
      expect(await write({ settings })).toMatchObject({ status: 400 })
    expect(await read('no-uuid')).toMatchObject({ status: 400 })
  })
})
