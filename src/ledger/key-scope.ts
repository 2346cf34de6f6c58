/** What a key may be used for: `call` models, `read` the admin API of its org, or `admin` it. */
export type KeyScope = 'call' | 'read' | 'admin'
