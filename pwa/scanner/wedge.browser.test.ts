import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Scan } from '../../shared/scan/scan.ts'
import { UNKNOWN_PROFILE } from './profile.ts'
import { listenToWedge } from './wedge.ts'

describe('a keyboard scanner on a page', () => {
  let scans: Scan[]
  let keys: string[]
  let clicks: number
  let twice: number
  let stop: () => void
  const button = document.createElement('button')
  button.addEventListener('click', () => {
    clicks += 1
  })
  const field = document.createElement('input')

  beforeEach(() => {
    scans = []
    keys = []
    clicks = 0
    twice = 0
    field.value = ''
    document.body.append(button, field)
    stop = listenToWedge(window, {
      profile: UNKNOWN_PROFILE,
      completes: () => false,
      onScan: scan => scans.push(scan),
      onType: key => keys.push(key),
      onTwice: () => (twice += 1),
    })
  })
  afterEach(() => {
    stop()
    button.remove()
    field.remove()
  })
  const press = (key: string, target: Element = document.body): KeyboardEvent => {
    const event = new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true, composed: true })
    target.dispatchEvent(event)
    target.dispatchEvent(new KeyboardEvent('keyup', { key, code: key, bubbles: true, cancelable: true }))
    return event
  }
  const scan = (text: string, target?: Element): void => {
    for (const character of text) press(character, target)
    press('Enter', target)
  }

  it('[K25] a scan is heard without a focused field, with its identifier cut off', () => {
    scan(']E09780764544200')
    expect(scans.map(s => [s.text, s.aim, s.source])).toEqual([['9780764544200', ']E0', 'wedge']])
  })
  it('[K26] two scans one after the other are two scans', () => {
    scan('A-01')
    scan('A-01')
    expect(scans.map(s => s.text)).toEqual(['A-01', 'A-01'])
  })
  it('[K27] a scan never clicks the button that has the focus', () => {
    button.focus()
    scan('A B', button)
    expect(clicks).toBe(0)
    expect(scans.map(s => s.text)).toEqual(['A B'])
  })
  it('[K28] Enter with nothing open is left to the button of the person who presses it', () => {
    expect(press('Enter', button).defaultPrevented).toBe(false)
  })
  it('[K29] the separator arrives as a key, as Ctrl+] and as text', () => {
    scan('10AB<GS>17270331')
    for (const character of '10AB') press(character)
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: ']', code: 'BracketRight', ctrlKey: true, bubbles: true, cancelable: true }),
    )
    for (const character of '17270331') press(character)
    press('Enter')
    expect(scans.map(s => s.text)).toEqual(['10AB\u001d17270331', '10AB\u001d17270331'])
  })
  const paste = (text: string): void => {
    const data = new DataTransfer()
    data.setData('text', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }
  const insert = (text: string, target: Element = field): void => {
    target.dispatchEvent(new InputEvent('input', { data: text, inputType: 'insertText', bubbles: true }))
  }
  it('[K32] a code by keys and by text at the same time is one scan, twice by one channel two', () => {
    const sink = document.createElement('input')
    sink.dataset['wedge'] = ''
    document.body.append(sink)
    scan('4354210')
    insert('4354210', sink)
    expect([scans.length, twice]).toEqual([1, 1])
    insert('4354210', sink)
    insert('4354210', sink)
    insert('other', sink)
    expect([scans.map(s => s.text).slice(1), twice]).toEqual([['4354210', '4354210', 'other'], 1])
    sink.remove()
  })
  it('[K34] a composition is read at its end, once, and leaves nothing behind', () => {
    const sink = document.createElement('input')
    sink.dataset['wedge'] = ''
    document.body.append(sink)
    for (const interim of ['97', '97807', '9780764544200']) {
      sink.value = interim
      sink.dispatchEvent(new InputEvent('input', { data: interim, inputType: 'insertCompositionText', bubbles: true }))
    }
    expect(scans).toEqual([])
    sink.dispatchEvent(new CompositionEvent('compositionend', { data: '9780764544200', bubbles: true }))
    expect([scans.map(s => s.text), sink.value]).toEqual([['9780764544200'], ''])
    sink.remove()
  })
  it('[K34] pieces of a code are put together, and what keys have left open goes first', async () => {
    insert('A', document.body)
    insert('-0', document.body)
    insert('17', document.body)
    await expect.poll(() => scans.map(s => s.text)).toEqual(['A-017'])
    for (const character of 'KEYS') press(character)
    insert('TEXT', document.body)
    expect(scans.map(s => s.text)).toEqual(['A-017', 'KEYS', 'TEXT'])
  })
  it('[K34] whatever the channels and their order: no code is lost, none is merged with another', () => {
    const code = fc.string({ unit: fc.constantFrom(...'ABCDEF0123456789-'), minLength: 4, maxLength: 20 })
    const by = fc.constantFrom('keys', 'text', 'paste', 'composition')
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(code, by), { selector: ([text]) => text, maxLength: 12 }), given => {
        scans = []
        for (const [text, channel] of given) {
          if (channel === 'keys') scan(text)
          else if (channel === 'text') insert(text, document.body)
          else if (channel === 'paste') paste(text)
          else document.body.dispatchEvent(new CompositionEvent('compositionend', { data: text, bubbles: true }))
        }
        expect(scans.map(one => one.raw)).toEqual(given.map(([text]) => text))
      }),
    )
  })
  it('[K30] a pasted code is a scan', () => {
    paste('9780764544200')
    expect(scans.map(s => s.text)).toEqual(['9780764544200'])
  })
})
