// What a client developer writes: log in, look for a demand, claim a place, sign in. It only has to compile.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Problem = components["schemas"]["Problem"];

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });

function give<Data>(answer: { data?: Data; error?: Problem }): Data {
  if (answer.error !== undefined) {
    throw new Error(`${answer.error.code}: ${answer.error.detail} (${answer.error.request_id ?? "-"})`);
  }
  return answer.data as Data;
}

export async function claimAndSignIn(loginCode: string, teamId: string, shiftId: string, shownCode: string): Promise<string> {
  const tokens = give(await client.POST("/api/v1/auth/wechat", { body: { code: loginCode } }));
  const headers = { Authorization: `${tokens.token_type} ${tokens.access_token}` };

  const page = give(await client.GET("/api/v1/demands", { headers, params: { query: { brand: "door_knock", with_room: true, limit: 20 } } }));
  const demand = page.items.find((line) => line.role_id !== null);
  if (demand === undefined || demand.role_id === null) {
    return page.next_cursor ?? "";
  }

  const claim = give(
    await client.POST("/api/v1/claims", {
      headers,
      params: { header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { role_id: demand.role_id, team_id: teamId },
    }),
  );

  const signedIn = give(
    await client.POST("/api/v1/shifts/{shift_id}/sign-in", {
      headers,
      params: { path: { shift_id: shiftId }, header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { code: shownCode, claim_id: claim.id, position: { latitude: 30.5728, longitude: 114.2792, accuracy: 25, type: "gcj02" } },
    }),
  );
  return signedIn.attendance_id;
}
