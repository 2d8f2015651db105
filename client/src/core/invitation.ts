import type { Api } from "./api";
import type { Route } from "./route";

/**
 * The route with a join token in place of an invitation.
 *
 * Where the invitation does not hold, or nobody answers, the route stays as it is: this tab may have a token from
 * before, and if it has none the person is told that a link is needed.
 */
export async function acceptInvitation(route: Route, api: Pick<Api, "exchangeInvitation">): Promise<Route> {
  if (route.page !== "meeting" || route.invitation === null) return route;
  try {
    const { token } = await api.exchangeInvitation(route.invitation);
    return { ...route, token };
  } catch {
    return route;
  }
}
