/** `location` names what was there already. */
export class SimRefusal extends Error {
  readonly status: 400 | 404 | 409 | 412 | 422
  readonly location: string | null
  constructor(status: 400 | 404 | 409 | 412 | 422, message: string, location: string | null = null) {
    super(message)
    this.status = status
    this.location = location
  }
}

/** Nothing has happened: the ERP wants to know something first. */
export class SimQuestion extends Error {
  readonly kind: string
  constructor(kind: string, message: string) {
    super(message)
    this.kind = kind
  }
}

export const known = <T>(all: Readonly<Record<string, T>>, id: string, what: string): T => {
  const found = all[id]
  if (found === undefined) throw new SimRefusal(404, `no ${what} ${id}`)
  return found
}
