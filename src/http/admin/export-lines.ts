import type { Exported } from '../../ledger/report.ts'
import { exportedToWire } from '../../ledger/wire.ts'
import { toCsvLine, type Cell } from './csv.ts'

/** How exported rows are written: what comes before them, and a line for each. */
export interface Lines {
  readonly contentType: string
  readonly extension: string
  readonly head: string
  readonly line: (exported: Exported) => string
}

/** A JSON object a line: the row in its wire form. */
export const ndjson: Lines = {
  contentType: 'application/x-ndjson',
  extension: 'ndjson',
  head: '',
  line: (exported) => `${JSON.stringify(exportedToWire(exported))}\n`,
}

const columns = [
  'mark',
  'type',
  'id',
  'request_id',
  'key_id',
  'project_id',
  'end_user',
  'model',
  'provider',
  'outcome',
  'usage_source',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'charge',
  'provider_cost',
  'price_card',
  'tags',
  'note',
  'started_at',
  'ended_at',
] as const

type Columns = Partial<Record<(typeof columns)[number], Cell>>

/** A table with the same columns for both kinds of rows. */
export const csv: Lines = {
  contentType: 'text/csv; charset=utf-8',
  extension: 'csv',
  head: toCsvLine(columns),
  line(exported) {
    const cells = columnsOf(exportedToWire(exported))

    return toCsvLine(columns.map((column) => cells[column] ?? null))
  },
}

function columnsOf(wire: ReturnType<typeof exportedToWire>): Columns {
  if (wire.type === 'request') {
    const { attempts: _attempts, hold: _hold, usage, tags, ...cells } = wire
    return { ...usage, ...cells, tags: JSON.stringify(tags) }
  }
  const { posted_at, created_at, tags, ...cells } = wire
  return { ...cells, tags: JSON.stringify(tags), started_at: posted_at, ended_at: created_at }
}
