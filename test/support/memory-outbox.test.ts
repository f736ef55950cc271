import { derivedId } from '../../shared/ids.ts'
import { makeMemoryOutbox } from './memory-outbox.ts'
import { describeOutbox } from './outbox-contract.ts'

describeOutbox('memory', async () => {
  const { store, add } = makeMemoryOutbox()
  const connector = derivedId<'connector'>('connector', 'memory')
  const warehouse = derivedId<'warehouse'>('warehouse', 'memory')
  return {
    outbox: store,
    connector,
    warehouse,
    add: async message => add({ ...message, type: message.type ?? 'receipt', connector, warehouse, payload: {} }),
  }
})
