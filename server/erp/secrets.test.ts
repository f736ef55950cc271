import { inspect } from 'node:util'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'
import { openSecrets, readSecretKeys, sealSecrets } from './sealed-secret.ts'
import { connectorKind, erpUrl, makeConnector } from './settings.ts'

const keyOf = (n: number): string => Buffer.alloc(32, n).toString('base64')
const keys = (text: string) => readSecretKeys(text) ?? []

describe('secrets of a connection', () => {
  it('[E52] open with their key, for their connection, unchanged', () => {
    const sealed = sealSecrets(keys(keyOf(1)), 'a', { password: 'Parola1!' })
    expect(sealed).not.toContain('Parola1!')
    expect(openSecrets(keys(keyOf(1)), 'a', sealed)).toEqual({ password: 'Parola1!' })
    expect(openSecrets(keys(keyOf(2)), 'a', sealed)).toBeNull()
    expect(openSecrets(keys(keyOf(1)), 'b', sealed)).toBeNull()
    expect(openSecrets(keys(keyOf(1)), 'a', `${sealed.slice(0, -2)}AA`)).toBeNull()
  })
  it('[E52] a new key seals while the old one still opens', () => {
    const old = sealSecrets(keys(keyOf(1)), 'a', { token: 't' })
    const both = keys(`${keyOf(2)}, ${keyOf(1)}`)
    expect(openSecrets(both, 'a', old)).toEqual({ token: 't' })
    expect(openSecrets(keys(keyOf(2)), 'a', sealSecrets(both, 'a', { token: 'n' }))).toEqual({ token: 'n' })
    expect(readSecretKeys('short')).toBeNull()
  })
  it('[E53] no log, answer or error can print one', () => {
    let given: unknown
    const kind = connectorKind({
      name: 'x',
      title: 'X',
      settings: v.object({ url: erpUrl }),
      secrets: [{ name: 'password', title: 'Password' }],
      make: deps => {
        given = deps
        expect(deps.secrets.password()).toBe('Parola1!')
        return {} as never
      },
    })
    makeConnector(kind, { id: 'i', settings: { url: 'http://localhost:1' }, secrets: { password: 'Parola1!' } })
    expect(JSON.stringify(given)).not.toContain('Parola1!')
    expect(inspect(given, { depth: 9 })).not.toContain('Parola1!')
    expect(() => makeConnector(kind, { id: 'i', settings: { url: 'ftp://Parola1!@x' }, secrets: {} })).toThrow(/url/)
    expect(() => makeConnector(kind, { id: 'i', settings: { url: 'https://erp.example' }, secrets: {} })).toThrow(
      'x: password is missing',
    )
  })
  it('[E53] plain http goes to addresses inside the house only, and no address holds a password', () => {
    const takes = (url: string): boolean => v.safeParse(erpUrl, url).success
    expect(['https://erp.example/x', 'http://127.0.0.1:8000', 'http://10.1.2.3', 'http://logo'].map(takes)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['http://erp.example', 'https://u:p@erp.example', 'file:///etc'].map(takes)).toEqual([false, false, false])
  })
  it('[E54] a kept request or answer holds no credentials, sessions, tracebacks or personal data, and is cut', () => {
    const answer = JSON.stringify({
      session: 's3cr3t',
      params: [{ password: 'Parola1!' }, 'tok-1234'],
      debug: 'Traceback …',
      partner: { name: 'Shop', email: 'a@b.c' },
    })
    expect(redact(answer, ['tok-1234'])).toBe(
      '{"session":"•••","params":[{"password":"•••"},"•••"],"debug":"•••","partner":{"name":"Shop","email":"•••"}}',
    )
    expect(redact('<html>tok-1234</html>', ['tok-1234'])).toBe('<html>•••</html>')
    expect(redact('x'.repeat(20_000), []).length).toBe(8192)
  })
})
