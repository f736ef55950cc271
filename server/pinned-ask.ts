import { request } from 'node:https'
import { connect } from 'node:tls'
import { pinOfKey } from './tls/serve.ts'

export type Ask = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string }

/**
 * Asks a server of this machine whose certificate names other hosts or comes from an authority that nobody knows here:
 * it is known again by its public key instead, and nothing is sent before that.
 */
export const pinnedAsk = (url: string, pin: string, { method, headers, body }: Ask): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url)
    const host = hostname.replace(/^\[|\]$/g, '')
    // Refused below by the key, which says more than a name.
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const cert = socket.getPeerX509Certificate()
      if (cert === undefined || pinOfKey(cert) !== pin) {
        socket.destroy()
        reject(new Error('another server answers there'))
        return
      }
      const ask = request({ createConnection: () => socket, method, host, path: pathname, headers }, answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500 })))
      })
      ask.once('error', reject)
      ask.end(body)
    })
  })
