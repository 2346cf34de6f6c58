import { expect, test } from 'vitest'
import { describeHosts } from '../../support/world.ts'

describeHosts('what is kept and put into a request', (world) => {
  test('counts as a part of it: a small request does not become a huge one', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const first = await responses.create({ model: 'acme-chat', input: 'hi', max_output_tokens: 500 })
    const id = first.output[0]?.id ?? ''
    const size = JSON.stringify(first.output[0]).length
    const before = world().simulators.acme.requests.length
    const input = Array.from({ length: Math.ceil((20 * 1024 * 1024) / size) + 1 }, () => ({
      type: 'item_reference' as const,
      id,
    }))
    await expect(responses.create({ model: 'acme-chat', input })).rejects.toMatchObject({ status: 413 })
    expect(world().simulators.acme.requests.length).toBe(before)
    expect(await tenant.held()).toBe(0)
  })
})
