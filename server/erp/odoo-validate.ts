import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Question } from './erp-error.ts'
import { text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import type { OutboundOp } from './operation.ts'

/**
 * What Odoo may ask before it posts, by the model of its dialogue, and what each answer adds to the call. `otherwise` is the
 * answer where nobody has given one.
 */
type Asked = {
  text: string
  answers: Readonly<Record<string, { text: string; context: Readonly<Record<string, unknown>> }>>
  otherwise?: string
}
const QUESTIONS: Readonly<Record<string, Asked>> = {
  'expiry.picking.confirmation': {
    text: 'Odoo asks: lots of this document have expired. Post them all the same?',
    answers: { post: { text: 'Post them', context: { skip_expired: true } } },
  },
  // Asked until somebody over there has said that messages shall be sent: until then none is.
  'confirm.stock.sms': {
    text: 'Odoo asks: send the customer a text message about this delivery?',
    answers: { silent: { text: 'Post without a message', context: { skip_sms: true } } },
    otherwise: 'silent',
  },
}
const BACKORDER = 'stock.backorder.confirmation'

const dialogue = v.looseObject({ res_model: v.string() })

/**
 * The button that posts. Its answer proves nothing: a dialogue comes with 200 and has moved nothing. The caller asks `find`.
 */
export const validate = async (
  odoo: Odoo,
  op: OutboundOp,
  picking: number,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> => {
  const given = Object.entries(op.answers).map(([id, answer]) => QUESTIONS[id]?.answers[answer]?.context ?? {})
  let said: Readonly<Record<string, unknown>> = Object.assign({}, ...given, context)
  for (;;) {
    const call = {
      model: 'stock.picking',
      method: 'button_validate',
      phase: 'write',
      ids: [picking],
      context: said,
    } as const
    const asked = v.safeParse(dialogue, await odoo.call(call, v.unknown(), signal))
    if (!asked.success) return
    const { res_model: id } = asked.output
    const question = QUESTIONS[id]
    const answer = question?.otherwise === undefined ? undefined : question.answers[question.otherwise]
    // A dialogue has done nothing, so the call may be made again with the answer; a second time would be a circle.
    if (answer === undefined || Object.keys(answer.context).some(name => name in said)) {
      await refuseDialogue(odoo, id, picking, signal)
      return
    }
    said = { ...said, ...answer.context }
  }
}

const stateRow = v.object({ state: text })
const refuseDialogue = async (odoo: Odoo, id: string, picking: number, signal: AbortSignal): Promise<void> => {
  // Some actions (a report to show) come after it was done.
  const [row] = await odoo.rows('stock.picking', stateRow, { domain: [['id', '=', picking]] }, signal)
  if (row?.state === 'done') return
  if (id === BACKORDER)
    throw new ErpError('conflict', 'Odoo would post this document in part only: its quantities were changed there')
  const question: Question = {
    id,
    text: QUESTIONS[id]?.text ?? `Odoo asks something that we do not know (${id})`,
    answers: Object.entries(QUESTIONS[id]?.answers ?? {}).map(([answer, { text }]) => ({ id: answer, text })),
  }
  throw new ErpError('needsDecision', question.text, { question })
}
