import { afterEach, beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { Scan } from '../../shared/scan/scan.ts'
import { UNKNOWN_PROFILE } from './profile.ts'
import { mountSink } from './sink.ts'
import { listenToWedge } from './wedge.ts'

const scans: Scan[] = []
const typed: string[] = []
let stops: (() => void)[] = []
const button = document.createElement('button')
const field = document.createElement('input')

beforeEach(() => {
  scans.length = 0
  typed.length = 0
  document.body.append(button, field)
  stops = [
    mountSink(document),
    listenToWedge(window, {
      profile: UNKNOWN_PROFILE,
      completes: () => false,
      onScan: scan => scans.push(scan),
      onType: key => typed.push(key),
    }),
  ]
})
afterEach(() => {
  for (const stop of stops) stop()
  button.remove()
  field.remove()
})

const sink = (): HTMLInputElement | null => document.querySelector('input[data-wedge]')
const atSink = async (): Promise<void> => {
  await expect.poll(() => document.activeElement === sink()).toBe(true)
}
/** As an input method does: the text is in the field, and one event says so. */
const write = (text: string): void => {
  const target = sink()
  if (target === null) throw new Error('no sink')
  target.value = text
  target.dispatchEvent(new InputEvent('input', { data: text, inputType: 'insertText', bubbles: true }))
}

test('[K31] the text of an input method has a field to go to, which stays empty', async () => {
  await atSink()
  write('9780764544200')
  write('9780764544200')
  expect(scans.map(scan => scan.text)).toEqual(['9780764544200', '9780764544200'])
  expect(sink()?.value).toBe('')
})

test('[K31] it has the focus again after a touch of a button and after a text field, never while somebody writes', async () => {
  await atSink()
  await userEvent.click(button)
  await atSink()
  await userEvent.click(field)
  await userEvent.keyboard('xy')
  expect(document.activeElement).toBe(field)
  field.blur()
  await atSink()
})

test('[K31] it brings no keyboard, is in no tab order and goes away with the ears', async () => {
  expect([sink()?.inputMode, sink()?.tabIndex]).toEqual(['none', -1])
  for (const stop of stops.splice(0)) stop()
  expect(sink()).toBeNull()
})
