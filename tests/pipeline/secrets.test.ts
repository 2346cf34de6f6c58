import { expect, test } from 'vitest'
import { events, json } from './scripted.ts'
import { pieces, request, worldWith } from './two-providers.ts'

/** Providers that quote the operator's key in what they say of an error. */

const quoting = 'Bad key sk-operator-first.'

test.each([400, 413, 422])('a refusal with %i comes down without the operator’s secret', async (status) => {
  const body = JSON.stringify({ error: { message: quoting, type: 'invalid_request_error', code: 'odd' } })
  const world = await worldWith([{ status, headers: json, body: [body] }])
  const served = await world.call(request)
  expect(served.status).toBe(status)
  expect(served.body.toString()).toBe(body.replace('sk-operator-first', '***'))
})

test('an error in mid-stream comes down without the operator’s secret', async () => {
  const error = `data: ${JSON.stringify({ error: { message: quoting, code: 'odd' } })}\n\n`
  const world = await worldWith([{ headers: events, body: [pieces.first, pieces.text, error] }])
  const served = await world.call({ ...request, stream: true })
  expect(served.body.toString()).toContain('Bad key ***.')
  expect(served.body.toString()).not.toContain('sk-operator')
})
