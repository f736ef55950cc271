import { runConnectorContract } from '../kit.ts'
import { startTryton } from './peer.ts'

runConnectorContract({ name: 'Tryton 6.0', start: () => startTryton(process.env['ERP_FOLDER'] ?? '') })
