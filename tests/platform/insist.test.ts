import { describe, expect, it } from 'vitest'
import { insist } from '../../src/platform/workers/insist.ts'

/** An error as the platform marks it. */
function marked(marks: { retryable?: boolean; overloaded?: boolean }): Error {
  return Object.assign(new Error('Durable Object trouble'), marks)
}

/** Fails so often before it answers. */
function failing(times: number, error: Error) {
  const sent = { count: 0 }
  const send = async () => {
    sent.count += 1
    if (sent.count <= times) throw error
    return 'answer'
  }
  return { sent, send }
}

describe('a call to a Durable Object', () => {
  it('is sent again where the platform says that it may be', async () => {
    const { sent, send } = failing(2, marked({ retryable: true }))
    expect(await insist(send)).toBe('answer')
    expect(sent.count).toBe(3)
  })

  it('is given up after three tries', async () => {
    const { sent, send } = failing(9, marked({ retryable: true }))
    await expect(insist(send)).rejects.toThrow('trouble')
    expect(sent.count).toBe(3)
  })

  it.each([
    ['is overloaded', marked({ retryable: true, overloaded: true })],
    ['says no more than that it failed', marked({})],
    ['broke the connection', new Error('Network connection lost.')],
  ])('is not sent again to one that %s', async (_, error) => {
    const { sent, send } = failing(1, error)
    await expect(insist(send)).rejects.toThrow()
    expect(sent.count).toBe(1)
  })
})
