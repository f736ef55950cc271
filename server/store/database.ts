/**
 * Every statement here is SQL with its row type beside it (`sql<Row>`), because the ones that matter are single
 * set-based statements that a query builder would only obscure. So Kysely is given no table types: it carries the
 * connection, the transaction and the parameters.
 */
export type Database = Record<string, never>
