import type { ResponseInput, ResponseItem } from 'openai/resources/responses/responses'
import { expect, test } from 'vitest'
import type { Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

const model = 'acme-chat'

describeHosts('the input items of a kept response', (world) => {
  const list = async (tenant: Tenant, id: string, query = '') => {
    const answer = await tenant.get(`/v1/responses/${id}/input_items${query}`)
    const body = (await answer.json()) as { data: ResponseItem[]; error?: { param: string } }
    return { status: answer.status, ...body }
  }

  test('have ids, and contents in parts, as the SDK has them', async () => {
    const tenant = await world().tenant()
    // The SDK's types know no id of a message, which it can have all the same.
    const input: readonly object[] = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Oslo?' }] },
      { role: 'assistant', content: 'Let me see.' },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'Rain.' },
      { id: 'msg_mine', type: 'message', role: 'user', content: 'So?' },
      { id: 'msg_mine', type: 'message', role: 'user', content: 'Well?' },
    ]
    const made = await tenant.sdk().responses.create({ model, input: input as ResponseInput })
    const { data, ...page } = await list(tenant, made.id, '?order=asc')
    const status = 'completed'
    const text = (text: string) => [{ type: 'input_text', text }]
    expect(data).toEqual([
      { id: expect.any(String), type: 'message', role: 'developer', status, content: text('Be brief.') },
      { id: expect.any(String), type: 'message', role: 'user', status, content: text('Oslo?') },
      {
        id: expect.any(String),
        type: 'message',
        role: 'assistant',
        status,
        content: [{ type: 'output_text', text: 'Let me see.', annotations: [] }],
      },
      {
        id: expect.any(String),
        type: 'function_call',
        status,
        call_id: 'c1',
        name: 'weather',
        arguments: '{}',
      },
      { id: expect.any(String), type: 'function_call_output', status, call_id: 'c1', output: 'Rain.' },
      { id: 'msg_mine', type: 'message', role: 'user', status, content: text('So?') },
      { id: expect.any(String), type: 'message', role: 'user', status, content: text('Well?') },
    ])
    expect(new Set(data.map(({ id }) => id)).size).toBe(data.length)
    expect(page).toEqual({
      status: 200,
      object: 'list',
      first_id: data[0]?.id,
      last_id: data.at(-1)?.id,
      has_more: false,
    })
  })

  test('are those of the whole conversation, with the same ids whichever response is asked', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const first = await responses.create({ model, input: 'What is a weir?' })
    const second = await responses.create({ model, input: 'And a dam?', previous_response_id: first.id })
    const third = await responses.create({ model, input: 'Why?', previous_response_id: second.id })
    const [of1, of2, of3] = await Promise.all(
      [first, second, third].map(async ({ id }) => (await list(tenant, id, '?order=asc')).data),
    )
    expect([of1?.length, of2?.length, of3?.length]).toEqual([1, 3, 5])
    expect(of2?.slice(0, 1)).toEqual(of1)
    expect(of3?.slice(0, 3)).toEqual(of2)
    expect(of3?.[1]).toMatchObject(first.output[0] ?? {})
  })

  test('come in pages: the newest first, or as asked', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const input = Array.from({ length: 25 }, (_, at) => ({ role: 'user' as const, content: `text ${at}` }))
    const { id } = await responses.create({ model, input })
    const texts = (items: readonly ResponseItem[]) =>
      items.map((item) => {
        const [part] = 'content' in item ? (item.content ?? []) : []
        return part && 'text' in part ? part.text : undefined
      })
    const all = texts((await list(tenant, id, '?order=asc&limit=100')).data)
    expect(all).toEqual(input.map(({ content }) => content))
    const page = await list(tenant, id)
    expect(texts(page.data)).toEqual(all.toReversed().slice(0, 20))
    expect(page).toMatchObject({ has_more: true, last_id: page.data.at(-1)?.id })
    const read: ResponseItem[] = []
    for await (const item of responses.inputItems.list(id, { limit: 7 })) read.push(item)
    expect(texts(read)).toEqual(all.toReversed())
    const after = read.at(-1)?.id ?? ''
    expect(await list(tenant, id, `?after=${after}`)).toMatchObject({ data: [], has_more: false })
  })

  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'x'],
    ['order', 'up'],
    ['after', 'msg_none'],
  ])('%s=%s is refused', async (name, value) => {
    const tenant = await world().tenant()
    const { id } = await tenant.sdk().responses.create({ model, input: 'x' })
    const refused = await list(tenant, id, `?${name}=${value}`)
    expect(refused).toMatchObject({ status: 400, error: { code: 'invalid_request', param: name } })
  })
})
