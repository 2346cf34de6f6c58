import { NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { describeHosts } from '../../support/world.ts'

const model = 'acme-chat'

describeHosts('kept responses', (world) => {
  /** What the provider was sent last. */
  const messagesSent = () => world().simulators.acme.requests.at(-1)?.body as { messages: unknown[] }

  test.each([false, true])('the next request goes on from one, streamed: %s', async (stream) => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const first = stream
      ? await responses.stream({ model, input: 'What is a weir?', instructions: 'Be brief.' }).finalResponse()
      : await responses.create({ model, input: 'What is a weir?', instructions: 'Be brief.' })
    const second = await responses.create({ model, input: 'And a dam?', previous_response_id: first.id })
    expect(messagesSent().messages).toEqual([
      expect.objectContaining({ role: 'user', content: 'What is a weir?' }),
      expect.objectContaining({ role: 'assistant', content: first.output_text }),
      expect.objectContaining({ role: 'user', content: 'And a dam?' }),
    ])
    expect(second.previous_response_id).toBe(first.id)
    const third = await responses.create({ model, input: 'Why?', previous_response_id: second.id })
    expect(messagesSent().messages).toHaveLength(5)
    expect(third.output_text).not.toBe('')
  })

  test('an item of one is put in where it is referred to', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const first = await responses.create({ model, input: 'What is a weir?' })
    const id = first.output[0]?.id ?? ''
    await responses.create({
      model,
      input: [
        { role: 'user', content: 'What is a weir?' },
        { type: 'item_reference', id },
        { role: 'user', content: 'Why?' },
      ],
    })
    expect(messagesSent().messages).toHaveLength(3)
    await expect(
      responses.create({ model, input: [{ type: 'item_reference', id: 'msg_none' }] }),
    ).rejects.toBeInstanceOf(NotFoundError)
  })

  test('can be read again, listed and deleted', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const made = await responses.create({ model, input: 'What is a weir?' })
    const { output_text: text, ...kept } = await responses.retrieve(made.id)
    expect([kept.id, text ?? made.output_text]).toEqual([made.id, made.output_text])
    const items = await responses.inputItems.list(made.id)
    expect(items.data).toEqual([expect.objectContaining({ role: 'user' })])
    await responses.delete(made.id)
    await expect(responses.retrieve(made.id)).rejects.toBeInstanceOf(NotFoundError)
    await expect(
      responses.create({ model, input: 'x', previous_response_id: made.id }),
    ).rejects.toBeInstanceOf(NotFoundError)
  })

  test('a conversation goes on although its first responses were deleted', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const first = await responses.create({ model, input: 'What is a weir?' })
    const second = await responses.create({ model, input: 'And a dam?', previous_response_id: first.id })
    const third = await responses.create({ model, input: 'Why?', previous_response_id: second.id })
    await responses.delete(first.id)
    const again = await responses.create({ model, input: 'How?', previous_response_id: second.id })
    expect(messagesSent().messages).toHaveLength(5)
    await responses.delete(second.id)
    await responses.create({ model, input: 'When?', previous_response_id: third.id })
    expect(messagesSent().messages).toEqual([
      expect.objectContaining({ role: 'user', content: 'What is a weir?' }),
      expect.objectContaining({ role: 'assistant', content: first.output_text }),
      expect.objectContaining({ role: 'user', content: 'And a dam?' }),
      expect.objectContaining({ role: 'assistant', content: second.output_text }),
      expect.objectContaining({ role: 'user', content: 'Why?' }),
      expect.objectContaining({ role: 'assistant', content: third.output_text }),
      expect.objectContaining({ role: 'user', content: 'When?' }),
    ])
    expect((await responses.inputItems.list(again.id)).data).toHaveLength(5)
    for (const { id } of [first, second]) {
      await expect(responses.retrieve(id)).rejects.toBeInstanceOf(NotFoundError)
      await expect(responses.create({ model, input: 'x', previous_response_id: id })).rejects.toBeInstanceOf(
        NotFoundError,
      )
    }
  })

  test('cannot be streamed again, and say so', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const made = await responses.create({ model, input: 'What is a weir?' })
    await expect(responses.retrieve(made.id, { stream: true })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      param: 'stream',
    })
    expect((await responses.retrieve(made.id, { stream: false })).id).toBe(made.id)
  })

  test('are those of one org alone', async () => {
    const [mine, other] = [await world().tenant(), await world().tenant()]
    const made = await mine.sdk().responses.create({ model, input: 'A secret' })
    const sent = world().simulators.acme.requests.length
    const { responses } = other.sdk()
    await expect(responses.retrieve(made.id)).rejects.toBeInstanceOf(NotFoundError)
    await expect(responses.delete(made.id)).rejects.toBeInstanceOf(NotFoundError)
    await expect(responses.inputItems.list(made.id)).rejects.toBeInstanceOf(NotFoundError)
    await expect(
      responses.create({ model, input: 'x', previous_response_id: made.id }),
    ).rejects.toBeInstanceOf(NotFoundError)
    await expect(
      responses.create({ model, input: [{ type: 'item_reference', id: made.output[0]?.id ?? '' }] }),
    ).rejects.toBeInstanceOf(NotFoundError)
    expect(world().simulators.acme.requests).toHaveLength(sent)
    expect((await mine.sdk().responses.retrieve(made.id)).id).toBe(made.id)
  })

  test('are not kept for a caller who asked for that, and what failed is none', async () => {
    const tenant = await world().tenant()
    const { responses } = tenant.sdk()
    const made = await responses.create({ model, input: 'x', store: false })
    expect(made).toMatchObject({ store: false })
    await expect(responses.retrieve(made.id)).rejects.toBeInstanceOf(NotFoundError)
    await expect(responses.retrieve('resp_none')).rejects.toBeInstanceOf(NotFoundError)
  })
})
