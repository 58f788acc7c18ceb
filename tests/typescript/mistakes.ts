// Each of these is a mistake that the compiler has to find: a line without one stops the build (`@ts-expect-error`).

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });
const key = { header: { "Idempotency-Key": "01930a6e-7c1a-7b5e-9a52-3f0c8c1d2e4f" } };

export async function mistakes(): Promise<void> {
  // @ts-expect-error no such address
  await client.GET("/api/v1/demand");

  // @ts-expect-error no such method at this address
  await client.DELETE("/api/v1/claims");

  // @ts-expect-error a field that does not exist
  const claim: components["schemas"]["ClaimIn"] = { role_id: "x", team: "x" };

  // @ts-expect-error a field is missing
  await client.POST("/api/v1/claims", { params: key, body: { team_id: "x" } });

  // @ts-expect-error a number where a text belongs
  await client.POST("/api/v1/claims", { params: key, body: { role_id: 7 } });

  // @ts-expect-error the key is missing
  await client.POST("/api/v1/claims", { body: { role_id: "x" } });

  // @ts-expect-error an unknown status to ask for
  await client.GET("/api/v1/teams", { params: { query: { status: "asleep" } } });

  // @ts-expect-error the id in the address is missing
  await client.GET("/api/v1/demands/{demand_id}");

  const answer = await client.GET("/api/v1/demands/{demand_id}", { params: { path: { demand_id: "x" } } });
  // @ts-expect-error what is answered has no such field
  answer.data?.colour;
  // @ts-expect-error what may be null is not a text
  const reason: string | undefined = answer.data?.reason;
  // @ts-expect-error no such code at this operation
  const isFull = answer.error?.code === "opening_full";
  // @ts-expect-error the team of a claim is an id
  const team: number = {} as components["schemas"]["ClaimIn"]["team_id"];
  void [claim, reason, isFull, team];
}
