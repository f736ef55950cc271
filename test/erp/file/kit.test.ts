import { runConnectorContract } from '../kit.ts'
import { startFileErp } from './peer.ts'

const NO_CARRIER = { '[E134]': 'file for what carriers say', '[E135]': 'file for labels of carriers' }
const NO_LOGIN = { '[E61]': 'password' }
/** Of all uses of the folder only a rename is seen by the ERP. */
const renames = (_request: Request, body: string): boolean => body.includes('"op":"move"')
const NO_ANSWER = 'answer of the ERP before the message ends'

runConnectorContract({
  name: 'files, and an ERP that moves what it has taken',
  start: () => startFileErp('taken'),
  takesStatus: true,
  lacks: { ...NO_LOGIN, ...NO_CARRIER },
  postsAt: renames,
})
runConnectorContract({
  name: 'files, and an ERP that says nothing',
  start: () => startFileErp('written'),
  takesStatus: true,
  lacks: { ...NO_LOGIN, ...NO_CARRIER, '[E71]': NO_ANSWER, '[E73]': NO_ANSWER },
  postsAt: renames,
})
