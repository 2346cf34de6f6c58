/**
 * The objects of an org, pinned to its jurisdiction where its slug names one. Jurisdictions exist on Cloudflare only: a local workerd
 * says so, and has but one place to keep things.
 */
export function pinned<T extends Rpc.DurableObjectBranded | undefined>(
  objects: DurableObjectNamespace<T>,
  org: string,
): DurableObjectNamespace<T> {
  if (!org.startsWith('eu-')) return objects
  try {
    return objects.jurisdiction('eu')
  } catch (error) {
    if (String(error).includes('not implemented in workerd')) return objects
    throw error
  }
}
