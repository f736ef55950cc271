import { expect, test } from 'vitest'
import { enrolTrouble } from './enrol-trouble.ts'

test('[GL16] a set-up code says when its address is of this computer only, or gives no camera', () => {
  const at = (address: string) => enrolTrouble(`${address}/enrol#t=XE1`)
  for (const address of ['http://localhost:8080', 'https://127.0.0.1:8443', 'http://[::1]:8080'])
    expect([address, at(address)]).toEqual([address, 'here'])
  expect(at('http://192.168.1.20:8080')).toBe('plain')
  for (const address of ['https://depo.local:8443', 'https://192.168.1.20:8443', 'https://stock.example.org'])
    expect([address, at(address)]).toEqual([address, null])
})
