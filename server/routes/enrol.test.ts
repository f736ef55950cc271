import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HEADERS } from '../../shared/sync/enrol.ts'
import { derivedId } from '../../shared/ids.ts'
import { enrol, enrolBody, get, newKey, post, proven, testApp } from './test-app.ts'
import { OTHER_WAREHOUSE, WAREHOUSE } from './test-stores.ts'
import type { TestApp, TestDevice } from './test-app.ts'

const codeOf = async (response: Response): Promise<string> => {
  const { code }: { code: string } = await response.json()
  return code
}

/** Another character before the last one: of the last, two bits say nothing, so that another one may be the same token. */
const changed = (token: string): string => `${token.slice(0, -2)}${token.at(-2) === 'x' ? 'y' : 'x'}${token.slice(-1)}`

describe('setting a handheld up', () => {
  test('[A1] a set-up code registers one handheld and is spent by it', async () => {
    const app = await testApp()
    await app.addCode('XEONCE')
    const first = await post(app, '/api/enrol', enrolBody(newKey(), 'XEONCE'))
    expect(first.status).toBe(200)
    expect(await first.json()).toMatchObject({ number: 1, warehouse: { id: WAREHOUSE, name: 'Depo 1' } })
    const second = await post(app, '/api/enrol', enrolBody(newKey(), 'XEONCE'))
    expect([second.status, await codeOf(second)]).toEqual([410, 'token_spent'])
  })

  test('[A1] a set-up code runs out after ten minutes', async () => {
    const app = await testApp()
    await app.addCode('XELATE')
    app.wait(600_001)
    expect((await post(app, '/api/enrol', enrolBody(newKey(), 'XELATE'))).status).toBe(410)
  })

  test('[A1] the code of the demo takes any number of handhelds, typed in small letters too', async () => {
    const app = await testApp()
    await app.addCode('XEDEMO', WAREHOUSE, true)
    for (const token of ['XEDEMO', 'xedemo'])
      expect((await post(app, '/api/enrol', enrolBody(newKey(), token))).status).toBe(200)
  })

  test('[A2] the answer brings a roster that the key of the same answer has signed', async () => {
    const { answer } = await enrol(await testApp())
    const key = createPublicKey({ key: answer.serverKey, format: 'jwk' })
    const good = (text: string) =>
      verify(
        'sha256',
        Buffer.from(text),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(answer.roster.sig, 'base64url'),
      )
    expect(good(answer.roster.text)).toBe(true)
    expect(good(`${answer.roster.text} `)).toBe(false)
  })

  test('[A3] a handheld that proves its old key keeps its id and its number', async () => {
    const app = await testApp()
    const { key, answer } = await enrol(app)
    await enrol(app)
    await app.addCode('XEAGAIN')
    const again = { device: answer.device, sig: key.sign('enrol\nXEAGAIN') }
    const response = await post(app, '/api/enrol', enrolBody(key, 'XEAGAIN', again))
    expect(await response.json()).toMatchObject({ device: answer.device, number: answer.number })
  })

  test('[A3] a forged proof of the old key is refused and leaves the code unspent', async () => {
    const app = await testApp()
    const { key, answer } = await enrol(app)
    await app.addCode('XEFORGED')
    const forged = { device: answer.device, sig: newKey().sign('enrol\nXEFORGED') }
    expect((await post(app, '/api/enrol', enrolBody(key, 'XEFORGED', forged))).status).toBe(401)
    const other = newKey()
    const swapped = { device: answer.device, sig: key.sign('enrol\nXEFORGED') }
    expect((await post(app, '/api/enrol', enrolBody(other, 'XEFORGED', swapped))).status).toBe(401)
    expect((await post(app, '/api/enrol', enrolBody(other, 'XEFORGED'))).status).toBe(200)
  })

  test('[A3] a handheld that a restored server does not know keeps the id that its queue is signed with', async () => {
    const { key, answer } = await enrol(await testApp())
    const restored = await testApp()
    await restored.addCode('XEBACK')
    const again = { device: answer.device, sig: key.sign('enrol\nXEBACK') }
    const response = await post(restored, '/api/enrol', enrolBody(key, 'XEBACK', again))
    expect(await response.json()).toMatchObject({ device: answer.device })
  })

  test('[A3] a handheld of another warehouse, or a revoked one, is not set up again', async () => {
    const app = await testApp()
    const { key, answer } = await enrol(app)
    await app.addCode('XEOTHER', OTHER_WAREHOUSE)
    const again = (token: string) => enrolBody(key, token, { device: answer.device, sig: key.sign(`enrol\n${token}`) })
    expect(await codeOf(await post(app, '/api/enrol', again('XEOTHER')))).toBe('foreign_device')
    await app.deps.stores.devices.revoke(answer.device, 'revoked', null)
    await app.addCode('XEREVOKED')
    expect(await codeOf(await post(app, '/api/enrol', again('XEREVOKED')))).toBe('revoked')
  })

  test('[A1] a key that is no point of the curve is refused before the code is spent', async () => {
    const app = await testApp()
    await app.addCode('XEPOINT')
    const body = {
      ...enrolBody(newKey(), 'XEPOINT'),
      publicKey: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) },
    }
    expect((await post(app, '/api/enrol', body)).status).toBe(400)
    expect((await post(app, '/api/enrol', enrolBody(newKey(), 'XEPOINT'))).status).toBe(200)
  })

  test('[A10] who guesses codes is slowed down, others at the same time are not', async () => {
    const app = await testApp()
    const guess = (from: string) => post(app, '/api/enrol', enrolBody(newKey(), 'XEGUESS'), {}, from)
    let last = await guess('10.0.0.9')
    for (let i = 0; i < 20; i += 1) last = await guess('10.0.0.9')
    expect([last.status, last.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await guess('10.0.0.8')).status).toBe(410)
    app.wait(3_000)
    expect((await guess('10.0.0.9')).status).toBe(410)
  })
})

