import { beforeEach, describe, expect, test } from 'vitest'
import { fakeHandheld, ORDER, PIN, wedgeScan } from '../../test/support/fake-handheld.ts'
import { floorController } from '../../test/support/floor-controller.ts'
import { openOf } from './state.ts'

const begin = () => {
  const fake = fakeHandheld()
  fake.askPins('ANNA', 'CEM')
  return floorController({ fake })
}
let app = begin()
beforeEach(() => {
  app = begin()
})
const who = (): string | undefined => app.state().session?.worker.name

describe('the PIN after the badge', () => {
  test('[PN5] is asked for and, typed right, logs in', async () => {
    await app.scan('XBANNA')
    expect(app.state()).toMatchObject({ session: null, pin: { name: 'ANNA' } })
    await app.type(PIN)
    expect(app.state()).toMatchObject({ pin: null, typed: '' })
    expect([who(), app.band()]).toEqual(['ANNA', 'hello'])
  })
  test('[PN5] takes digits only, twelve at most, and forgets them with the answer', async () => {
    await app.scan('XBANNA')
    for (const key of ['a', '#', '.', 'F1', '2', '5', 'Backspace']) await app.controller.typeKey(key)
    expect(app.state().typed).toBe('2')
    for (const key of '5801234567890') await app.controller.typeKey(key)
    expect(app.state().typed).toBe('258012345678')
    await app.controller.typeKey('Enter')
    expect(app.state()).toMatchObject({ typed: '', pin: { name: 'ANNA' } })
    expect(app.tries).toEqual(['258012345678'])
  })
  test('[PN5] comes as well by a scanner or by keys that are as quick as one', async () => {
    await app.scan('XBANNA', PIN)
    expect(who()).toBe('ANNA')
  })
  test('[PN6] a wrong one is refused aloud and may be tried again; after five it is said how long to wait', async () => {
    await app.scan('XBANNA')
    await app.type('9999')
    expect([app.said(), app.heard.at(-1)]).toEqual([{ key: 'pin.wrong', values: { n: 4 } }, 'wrong'])
    expect(app.state().pin).not.toBeNull()
    for (let i = 0; i < 4; i += 1) await app.type('9999')
    expect(app.said()).toEqual({ key: 'pin.wait', values: { time: '5:00' } })
    expect(app.state()).toMatchObject({ pin: null, session: null })
  })
  test('[PN6] a code of digits on goods, places or paper is no try, whether somebody knows it or its symbol tells', async () => {
    await app.scan('XBANNA')
    const lookup = app.handheld.lookup
    app.handheld.lookup = async () => ({ find: () => [{ kind: 'document', document: ORDER.id, client: ORDER.client }] })
    await app.scan('104200')
    expect([app.band(), app.tries]).toEqual(['pin', []])
    app.handheld.lookup = lookup
    for (const mark of [{ aim: ']E4' }, { symbology: 'ean8' as const }]) {
      await app.controller.scan({ ...wedgeScan('40170725'), ...mark })
      expect([app.band(), app.tries]).toEqual(['pin', []])
    }
    await app.scan(PIN)
    expect(who()).toBe('ANNA')
  })
  test('[PN6] what cannot be a PIN costs no try', async () => {
    await app.scan('XBANNA')
    await app.type('25')
    expect([app.band(), app.tries]).toEqual(['pin.digits', []])
  })
  test('[PN7] who has none is told who sets it, and is not asked', async () => {
    await app.scan('XBBERK')
    expect(app.state()).toMatchObject({ pin: null, session: null, band: { say: { key: 'pin.none' } } })
  })
  test('[PN5] another badge starts over, and anything else is answered and forgotten', async () => {
    await app.scan('XBANNA')
    await app.controller.typeKey('2')
    await app.scan('XBCEM')
    expect(app.state()).toMatchObject({ typed: '', pin: { name: 'CEM' } })
    for (const text of ['ORD-1042', 'XCPRB', 'XCMNU']) {
      await app.scan(text)
      expect(app.state()).toMatchObject({ panel: 'none', stack: [{ at: 'home' }], pin: { name: 'CEM' } })
    }
    await app.type(PIN)
    expect(who()).toBe('CEM')
  })
  test('[PN5] Back leaves, by key, by card and by the button', async () => {
    for (const leave of [() => app.controller.press('XCBAK'), () => app.scan('XCBAK')]) {
      await app.scan('XBANNA')
      expect(app.controller.isAtRest()).toBe(false)
      await leave()
      expect(app.state()).toMatchObject({ pin: null, session: null })
    }
  })
})

describe('the PIN beside open work', () => {
  beforeEach(async () => {
    await app.scan('XBANNA', PIN, 'ORD-1042', 'XT00018')
  })
  test('[PN5] a hand-over asks for it, and Back leaves the work with whom it was', async () => {
    const before = app.state().prompt
    expect(openOf(app.state())?.process.name).toBe('pick')
    await app.scan('XBCEM', 'XBCEM')
    expect(app.state()).toMatchObject({ question: null, pin: { name: 'CEM' } })
    await app.controller.press('XCBAK')
    expect([who(), app.state().prompt]).toEqual(['ANNA', before])
    await app.scan('XBCEM', 'XBCEM', PIN)
    expect([who(), app.state().prompt?.title.word]).toEqual(['CEM', before?.title.word])
  })
  test('[PN5] a handheld that lay about asks its own badge too, and goes on in the same session and place', async () => {
    const { session, prompt } = app.state()
    await app.time.advance(300_000)
    await app.scan('XBANNA')
    expect(app.state()).toMatchObject({ locked: true, pin: { name: 'ANNA' } })
    await app.controller.press('XCBAK')
    expect(app.state()).toMatchObject({ locked: true, pin: null })
    await app.scan('XBANNA', PIN)
    expect(app.state()).toMatchObject({ locked: false, session, prompt })
  })
  test('[PN5] while it lies about, a badge with another one and a no opens nobody’s work', async () => {
    await app.time.advance(300_000)
    await app.scan('XBCEM')
    await app.controller.press('XCNAY')
    expect(app.state()).toMatchObject({ locked: true, question: null })
    await app.scan('XBCEM', 'XBCEM')
    expect(app.state()).toMatchObject({ locked: true, pin: { name: 'CEM' } })
    await app.type(PIN)
    expect([who(), app.state().locked]).toEqual(['CEM', false])
  })
  test('[PN5] the own badge of whoever is at work only greets', async () => {
    await app.scan('XBANNA')
    expect([app.state().pin, app.band()]).toEqual([null, 'hello'])
  })
})
