import { runConnectorContract } from '../kit.ts'
import { startRestErp } from './peer.ts'

runConnectorContract({ name: 'an ERP that speaks our own REST', start: startRestErp, takesStatus: true })
