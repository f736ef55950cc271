import { expect, test } from 'vitest'
import { enrol, get, newKey, post, enrolBody, testApp } from './routes/test-app.ts'
import { makeLog } from './log.ts'

test('[O6] credentials and the values of a database error never reach the log', () => {
  const lines: string[] = []
  const log = makeLog('info', { write: line => void lines.push(line) })
  const error = Object.assign(new Error('duplicate key'), { detail: 'Key (hash)=(s3cret)', parameters: ['s3cret'] })
  log.error(
    { err: error, authorization: 's3cret', headers: { authorization: 's3cret' }, deep: { er: { token: 's3cret' } } },
    'x',
  )
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('duplicate key')
  expect(lines[0]).not.toContain('s3cret')
})

test('[O6] setting up, syncing and failing log neither code, token, proof nor key', async () => {
  const lines: string[] = []
  const app = await testApp({ log: makeLog('info', { write: line => void lines.push(line) }) })
  const device = await enrol(app)
  app.deps.stores.catalogue.manifest = async () => {
    throw new Error('broken')
  }
  await get(app, device, '/api/catalogue')
  const key = newKey()
  await app.addCode('XESECRET')
  await post(app, '/api/enrol', enrolBody(key, 'XESECRET'))
  const text = lines.join('')
  expect(lines.length).toBeGreaterThanOrEqual(3)
  expect(text).toContain(device.answer.device)
  for (const secret of ['XESECRET', device.answer.access, key.publicKey.x]) expect(text).not.toContain(secret)
})
