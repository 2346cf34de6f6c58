import type { OpenAPIHono } from '@hono/zod-openapi'
import { html, raw } from 'hono/html'

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>

type PathItem = NonNullable<OpenApiDocument['paths']>[string]
type Operation = NonNullable<PathItem['get']>

const methods = ['get', 'post', 'patch', 'delete'] as const

const style = raw(`
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  summary { cursor: pointer; padding: .3rem 0; }
  code, pre { font: 14px/1.4 ui-monospace, monospace; }
  pre { overflow: auto; padding: .75rem; border: 1px solid #8884; border-radius: 6px; }
  .method { display: inline-block; width: 4.5rem; font-weight: 600; text-transform: uppercase; }
`)

/** The document as a page to read: every operation with what it takes and gives. It runs no script. */
export function docsPage(document: OpenApiDocument) {
  const paths = Object.entries(document.paths ?? {})
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} API</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <h1>${document.info.title} API</h1>
        <p>${document.info.description}</p>
        <p>For machines: <a href="/openapi.json">/openapi.json</a></p>
        <h2>Operations</h2>
        ${paths.map(([path, item]) => methods.map((method) => operation(path, method, item[method])))}
        <h2>Schemas</h2>
        ${Object.entries(document.components?.schemas ?? {}).map(
          ([name, schema]) =>
            html`<details id="${name}">
              <summary>${name}</summary>
              ${code(schema)}
            </details>`,
        )}
      </body>
    </html>`
}

function operation(path: string, method: string, found: Operation | undefined) {
  if (!found) return ''
  const { summary, parameters, requestBody, responses } = found
  return html`<details>
    <summary><span class="method">${method}</span> <code>${path}</code> ${summary}</summary>
    ${
      parameters?.length
        ? html`<h4>Parameters</h4>
            ${code(parameters)}`
        : ''
    }
    ${
      requestBody
        ? html`<h4>Body</h4>
            ${code(requestBody)}`
        : ''
    }
    <h4>Answers</h4>
    ${code(responses)}
  </details>`
}

function code(value: unknown) {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`
}
