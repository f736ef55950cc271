/** A person at Tryton's own screen, over the same JSON-RPC but without the connector: what the kit needs of the other side. */
export type Person = {
  call: (method: string, ...args: readonly unknown[]) => Promise<unknown>
  user: number
}

export const today = (): Record<string, unknown> => {
  const now = new Date()
  return { __class__: 'date', year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, day: now.getUTCDate() }
}
export const decimal = (text: string): Record<string, unknown> => ({ __class__: 'Decimal', decimal: text })

export const logIn = async (at: { url: string; database: string; user: string; password: string }): Promise<Person> => {
  let authorization = ''
  let id = 0
  const send = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    id += 1
    const response = await fetch(`${at.url}/${at.database}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
      body: JSON.stringify({ id, method, params }),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${method}: HTTP ${response.status} ${text.slice(0, 200)}`)
    const { error, result } = JSON.parse(text) as { error?: unknown; result?: unknown }
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error).slice(0, 1500)}`)
    return result
  }
  const [user, session] = (await send('common.db.login', [at.user, { password: at.password }, 'en'])) as [
    number,
    string,
  ]
  authorization = `Session ${Buffer.from(`${at.user}:${user}:${session}`).toString('base64')}`
  const context = (await send('model.res.user.get_preferences', [true, {}])) as Record<string, unknown>
  return { user, call: (method, ...args) => send(`model.${method}`, [...args, context]) }
}
