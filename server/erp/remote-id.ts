/**
 * Ids of orders and of their lines, made unlike each other for ERPs that number each kind, and the lines of each order, for
 * themselves: "salesOrder,1001" and its line "salesOrder,1001,2".
 */
export const documentRemote = (kind: string, id: string): string => `${kind},${id}`
export const lineRemote = (document: string, line: string): string => `${document},${line}`

/** As the ERP itself calls the order. */
export const documentName = (remote: string): string => remote.slice(remote.indexOf(',') + 1)
/** As the ERP itself calls the line of this order. */
export const lineName = (document: string | null, remote: string): string =>
  document !== null && remote.startsWith(`${document},`) ? remote.slice(document.length + 1) : remote
