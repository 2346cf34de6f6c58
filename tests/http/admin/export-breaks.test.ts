import { afterEach, describe, expect, test } from 'vitest'
import { startExport } from '../../../src/http/admin/export-body.ts'
import { ndjson } from '../../../src/http/admin/export-lines.ts'
import { refuse } from '../../../src/ledger/call.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import type { Exported, ExportQuery } from '../../../src/ledger/report.ts'
import { errorOf, seedOrg } from './client.ts'
import { startAdmin } from './in-process.ts'

/** An export that ends cleanly is whole; it reads no faster than its reader. */

const at = Date.UTC(2031, 0, 15)

/** As many rows as are asked for, without end. */
function rowsAfter({ after, limit }: ExportQuery): Exported[] {
  return Array.from({ length: limit }, (_, i) => ({
    mark: after + i + 1,
    row: {
      kind: 'adjustment',
      id: `adj_broken_${after + i + 1}`,
      model: '',
      provider: '',
      tags: {},
      charge: 1,
      note: 'x'.repeat(500),
      at,
      createdAt: at,
    },
  }))
}

type ReadRows = Ledger['book']['exportRows']

let admin: Awaited<ReturnType<typeof startAdmin>> | undefined
afterEach(() => admin?.stop())

/** The admin API over books that give such rows. */
async function startWith(exportRows: ReadRows) {
  const started = await startAdmin({
    around: (ledger) => ({ ...ledger, book: { ...ledger.book, exportRows } }),
  })
  admin = started
  await seedOrg(started.root, 'broken')
  const path = `${started.url}/admin/v1/exports/rows?org=broken`
  const get = (init: RequestInit = {}) =>
    fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${started.key}` } })
  return { ...started, get }
}

const secondPageFails: Record<string, ReadRows> = {
  'cannot be reached': async (_, query) => {
    if (query.after > 0) throw new Error('no answer for wr_broken_secret_check')
    return rowsAfter(query)
  },
  refuses: async (_, query) => (query.after > 0 ? refuse('not_found', 'Gone.') : rowsAfter(query)),
}

describe('a ledger that, in the middle of an export,', () => {
  for (const [what, exportRows] of Object.entries(secondPageFails))
    for (const accept of ['application/x-ndjson', 'text/csv'])
      test(`${what} breaks the stream off (${accept}), and the log says so`, async () => {
        const { get, lines } = await startWith(exportRows)
        const response = await get({ headers: { accept } })
        expect(response.status).toBe(200)
        await expect(response.text()).rejects.toThrow()
        expect(lines).toMatchObject([
          ['error', 'admin-request-failed', { method: 'GET', path: '/admin/v1/exports/rows' }],
        ])
        expect(JSON.stringify(lines)).not.toContain('secret')
      })
})

test('a ledger that cannot be reached at the start is 503', async () => {
  const { root } = await startWith(async () => {
    throw new Error('no answer')
  })
  expect(errorOf(await root('GET', '/exports/rows?org=broken'))).toMatchObject({
    status: 503,
    code: 'ledger_unavailable',
  })
})

test('a client that goes away ends the reading', async () => {
  const { get, drain, lines } = await startWith(async (_, query) => rowsAfter(query))
  const leaving = new AbortController()
  const response = await get({ signal: leaving.signal })
  await response.body?.getReader().read()
  leaving.abort()
  await drain()
  expect(lines).toEqual([])
})

describe('a page is read', () => {
  function start(maxRows = Infinity) {
    const reads: ExportQuery[] = []
    const written: number[] = []
    let take = () => {}
    const sink = {
      write: (bytes: Uint8Array) => {
        written.push(new TextDecoder().decode(bytes).split('\n').length - 1)
        return new Promise<void>((resolve) => {
          take = resolve
        })
      },
      cut: () => written.push(-1),
    }
    let left = false
    const body = startExport({
      lines: ndjson,
      read: async (query) => {
        reads.push(query)
        return rowsAfter(query)
      },
      after: 7,
      maxRows,
      left: () => left,
      failed: () => written.push(-2),
    })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    return {
      reads,
      written,
      finished: body.then((write) => write(sink)),
      turn,
      async takePage() {
        take()
        await turn()
      },
      leave() {
        left = true
        take()
      },
    }
  }

  test('only once the one before was taken', async () => {
    const { reads, written, takePage, turn, leave, finished } = start()
    await turn()
    expect(reads).toEqual([{ after: 7, limit: 500 }])
    expect(written).toEqual([500])
    await takePage()
    expect(reads).toEqual([
      { after: 7, limit: 500 },
      { after: 507, limit: 500 },
    ])
    expect(written).toEqual([500, 500])
    leave()
    await finished
    expect(reads).toHaveLength(2)
    expect(written).toEqual([500, 500])
  })

  test('no larger than what is still wanted', async () => {
    const { reads, written, takePage, turn, finished } = start(501)
    await turn()
    await takePage()
    await takePage()
    await finished
    expect(reads.map(({ limit }) => limit)).toEqual([500, 1])
    expect(written).toEqual([500, 1])
  })
})
