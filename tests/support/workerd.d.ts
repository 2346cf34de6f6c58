/** The package exports where its binary is, and no types. */
declare module 'workerd' {
  const path: string
  // oxlint-disable-next-line import/no-default-export -- it is what the package has
  export default path
}
