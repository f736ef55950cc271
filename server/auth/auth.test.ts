import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import type { DeviceId } from '../../shared/ids.ts'
import { derivedId } from '../../shared/ids.ts'
import { readLabel } from '../../shared/scan/own-label.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { testApp } from '../routes/test-app.ts'
import { START, WAREHOUSE } from '../routes/test-stores.ts'
import { makeBucket } from './bucket.ts'
import { newCode } from './code.ts'
import { isKey, verifierOf } from './key.ts'
import { makeNonces, WINDOW_MS } from './nonce.ts'
import { renewRoster } from './roster.ts'
import { ACCESS_S, makeTokens } from './token.ts'

const device: DeviceId = derivedId('auth', 'device')
const later = (ms: number): string => isoOf(msOf(START) + ms)

test('[A7] a token holds until its last second and only under its own key', () => {
  const tokens = makeTokens(Buffer.from('one key'))
  const { access } = tokens.issue(device, START)
  expect(tokens.read(access, later(ACCESS_S * 1000 - 1))?.device).toBe(device)
  expect(tokens.read(access, later(ACCESS_S * 1000))).toBeNull()
  expect(makeTokens(Buffer.from('another')).read(access, START)).toBeNull()
  const [content = '', mac = ''] = access.split('.')
  for (const forged of ['', '.', `${content}.`, `${content}.${mac}.x`, `${content}A.${mac}`, `${mac}.${content}`])
    expect(tokens.read(forged, START)).toBeNull()
})

test('[A7] a nonce is good in its window and the next, in no other and under no other key', () => {
  const nonces = makeNonces(Buffer.from('one key'))
  const nonce = nonces.issue(START)
  expect([0, WINDOW_MS].map(ms => nonces.isGood(nonce, later(ms)))).toEqual([true, true])
  expect([-WINDOW_MS, 2 * WINDOW_MS].map(ms => nonces.isGood(nonce, later(ms)))).toEqual([false, false])
  expect(makeNonces(Buffer.from('another')).isGood(nonce, START)).toBe(false)
})

test('[A1] set-up codes are good labels, and no two are alike', () => {
  const codes = Array.from({ length: 200 }, () => newCode(randomBytes))
  expect(new Set(codes).size).toBe(200)
  for (const code of codes) expect([readLabel(code)?.prefix, readLabel(code)?.body.length]).toEqual(['XE', 16])
})

test('[A2] the roster is signed anew when half of its days are over, under the next version', async () => {
  const { deps } = await testApp()
  const policies = async () => null
  const site = { ...deps.stores.site, policies }
  const renew = (now: string) => renewRoster(site, deps.serverKey, WAREHOUSE, now)
  const day = 86_400_000
  expect(await renew(later(3 * day))).toBe(false)
  expect(await renew(later(4 * day))).toBe(true)
  const held = await site.roster(WAREHOUSE)
  expect(held?.roster).toMatchObject({ version: 2, validUntil: later(11 * day) })
  expect(JSON.parse(held?.signed.text ?? '')).toEqual(held?.roster)
})

test('[A10] an allowance refills with time and is counted per caller', () => {
  const bucket = makeBucket({ burst: 2, perMinute: 6 })
  expect([1, 2, 3].map(() => bucket.take('a', 0))).toEqual([null, null, 10])
  expect(bucket.take('b', 0)).toBeNull()
  expect([bucket.take('a', 9_999), bucket.take('a', 10_000)]).toEqual([1, null])
})

test('[A10] however many callers come, only so many are remembered', () => {
  const bucket = makeBucket({ burst: 1, perMinute: 1 })
  bucket.take('first', 0)
  for (let i = 0; i < 10_000; i += 1) bucket.take(`caller ${i}`, 0)
  expect(bucket.take('first', 0)).toBeNull()
})

test('[A13] of signatures that are asked for together each gets its own answer, whatever the others are', async () => {
  const handhelds = [1, 2].map(() => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const signed = (text: string): string =>
      sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    return { signed, key: { kty: 'EC', crv: 'P-256', x, y } as const }
  })
  const [one, two] = handhelds
  if (!one || !two) throw new Error('two handhelds')
  const noPoint = { ...one.key, y: one.key.x }
  expect([isKey(one.key), isKey(noPoint)]).toEqual([true, false])
  const asked = Array.from({ length: 20 }, (_, i) => [
    verifierOf(one.key)(`a${i}`, one.signed(`a${i}`)),
    verifierOf(one.key)(`a${i}`, one.signed(`b${i}`)),
    verifierOf(two.key)(`a${i}`, one.signed(`a${i}`)),
    verifierOf(noPoint)(`a${i}`, one.signed(`a${i}`)),
    verifierOf(two.key)(`şi${i}`, two.signed(`şi${i}`)),
    verifierOf(two.key)('x', 'no signature'),
  ])
  for (const answers of asked) expect(await Promise.all(answers)).toEqual([true, false, false, false, true, false])
  expect(await verifierOf(two.key)('later', two.signed('later'))).toBe(true)
})
