import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startGateway } from '../../support/gateway.ts'

/** The document describes what there is. */

let gateway: Awaited<ReturnType<typeof startGateway>>

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

const operation = z.looseObject({
  summary: z.string(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
})
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.object({ bearer: z.object({ type: z.literal('http'), scheme: z.literal('bearer') }) }),
  }),
})

async function fetchDocument() {
  const response = await fetch(`${gateway.url}/openapi.json`)
  return documentSchema.parse(await response.json())
}

const operations = [
  'GET /v1/key',
  'GET /v1/models',
  'GET /v1/requests/{id}',
  'POST /v1/chat/completions',
  'DELETE /admin/v1/keys/{id}',
  'DELETE /admin/v1/limits/{id}',
  'GET /admin/v1/adjustments',
  'GET /admin/v1/audit',
  'GET /admin/v1/exports/rows',
  'GET /admin/v1/keys',
  'GET /admin/v1/keys/{id}',
  'GET /admin/v1/limits',
  'GET /admin/v1/limits/{id}',
  'GET /admin/v1/models',
  'GET /admin/v1/orgs',
  'GET /admin/v1/orgs/{id}',
  'GET /admin/v1/projects',
  'GET /admin/v1/projects/{id}',
  'GET /admin/v1/providers',
  'GET /admin/v1/requests',
  'GET /admin/v1/requests/{id}',
  'GET /admin/v1/topups',
  'GET /admin/v1/usage',
  'PATCH /admin/v1/keys/{id}',
  'PATCH /admin/v1/limits/{id}',
  'PATCH /admin/v1/orgs/{id}',
  'PATCH /admin/v1/projects/{id}',
  'POST /admin/v1/adjustments',
  'POST /admin/v1/keys',
  'POST /admin/v1/limits',
  'POST /admin/v1/orgs',
  'POST /admin/v1/projects',
  'POST /admin/v1/topups',
]

test('names every operation', async () => {
  const { paths } = await fetchDocument()
  const found = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(found.toSorted()).toEqual(operations.toSorted())
})

test('every reference leads somewhere', async () => {
  const document = await fetchDocument()
  const text = JSON.stringify(document)
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '')
  expect(names.length).toBeGreaterThan(20)
  for (const name of names) expect(document.components.schemas).toHaveProperty(name)
  expect(text.match(/"\$ref"/g)).toHaveLength(names.length)
})

test('every pattern is one that JSON Schema knows', async () => {
  const text = JSON.stringify(await fetchDocument())
  const patterns = [...text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map((match) =>
    JSON.parse(match[1] ?? ''),
  )
  expect(patterns.length).toBeGreaterThan(0)
  for (const pattern of patterns) expect(pattern).toMatch(/^\^.*\$$/)
})

test('every path parameter is described', async () => {
  for (const [path, item] of Object.entries((await fetchDocument()).paths)) {
    for (const { parameters = [] } of Object.values(item)) {
      const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(named, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))
    }
  }
})

test('/docs lists every operation, runs nothing and fetches nothing', async () => {
  const response = await fetch(`${gateway.url}/docs`)
  const page = await response.text()
  expect(response.headers.get('content-type')).toContain('text/html')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page).not.toMatch(/<script|<link|<img|https?:\/\//i)
  for (const line of operations) expect(page).toContain(`<code>${line.split(' ')[1]}</code>`)
})
