import { describe, expect, it } from 'vitest'
import { classify, questionId, readAnswer } from './tryton-answer.ts'
import type { Refusal } from './tryton-answer.ts'

const refusal = (error: unknown): Refusal => {
  const answer = readAnswer({ id: 1, error })
  if (answer === null || !('refusal' in answer)) throw new Error('no refusal')
  return answer.refusal
}

describe('what Tryton answers', () => {
  it.each([
    [401, 'auth', 'auth'],
    [403, 'config', 'config'],
    [404, 'config', 'config'],
    [413, 'rejected', 'rejected'],
    [429, 'throttled', 'throttled'],
    [400, 'transient', 'unknownOutcome'],
    [500, 'transient', 'unknownOutcome'],
    [502, 'transient', 'unknownOutcome'],
    [503, 'transient', 'unknownOutcome'],
  ] as const)('[ET1] HTTP %i is %s while reading and %s while writing', (status, read, write) => {
    expect([classify({ status }, 'read'), classify({ status }, 'write')]).toEqual([read, write])
  })
  it.each([
    [['UserError', ['A value is required.', '', null]], 'rejected', 'rejected'],
    [['UserWarning', ['0123456789abcdef0123456789abcdef.done', 'No origin.', '']], 'needsDecision', 'needsDecision'],
    [['ConcurrencyException', 'Records were modified in the meanwhile'], 'conflict', 'conflict'],
    [['LoginException', ['password', 'Password for x', 'password']], 'auth', 'auth'],
    [["'nope.nope'", 'Traceback …'], 'config', 'config'],
    [['could not obtain lock on row in relation "stock_move"\n', 'Traceback …'], 'transient', 'unknownOutcome'],
  ] as const)('[ET1] %j is %s while reading and %s while writing', (error, read, write) => {
    expect([classify(refusal(error), 'read'), classify(refusal(error), 'write')]).toEqual([read, write])
  })
  it('[ET1] a translated text is of the same class', () => {
    expect(classify(refusal(['UserError', ['Bir değer gerekli.', '', null]]), 'write')).toBe('rejected')
  })
  it('[ET1] a page, half an answer or other JSON is no answer at all', () => {
    for (const json of [undefined, null, 'x', [], {}, { result: 1 }, { id: 1, error: [] }, { error: ['UserError'] }])
      expect(readAnswer(json)).toBeNull()
    expect(readAnswer({ id: 7, result: null })).toEqual({ result: null })
  })
  it.each([
    ['0123456789abcdef0123456789abcdef.done', 'model.stock.shipment.in.receive', 'done@stock.shipment.in.receive'],
    [
      'stock.move,5.check_expiration_dates',
      'model.stock.shipment.out.done',
      'check_expiration_dates@stock.shipment.out.done',
    ],
    [
      'shipment_out_no_carrier_stock.shipment.out,16',
      'model.stock.shipment.out.pack',
      'shipment_out_no_carrier@stock.shipment.out.pack',
    ],
  ])('[ET2] the question %s of %s is %s, whatever records it is about', (name, method, id) => {
    expect(questionId(name, method)).toBe(id)
  })
})
