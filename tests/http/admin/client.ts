import { expect } from 'vitest'
import { z } from 'zod'

/** What the admin API answered. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
}

interface Sent {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Send = (method: string, path: string, sent?: Sent) => Promise<Answer>

/** Sends to `/admin/v1` with a key; a body that is a text goes as it is. */
export function adminClient(url: string, key: string): Send {
  return async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    }
  }
}

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), param: z.string().nullable() }),
})

/** The error that an answer is. */
export function errorOf(answer: Answer) {
  return { status: answer.status, ...errorBody.parse(answer.body).error }
}

const record = z.looseObject({ id: z.string(), key: z.string().nullish() })

/** The record that a create made. */
export async function create(send: Send, path: string, body: unknown) {
  const answer = await send('POST', path, { body })
  expect(answer, answer.text).toMatchObject({ status: 201 })
  return record.parse(answer.body)
}

const page = z.object({ data: z.array(record), has_more: z.boolean(), next: z.string().nullable() })

export function pageOf(answer: Answer) {
  expect(answer, answer.text).toMatchObject({ status: 200 })
  return page.parse(answer.body)
}

/** An org with one of everything, and the texts of its keys. */
export async function seedOrg(root: Send, slug: string) {
  const org = await create(root, '/orgs', { name: `Org ${slug}`, slug })
  const project = await create(root, '/projects', { org: slug, name: 'Search' })
  const key = await create(root, '/keys', { org: slug, project: project.id, name: 'Caller' })
  const admin = await create(root, '/keys', { org: slug, name: 'Admin', scopes: ['admin'] })
  const reader = await create(root, '/keys', { org: slug, name: 'Reader', scopes: ['read'] })
  const terms = { org: slug, metric: 'cost', per: 'month', amount: '12.5' }
  const limit = await create(root, '/limits', { ...terms, scope: { type: 'key', id: key.id } })
  const orgLimit = await create(root, '/limits', { ...terms, scope: { type: 'org' } })
  return {
    slug,
    id: org.id,
    projectId: project.id,
    keyId: key.id,
    limitId: limit.id,
    orgLimitId: orgLimit.id,
    callKey: key.key ?? '',
    adminKey: admin.key ?? '',
    readKey: reader.key ?? '',
  }
}

export type Seeded = Awaited<ReturnType<typeof seedOrg>>

interface Calling {
  readonly root: Send
  readonly key: string
}

/** Calls a simulated model. */
export async function sendCall(url: string, { root, key }: Calling): Promise<Response> {
  const models = z.array(z.object({ id: z.string(), offers: z.array(z.object({ provider: z.string() })) }))
  const simulated = pageOf(await root('GET', '/providers')).data.filter((provider) => provider.simulated)
  const offered = models.parse(pageOf(await root('GET', '/models')).data)
  const model = offered.find(({ offers }) =>
    offers.some((offer) => simulated.some(({ id }) => id === offer.provider)),
  )
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: model?.id,
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  })
}

/** Makes a call of a simulated model, so that there is a row; answers with its id. */
export async function callModel(url: string, calling: Calling): Promise<string> {
  const response = await sendCall(url, calling)
  expect(response.status, await response.text()).toBe(200)
  return response.headers.get('x-request-id') ?? ''
}