describe('a new access token', () => {
  const ask = (app: TestApp, device: TestDevice, nonce: string, sig?: string) =>
    post(app, '/api/token', {
      device: device.answer.device,
      nonce,
      sig: sig ?? device.key.sign(`token\n${device.answer.device}\n${nonce}`),
    })

  test('[A4] the device key and a nonce of the server bring a new token, without any old one', async () => {
    const app = await testApp()
    const device = await enrol(app)
    app.wait(60 * 60_000)
    const nonce = app.deps.nonces.issue(app.deps.now())
    const response = await ask(app, device, nonce)
    expect(response.status).toBe(200)
    const { access }: { access: string } = await response.json()
    expect(app.deps.tokens.read(access, app.deps.now())?.device).toBe(device.answer.device)
  })

  test('[A4] an old nonce is answered with a new one, by which the same call succeeds', async () => {
    const app = await testApp()
    const device = await enrol(app)
    app.wait(10 * 60_000)
    const stale = await ask(app, device, device.answer.nonce)
    expect(stale.status).toBe(401)
    const refusal: { code: string; nonce: string } = await stale.json()
    expect(refusal.code).toBe('use_nonce')
    expect(stale.headers.get(HEADERS.nonce)).toBe(refusal.nonce)
    expect((await ask(app, device, refusal.nonce)).status).toBe(200)
  })

  test('[A4] a forged signature and an unknown handheld get the same answer', async () => {
    const app = await testApp()
    const device = await enrol(app)
    const nonce = app.deps.nonces.issue(app.deps.now())
    const forged = await ask(app, device, nonce, newKey().sign(`token\n${device.answer.device}\n${nonce}`))
    const stranger = { ...device, answer: { ...device.answer, device: derivedId<'device'>('nobody') } }
    const unknown = await ask(app, stranger, nonce)
    expect([forged.status, await forged.text()]).toEqual([unknown.status, await unknown.text()])
    expect(forged.status).toBe(401)
  })

  test('[A6] a revoked handheld gets no token', async () => {
    const app = await testApp()
    const device = await enrol(app)
    await app.deps.stores.devices.revoke(device.answer.device, 'revoked', null)
    const response = await ask(app, device, app.deps.nonces.issue(app.deps.now()))
    expect([response.status, await codeOf(response)]).toEqual([403, 'revoked'])
  })
})

describe('the proof of a request', () => {
  test('[A7] a token alone opens nothing: method, path, body and nonce are signed by the device key', async () => {
    const app = await testApp()
    const device = await enrol(app)
    expect((await get(app, device, '/api/catalogue')).status).toBe(200)
    const good = proven(app, device, 'GET', '/api/catalogue')
    const attempts: Record<string, Record<string, string>> = {
      'no proof': { ...good, [HEADERS.proof]: '' },
      'another path': { ...good, ...proven(app, device, 'GET', '/api/snapshot') },
      'another method': { ...good, ...proven(app, device, 'POST', '/api/catalogue') },
      'another body': { ...good, ...proven(app, device, 'GET', '/api/catalogue', 'x') },
      'another key': { ...good, ...proven(app, { ...device, key: newKey() }, 'GET', '/api/catalogue') },
      'no token': { ...good, authorization: '' },
      'a changed token': { ...good, authorization: changed(good['authorization'] ?? '') },
    }
    for (const [name, headers] of Object.entries(attempts)) {
      const response = await app.app.request('/api/catalogue', { headers })
      expect([name, response.status, await codeOf(response)]).toEqual([name, 401, 'unauthorised'])
    }
  })

  test('[A7] a captured request is worth nothing a few minutes later', async () => {
    const app = await testApp()
    const device = await enrol(app)
    const headers = proven(app, device, 'GET', '/api/catalogue')
    expect((await app.app.request('/api/catalogue', { headers })).status).toBe(200)
    app.wait(5 * 60_000)
    const response = await app.app.request('/api/catalogue', { headers })
    expect(await codeOf(response)).toBe('use_nonce')
    expect(response.headers.get(HEADERS.nonce)).toBe(app.deps.nonces.issue(app.deps.now()))
  })

  test('[A7] an access token is good for fifteen minutes', async () => {
    const app = await testApp()
    const device = await enrol(app)
    const { authorization = '' } = proven(app, device, 'GET', '/api/catalogue')
    app.wait(15 * 60_000)
    const headers = { ...proven(app, device, 'GET', '/api/catalogue'), authorization }
    expect(await codeOf(await app.app.request('/api/catalogue', { headers }))).toBe('unauthorised')
  })

  test('[A7] a restart refuses nothing: token and nonce of before still hold', async () => {
    const app = await testApp()
    const device = await enrol(app)
    const headers = proven(app, device, 'GET', '/api/catalogue')
    const restarted = await testApp({ stores: app.deps.stores })
    expect((await restarted.app.request('/api/catalogue', { headers })).status).toBe(200)
    const elsewhere = await testApp()
    expect((await elsewhere.app.request('/api/catalogue', { headers })).status).toBe(401)
  })
})
