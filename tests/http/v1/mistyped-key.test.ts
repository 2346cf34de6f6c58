import { expect, test } from 'vitest'
import { newKey } from '../../../src/core/keys.ts'
import { connectLedger } from '../../../src/ledger/connect.ts'
import { Authenticator } from '../../../src/pipeline/authenticate.ts'
import { WeirError } from '../../../src/core/errors.ts'

/** What keys make the gateway ask the ledger. */

function start() {
  const asked: string[] = []
  const refusal = { kind: 'refusal', code: 'invalid_key', message: 'This key does not exist.' }
  const ledger = connectLedger({
    book: (org) => async (method) => {
      asked.push(`${org} ${method}`)
      return refusal as never
    },
    directory: async () => undefined as never,
    close: async () => {},
  })
  const authenticator = new Authenticator({ ledger, log: () => {} })
  const code = async (key: string) => {
    const header = (name: string) => (name === 'authorization' ? `Bearer ${key}` : undefined)
    const caller = { header, onLeave: () => {}, afterwards: () => {} }
    const error: unknown = await authenticator.authenticate(caller).catch((thrown: unknown) => thrown)
    return error instanceof WeirError ? error.code : undefined
  }
  return { asked, code }
}

test('a mistyped key costs no ledger trip, a well-formed one that nobody made costs one', async () => {
  const { asked, code } = start()
  const key = newKey('acme')
  for (const at of Array.from(key.slice(3), (_, index) => index + 3)) {
    const wrong = `${key.slice(0, at)}${key[at] === 'z' ? 'q' : 'z'}${key.slice(at + 1)}`
    expect(await code(wrong), wrong).toBe('invalid_key')
  }
  for (const other of ['', 'sk-1', key.slice(0, -1), `${key}x`, key.replace('_acme_', '_ACME_')])
    expect(await code(other)).toBe('invalid_key')
  expect(asked).toEqual([])
  expect(await code(key)).toBe('invalid_key')
  expect(asked).toEqual(['acme policy'])
})
