import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileJournal, openJournal } from '../../src/platform/node/journal.ts'

/** The journal of a Node gateway: what it holds after any death of its process. */

let folder: string
const path = (slot = 1) => join(folder, `journal-${slot}.ndjson`)
const textOf = (slot = 1) => readFileSync(path(slot), 'utf8')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function entryOf(id: string) {
  const amounts = { inputTokens: 1, outputTokens: 2, cost: 3 }
  const candidates = [{ model: 'm', provider: 'p', hold: amounts, floor: amounts }]
  return { org: 'acme', openedAt: 7, call: { id, keyHash: 'hash', policyVersion: '1', candidates } }
}

function endOf(id: string) {
  return { id, attempts: [], source: 'exact', outcome: 'failed', charge: 0 } as const
}

/** What the next life of the process finds. */
async function reopened() {
  const journal = await fileJournal(folder, () => {})
  await journal.close()
  return journal.left
}

describe('the journal', () => {
  test('is for its owner alone, even if it was not', async () => {
    writeFileSync(path(), '')
    chmodSync(path(), 0o644)
    await reopened()
    expect(statSync(path()).mode & 0o777).toBe(0o600)
  })

  test('has what began on the disk before it says so, and what ended', async () => {
    const journal = await fileJournal(folder, () => {})
    await journal.begin(entryOf('a'))
    expect(textOf()).toContain('"begin":{"org":"acme"')
    await Promise.all([journal.begin(entryOf('b')), journal.end(endOf('a'))])
    expect(textOf().trim().split('\n')).toHaveLength(3)
    await journal.close()
    expect(await reopened()).toEqual([{ ...entryOf('a'), settlement: endOf('a') }, entryOf('b')])
  })

  test('is empty once everything is in the books', async () => {
    const journal = await fileJournal(folder, () => {})
    await Promise.all([journal.begin(entryOf('a')), journal.begin(entryOf('b'))])
    await journal.end(endOf('a'))
    journal.posted('a')
    await journal.end(endOf('b'))
    expect(textOf()).not.toBe('')
    journal.posted('b')
    await journal.close()
    expect(textOf()).toBe('')
    expect(await reopened()).toEqual([])
  })

  test('goes on after what an earlier life left, and is emptied when that is posted too', async () => {
    const first = await fileJournal(folder, () => {})
    await first.begin(entryOf('a'))
    await first.close()
    const second = await fileJournal(folder, () => {})
    await second.begin(entryOf('b'))
    second.posted('a')
    await second.end(endOf('b'))
    await second.close()
    const third = await fileJournal(folder, () => {})
    expect(third.left).toEqual([{ ...entryOf('b'), settlement: endOf('b') }])
    third.posted('b')
    await third.close()
    expect(textOf()).toBe('')
  })

  test('takes a line that was torn for none, and writes on behind it', async () => {
    const first = await fileJournal(folder, () => {})
    await first.begin(entryOf('a'))
    await first.close()
    for (const id of ['b', 'c']) {
      appendFileSync(path(), '{"begin":{"org":"ac')
      const journal = await fileJournal(folder, () => {})
      await journal.begin(entryOf(id))
      await journal.close()
    }
    expect((await reopened()).map(({ call }) => call.id)).toEqual(['a', 'b', 'c'])
  })

  test('sets aside lines that are none of its own, and posts the others', async () => {
    const first = await fileJournal(folder, () => {})
    await first.begin(entryOf('a'))
    await first.close()
    const odd = [
      '{}',
      '5',
      'null',
      '{"begin":{"org":"acme","call":{"id":"x"}}}',
      '{"end":{"id":"a"}}',
      'rubbish',
    ]
    appendFileSync(path(), `${odd.join('\n')}\n`)
    const logged: string[] = []
    const journal = await fileJournal(folder, (_, event) => void logged.push(event))
    expect(journal.left.map(({ call }) => call.id)).toEqual(['a'])
    expect(logged).toEqual(['journal-damaged'])
    expect(readFileSync(join(folder, 'journal-damaged.txt'), 'utf8')).toBe(`${odd.join('\n')}\n`)
    await journal.close()
  })

  test('holds, after any steps, what began and was not posted, with its end', async () => {
    const step = fc.tuple(fc.constantFrom('begin', 'end', 'posted', 'reopen'), fc.constantFrom('a', 'b', 'c'))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        rmSync(path(), { force: true })
        const model = new Map<string, boolean>()
        let journal = await fileJournal(folder, () => {})
        for (const [what, id] of steps) {
          if (what === 'begin' && !model.has(id)) {
            await journal.begin(entryOf(id))
            model.set(id, false)
          } else if (what === 'end' && model.get(id) === false) {
            await journal.end(endOf(id))
            model.set(id, true)
          } else if (what === 'posted' && model.delete(id)) journal.posted(id)
          else if (what === 'reopen') {
            await journal.close()
            journal = await fileJournal(folder, () => {})
          }
        }
        await journal.close()
        const left = await reopened()
        expect(new Map(left.map(({ call, settlement }) => [call.id, settlement !== undefined]))).toEqual(
          model,
        )
      }),
      { numRuns: 60 },
    )
  })

  test('is one for each gateway of a folder, and what a dead one left is posted by the next', async () => {
    const [first, second] = [await fileJournal(folder, () => {}), await fileJournal(folder, () => {})]
    await first.begin(entryOf('a'))
    await second.begin(entryOf('b'))
    await second.end(endOf('b'))
    expect([textOf(1), textOf(2)].map((text) => text.includes('"id":"b"'))).toEqual([false, true])
    // The second is killed; the first lives, and nobody takes what is its own.
    await second.close()
    const third = await fileJournal(folder, () => {})
    expect(third.left).toEqual([{ ...entryOf('b'), settlement: endOf('b') }])
    await third.close()
    await first.close()
    const last = await fileJournal(folder, () => {})
    expect(last.left.map(({ call }) => call.id)).toEqual(['a', 'b'])
    expect(textOf(2)).toBe('')
    last.posted('a')
    last.posted('b')
    await last.close()
    expect([textOf(1), textOf(2)]).toEqual(['', ''])
  })

  test('takes nothing where it cannot be written, and the operator is told: the gateway starts all the same', async () => {
    writeFileSync(join(folder, 'file'), '')
    const logged: string[] = []
    const journal = await openJournal(join(folder, 'file', 'below'), (_, event) => logged.push(event))
    expect(logged).toEqual(['journal-unavailable'])
    await expect(journal.begin(entryOf('a'))).rejects.toThrow('no journal')
    await journal.close()
  })
})
