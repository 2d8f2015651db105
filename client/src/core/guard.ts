/** Makes actions that are taken only while that holds. */
export function guard(holds: () => boolean) {
  return <A extends unknown[]>(action: (...args: A) => void) =>
    (...args: A): void => {
      if (holds()) action(...args);
    };
}
